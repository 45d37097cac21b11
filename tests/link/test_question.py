"""Questions of the whole project are answered once, also when they are asked of one module after the other."""

from collections.abc import Iterator

from sessionlint.extract.module import extract
from sessionlint.link.names.scopes import Site
from sessionlint.link.project import Project, link
from sessionlint.link.question import by_module
from sessionlint.link.values import kinds
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
