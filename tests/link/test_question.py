"""Questions of the whole project are answered once, also when they are asked of one module after the other."""

from collections.abc import Iterable, Iterator, Mapping

from sessionlint.extract.module import extract
from sessionlint.link.names.scopes import ModuleScope, Site
from sessionlint.link.project import Project, link
from sessionlint.link.question import by_module, by_path, gathered, postings, question, words
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.model.source import Source

TEXTS = {
    "a.py": "import sqlalchemy\nfirst = sqlalchemy.create_engine('x')\nsecond = sqlalchemy.create_engine('y')\nprint(first)\n",
    "b.py": "from a import first\nfirst.connect()\n",
    "c.py": "from sqlalchemy import create_engine\nprint(create_engine('z'))\n",
}


def _project() -> Project:
    sources = {path: Source(path, text) for path, text in TEXTS.items()}
    return link([extract(source) for source in sources.values()], sources)


def _lines(project: Project, sites: object) -> list[str]:
    assert isinstance(sites, list | tuple)
    return [f"{site.scope.module.path}:{project.source(site.scope).position(site.place.span.start).line}" for site in sites]


def test_what_is_found_in_the_whole_project_at_once_is_told_by_module() -> None:
    looked = []

    @by_module
    def engines(project: Project) -> Iterator[Site]:
        looked.append(project)
        yield from reversed(project.calls_giving(kinds.Engine))

    project = _project()
    found = {path: _lines(project, engines(project, module)) for path, module in project.modules.items()}
    assert found == {"a.py": ["a.py:3", "a.py:2"], "b.py": [], "c.py": ["c.py:2"]}
    assert looked == [project]


def test_calls_are_found_in_the_project_and_within_a_module() -> None:
    project = _project()
    engines = [project.calls_giving(kinds.Engine, within=module) for module in project.modules.values()]
    assert [_lines(project, sites) for sites in engines] == [["a.py:2", "a.py:3"], [], ["c.py:2"]]
    assert [*project.calls_giving(kinds.Engine)] == [site for sites in engines for site in sites]
    two = project.calls_of(kinds.Method, kinds.External, within=project.modules["b.py"])
    assert _lines(project, two) == ["b.py:2"]
    assert _lines(project, project.calls_of_external("sqlalchemy.create_engine", "create_engine")) == _lines(
        project, project.calls_giving(kinds.Engine)
    )


def test_whoever_asks_about_one_file_is_asked_again_only_when_that_is_told_otherwise() -> None:
    asked: list[str] = []

    @by_path
    def engines(project: Project) -> Mapping[str, int]:
        return {path: len(project.calls_giving(kinds.Engine, within=module)) for path, module in project.modules.items()}

    @question(0)
    def twice(project: Project, module: ModuleScope) -> int:
        asked.append(module.path)
        return 2 * (engines(project, module.path) or 0)

    project = _project()

    def answers() -> list[int]:
        asked.clear()
        return [twice(project, module) for module in project.modules.values()]

    def change(path: str, text: str) -> None:
        sources = {**project.sources, path: Source(path, text)}
        project.link({**project.facts, path: extract(sources[path])}, sources)

    assert answers() == [4, 0, 2]
    assert answers() == [4, 0, 2] and asked == []
    change("c.py", TEXTS["c.py"] + "print(create_engine('q'))\n")
    assert answers() == [4, 0, 4] and asked == ["c.py"]
    change("b.py", "from a import first\nfirst.dispose()\n")
    assert answers() == [4, 0, 4] and asked == ["b.py"]
    change("c.py", TEXTS["c.py"])
    assert answers() == [4, 0, 2] and asked == ["c.py"]


def test_what_is_gathered_is_found_in_each_module() -> None:
    @gathered
    def engines(project: Project, module: ModuleScope) -> Iterator[Site]:
        yield from project.calls_giving(kinds.Engine, within=module)

    project = _project()
    assert _lines(project, engines(project)) == ["a.py:2", "a.py:3", "c.py:2"]
    assert _lines(project, engines.within(project, project.modules["c.py"])) == ["c.py:2"]


def test_postings_are_what_modules_say_of_a_file() -> None:
    @postings
    def connected(project: Project, module: ModuleScope) -> Iterator[tuple[str, str]]:
        for site in project.calls_of(kinds.Method, within=module):
            callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
            owner = callee.owner if isinstance(callee, kinds.Method) else None
            if isinstance(owner, kinds.Engine) and owner.origin is not None:
                yield owner.origin.path, module.path

    project = _project()
    assert connected(project, "a.py") == ("b.py",)
    assert connected(project, "b.py") == ()


def test_words_are_told_by_the_modules_that_hold_them() -> None:
    @words
    def called(_: Project, module: ModuleScope) -> Iterable[str]:
        return module.called_names

    project = _project()
    assert [called(project, name) for name in ("create_engine", "print", "nothing")] == [("a.py", "c.py"), ("a.py", "c.py"), ()]
    assert called(project, "connect") == ("b.py",)
