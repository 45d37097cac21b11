"""References are found wherever they stand, and what is looked at for them grows with the project, not with the questions."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.routers import routers
from sessionlint.extract.module import extract
from sessionlint.index.dotted_words import letters_around_dots, letters_of
from sessionlint.link.names.sites import inner_functions
from sessionlint.link.project import Project, link
from sessionlint.model import walk
from sessionlint.model.facts import ModuleFacts, SyntaxProblem
from sessionlint.model.source import Source, Span
from sessionlint.questions.engines import engine_reach
from sessionlint.questions.providers.other_uses import other_uses
from sessionlint.questions.references import spellings
from sessionlint.questions.references.own_names import OwnNames
from sessionlint.questions.references.references import References, references
from sessionlint.rules.engine.engine_across_event_loops import search as loop_engines


def linked(texts: dict[str, str]) -> Project:
    sources = {path: Source(path, text) for path, text in texts.items()}
    return link([extract(source) for source in sources.values()], sources)


def found(user: str, path: str = "tests/test_app.py", **more: str) -> References:
    """What refers to ``engine`` of ``app/db.py``, which ``user`` may do."""
    project = linked({"app/__init__.py": "", "app/db.py": "engine = make()\n", path: user, **more})
    return references(project, project.modules["app/db.py"], "engine")


def shown(refs: References) -> tuple[list[str], list[str], list[str]]:
    """Mentions by path, strings by what they spell, and reasons of obstacles."""
    strings = [getattr(one.site.term, "value", "") for one in refs.strings]
    return [one.site.place.path for one in refs.mentions], strings, [one.reason for one in refs.obstacles]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("from app import db\ndb.engine.connect()\n", (["tests/test_app.py"], [], [])),
        ("from app.db import engine as e\ne.connect()\n", (["tests/test_app.py"], [], [])),
        ("patch('app.db.engine', fake)\n", ([], ["app.db.engine"], [])),
        ("from app import db\nmonkeypatch.setattr(db, 'engine', fake)\n", ([], ["engine"], [])),
        ("print('see app.db.engine there')\n", ([], [], ["a string speaks of `app.db.engine`"])),
        ("from app import db\ndb.engine = fake\n", ([], [], ["it assigns to `engine`"])),
        ("def test(db):\n    db.engine = fake\n", ([], [], ["it may assign to `engine`"])),
        ("def test(db):\n    monkeypatch.setattr(db, 'engine', fake)\n", ([], [], ["a string may stand for `engine`"])),
        ("from app.db import *\nengine.connect()\n", ([], [], ["`engine` comes by a star import"])),
        ("'''Of app.db.engine.'''\n", ([], [], [])),
        ("other.engine.connect()\nprint('engine')\nprint('app.db.engines')\n", ([], [], [])),
    ],
)
def test_a_name_is_found_however_it_is_referred_to(user: str, expected: tuple[list[str], list[str], list[str]]) -> None:
    assert shown(found(user)) == expected


def test_references_come_in_the_order_of_files_and_lines() -> None:
    user = "from app import db\nprint('app.db.engine.')\ndb.engine = a\nprint('of app.db.engine')\n"
    refs = found(user, "app/b.py", **{"app/a.py": "from app.db import engine\nprint(engine)\n", "app/c.py": user})
    assert [one.place.path for one in refs.obstacles] == ["app/b.py"] * 3 + ["app/c.py"] * 3
    assert [one.reason for one in refs.obstacles[:3]] == [
        "a string speaks of `app.db.engine`",
        "it assigns to `engine`",
        "a string speaks of `app.db.engine`",
    ]
    assert [one.site.place.path for one in refs.mentions] == ["app/a.py"]


def test_an_identifier_that_is_no_word_is_found_as_well() -> None:
    texts = {"app/__init__.py": "", "app/db.py": "a·b = make()\n", "app/user.py": "patch('app.db.a·b')\nprint('of app.db.a·b')\n"}
    project = linked(texts)
    refs = references(project, project.modules["app/db.py"], "a·b")
    assert shown(refs) == ([], ["app.db.a·b"], ["a string speaks of `app.db.a·b`"])


@pytest.mark.parametrize("unread", [{"problem": SyntaxProblem(Span(0, 0), "x")}, {"skipped": "x"}, {"failure": "x"}])
def test_a_file_that_mentions_the_name_and_has_no_facts_is_in_the_way(unread: dict[str, Any]) -> None:
    texts = {"app/db.py": "engine = make()\n", "app/odd.py": "engine", "app/other.py": "x"}
    sources = {path: Source(path, text) for path, text in texts.items()}
    project = link([extract(sources["app/db.py"]), *(ModuleFacts(path, **unread) for path in list(texts)[1:])], sources)
    obstacles = references(project, project.modules["app/db.py"], "engine").obstacles
    assert [(one.place.path, one.reason) for one in obstacles] == [
        ("app/odd.py", "the file mentions `engine` and cannot be read")
    ]


_WORDS = st.text("ab_.é- ", max_size=12)


@given(texts=st.lists(_WORDS, max_size=4), before=st.text("ab_é-", max_size=3), after=st.text("ab_é", min_size=1, max_size=3))
def test_a_dotted_word_is_held_by_no_text_without_its_letters(texts: list[str], before: str, after: str) -> None:
    letters = letters_of(before, after)
    for text in texts:
        assert f"{before}.{after}" not in text or letters is None or letters in letters_around_dots(text)


# --- work -------------------------------------------------------------------------------------------------------------


def descents(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many terms are looked into to find the other uses of every route of ``count`` routers."""
    project = linked(dict(routers(count)))
    looked: Counter[str] = Counter()
    descend, own_terms = walk.descend, walk.own_terms
    with monkeypatch.context() as patched:
        patched.setattr(walk, "descend", lambda term: looked.update("d") or descend(term))
        patched.setattr(walk, "own_terms", lambda statement: looked.update("o") or own_terms(statement))
        for function in project.functions():
            assert other_uses(project, function).are_none or function.node.name == "get_db"
    return looked.total()


def test_four_times_as_many_routers_are_four_times_as_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert descents(40, monkeypatch) <= 4.4 * descents(10, monkeypatch)


def test_a_module_is_looked_at_twice_however_many_names_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    functions = "".join(f"def f{number}():\n    return f{number - 1}()\n" for number in range(1, 50))
    project = linked({"a.py": functions, "b.py": "import a\n" + "".join(f"a.f{number}()\n" for number in range(1, 50))})
    made: Counter[str] = Counter()
    init, terms = OwnNames.__init__, spellings._spelling_terms
    monkeypatch.setattr(OwnNames, "__init__", lambda self, module: made.update([module.path]) or init(self, module))
    monkeypatch.setattr(spellings, "_spelling_terms", lambda place: made.update([place.statement]) or terms(place))
    uses = [references(project, project.modules["a.py"], f"f{number}") for number in range(1, 50)]
    assert {len(one.mentions) for one in uses} == {1, 2}
    assert made["a.py"] == made["b.py"] == 1
    assert set(made.values()) == {1, 2}


def test_the_functions_inside_a_function_are_those_within_its_text() -> None:
    text = (
        "def a():\n    class C:\n        def b(self):\n            def c(): ...\n    def d(): ...\ndef e():\n    def f(): ...\n"
    )
    functions = linked({"a.py": text}).modules["a.py"].functions
    inside = {one.node.name: [inner.node.name for inner in inner_functions(one)] for one in functions}
    assert inside == {"a": ["b", "c", "d"], "b": ["c"], "c": [], "d": [], "e": ["f"], "f": []}


def test_whether_a_function_disposes_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = "".join(f"def run{number}():\n    asyncio.run(main())\n" for number in range(20))
    project = linked({"a.py": f"import asyncio\nasync def main():\n    await work()\nasync def work(): ...\n{runs}"})
    asked: Counter[str] = Counter()
    disposes = engine_reach.disposes
    monkeypatch.setattr(engine_reach, "disposes", lambda function: asked.update([function.node.name]) or disposes(function))
    assert not loop_engines.engines_across_loops(project, project.modules["a.py"])
    assert asked == {"main": 1, "work": 1, **{f"run{number}": 1 for number in range(20)}}
