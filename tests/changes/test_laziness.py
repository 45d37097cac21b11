"""The page of laziness: which file is read how far, what an answer is made of, and what a change has asked again."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from pages.page import read_blocks

from changes.resident import ALL, Resident
from sessionlint.link.project import Project
from sessionlint.rules.registry import registered_rules
from sessionlint.run.analysis import Analysis

PAGE = Path(__file__).parents[2] / "docs" / "laziness.md"
_RULES = ("SES101", "SES301", "SES302", "SES312", "SES509", "SES601")
_CHANGES = {
    "nothing": {},
    "`app/names.py`: a line in the body of `title`": {"app/names.py": ("    return", "    print(name)\n    return")},
    "`app/other.py`: a comment at the end": {"app/other.py": ("", "# the end\n")},
    "`app/routes.py`: a line in the body of `read`": {"app/routes.py": ("    return", "    print(number)\n    return")},
    "`app/db.py`: the session is closed": {
        "app/db.py": ("    yield SessionLocal()", "    with SessionLocal() as db:\n        yield db")
    },
    "`app/db.py`: another name for the engine": {"app/db.py": ("engine", "pool")},
}


@pytest.fixture(scope="module")
def files() -> Mapping[str, str]:
    """The project that the page shows."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = (block for _, block in read_blocks(PAGE, text) if block.title)
    return {str(block.title): block.text for block in blocks}


def _resident(files: Mapping[str, str]) -> tuple[Resident, Project]:
    resident = Resident(Analysis(ALL))
    resident.check(files)
    return resident, resident.project


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    names = [name.strip() for name in head.split("|")]
    lines = (names, ["---"] * len(names), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


@pytest.fixture
def shown(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Says that the page holds a table under a name; ``--accept`` puts it there."""

    def shows(name: str, table: str) -> None:
        page = PAGE.read_text(encoding="utf-8")
        between = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
        if request.config.getoption("--accept"):
            PAGE.write_text(between.sub(lambda _: table, page), encoding="utf-8")
        elif (held := between.search(page)) is None or held[0] != table:
            pytest.fail(f"{PAGE} does not hold this table (nox -s tables puts it there):\n{table}")

    return shows


def test_how_far_each_file_is_read(files: Mapping[str, str], shown: Callable[[str, str], None]) -> None:
    _, project = _resident(files)
    shown("files", _table("file | what is known of it", [(f"`{path}`", _known(project, path)) for path in sorted(files)]))


def _known(project: Project, path: str) -> str:
    return "the facts of all its statements" if path in project.modules else "its imports and its words"


def test_what_the_answers_of_rules_are_made_of(files: Mapping[str, str], shown: Callable[[str, str], None]) -> None:
    _, project = _resident(files)
    rows = [(f"{code} of `{path}`", *_made_of(project, code, path)) for path in project.modules for code in _RULES]
    shown("answers", _table("answer | files | questions about all files", rows))


def _made_of(project: Project, code: str, path: str) -> tuple[str, str]:
    parts = project.memory.made_of((code, project.modules[path]))
    read = [part for part in parts if isinstance(part, str)]
    asked = {_name(part) for part in parts if isinstance(part, tuple)}
    return ", ".join(f"`{part}`" for part in read), ", ".join(f"`{name}`" for name in sorted(asked))


def _name(key: tuple[object, ...]) -> str:
    first = key[0]
    if first == "row":
        return f"what is said of {key[1]}"
    gathering = getattr(first, "__self__", None)
    name = first if isinstance(first, str) else gathering.name if gathering else getattr(first, "__name__", "?")
    return name.rpartition(".")[2].strip("_")


def test_what_a_change_has_asked_again(files: Mapping[str, str], shown: Callable[[str, str], None]) -> None:
    rows = []
    for what, edits in _CHANGES.items():
        resident, project = _resident(files)
        resident.link({path: _edited(path, text, edits) for path, text in files.items()})
        rows.append((what, *_left(project)))
    shown("changes", _table(f"change | {' | '.join(f'`{path}`' for path in _parsed(files))}", rows))


def _edited(path: str, text: str, edits: Mapping[str, tuple[str, str]]) -> str:
    old, new = edits.get(path, ("", ""))
    return text.replace(old, new) if old else text + new


def _parsed(files: Mapping[str, str]) -> list[str]:
    return [*_resident(files)[1].modules]


def _left(project: Project) -> Iterator[str]:
    """How many of all rules have to be asked again about each module."""
    codes = [entry.rule.code for entry in registered_rules()]
    for module in project.modules.values():
        asked = Counter(bool(project.memory.made_of((code, module))) for code in codes)
        yield str(asked[False])
