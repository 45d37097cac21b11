"""pytest's fixtures: which of them a test gets, and how long each lives."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.model import walk
from sessionlint.model.facts import Call, Constant, Term


def fixtures_for(project: Project, test: FunctionScope) -> Iterator[FunctionScope]:
    """The fixtures that pytest finds for a test: those of its module, and of every ``conftest.py`` above it, nearest first."""
    folder = test.module.path
    paths = [folder]
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        paths.append(f"{folder}/conftest.py")
    modules = (project.modules[path] for path in dict.fromkeys((*paths, "conftest.py")) if path in project.modules)
    return (fixture for module in modules for fixture in fixtures_of(project, module))


@collected
def fixtures_of(project: Project, module: ModuleScope) -> Iterator[FunctionScope]:
    for function in module.functions:
        if any(_is_fixture(term) for term in function.node.decorators):
            yield function


def fixture_name(fixture: FunctionScope) -> str:
    """The name by which a test asks for it."""
    return option(fixture, "name") or fixture.node.name


def option(fixture: FunctionScope, keyword: str) -> str | None:
    """What its decorator says: ``@pytest.fixture(scope="session")``; "" for what is no plain text."""
    for term in fixture.node.decorators:
        given = walk.argument(term, None, keyword) if isinstance(term, Call) and _is_fixture(term) else None
        if given is not None:
            return given.value if isinstance(given, Constant) and isinstance(given.value, str) else ""
    return None


def _is_fixture(decorator: Term) -> bool:
    func = decorator.func if isinstance(decorator, Call) else decorator
    return (walk.dotted(func) or "").rpartition(".")[2] == "fixture"
