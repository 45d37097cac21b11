"""The event loops of pytest-asyncio: how long that of a test or a fixture lives.

Only what the project shows counts: with a plug-in or a hook that gives out marks, or a loop of its own, nothing is known.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Collection, Constant, Name, Term
from sessionlint.model.role import Role
from sessionlint.questions.injection.fixtures import fixture_name, fixtures_for, fixtures_of, option

_SCOPES = ("function", "class", "module", "package", "session")
_MARKING = "pytest_collection_modifyitems"


def lives_longer(scope: str, other: str) -> bool:
    return scope in _SCOPES and other in _SCOPES and _SCOPES.index(scope) > _SCOPES.index(other)


def are_loops_known(project: Project) -> bool:
    """Whether pytest-asyncio's own rules are all that there is."""
    return not _with_rules_of_their_own(project)


@gathered
def _with_rules_of_their_own(project: Project, module: ModuleScope) -> Iterator[str]:
    if project.role(module) is Role.TEST:
        has_loop = any(fixture_name(fixture) == "event_loop" for fixture in fixtures_of(project, module))
        if has_loop or _MARKING in module.bindings:
            yield module.path


def loop_scope(project: Project, function: FunctionScope) -> str | None:
    """How long the loop lives on which pytest-asyncio runs a coroutine function; None where that cannot be told."""
    if not function.node.is_async or not are_loops_known(project):
        return None
    loops = project.targets.loops
    if function in fixtures_of(project, function.module):
        if not loops.auto and not any(_is_of_plugin(term) for term in function.node.decorators):
            return None
        return option(function, "loop_scope") or loops.fixtures or fixture_scope(function)
    if not function.node.name.startswith("test"):
        return None
    marks = list(_marks(function))
    own = next((mark for mark in marks if _mark_name(mark) == "asyncio"), None)
    if own is None:
        return loops.tests if loops.auto and not any(_mark_name(mark) == "anyio" for mark in marks) else None
    return _scope_of(own, loops.tests)


def fixture_scope(fixture: FunctionScope) -> str | None:
    """How long the fixture lives; None where a function or a setting decides."""
    scope = option(fixture, "scope")
    return "function" if scope is None else scope or None


@gathered
def users_of(project: Project, module: ModuleScope, fixture: FunctionScope) -> Iterator[FunctionScope]:
    """The tests and the fixtures that ask for a fixture by its name, and get this one."""
    name = fixture_name(fixture)
    if not project.mentions(module, name) or project.role(module) is not Role.TEST:
        return
    for function in module.functions:
        if any(parameter.name == name for parameter in function.node.params) and function is not fixture:
            found = (one for one in fixtures_for(project, function) if fixture_name(one) == name and one is not function)
            if next(found, None) is fixture:
                yield function


def _is_of_plugin(decorator: Term) -> bool:
    func = decorator.func if isinstance(decorator, Call) else decorator
    return (walk.dotted(func) or "").startswith("pytest_asyncio.")


def _marks(function: FunctionScope) -> Iterator[Term]:
    """The marks of a test, the nearest first."""
    yield from function.node.decorators
    if function.owner is not None:
        yield from function.owner.node.decorators
    for binding in function.module.bindings.get("pytestmark", ()):
        if isinstance(binding, ValueBinding) and binding.value is not None:
            yield from binding.value.items if isinstance(binding.value, Collection) else (binding.value,)


def _mark_name(mark: Term) -> str | None:
    func = mark.func if isinstance(mark, Call) else mark
    if isinstance(func, Name):
        return func.id
    return func.attr if isinstance(func, Attribute) else None


def _scope_of(mark: Term, default: str) -> str | None:
    if not isinstance(mark, Call):
        return default
    given = walk.argument(mark, None, "loop_scope") or walk.argument(mark, None, "scope")
    if given is None:
        return default
    return given.value if isinstance(given, Constant) and isinstance(given.value, str) else None
