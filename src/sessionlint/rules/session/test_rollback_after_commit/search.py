"""Fixtures that roll back to undo what a test has done, on a session that the test or the code under test commits."""

import re
from collections.abc import Iterator

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Await, Call, Constant, If, Name, Subscript, Term, Yield
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import OVERRIDES
from sessionlint.questions.injection.resources import is_fixture
from sessionlint.questions.requests.needs import provider_function
from sessionlint.questions.requests.routes import injected_sessions
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.handed import Handed, handed
from sessionlint.questions.sessions.openings import openings_of
from sessionlint.questions.sessions.telling import roots

# what else cleans up between tests
_CLEANING = regex(
    r"drop_all|truncate|delete\s+from|\bdelete\(|:memory:|sqlite(\+\w+)?://[\"']|create_savepoint|begin_nested", re.IGNORECASE
)
_DEPTH = 3


@dataclass(frozen=True, slots=True, eq=False)
class UselessRollback:
    """``rollback`` comes behind the yield of ``fixture``, whose session is committed at ``commit``."""

    fixture: str
    rollback: Event
    commit: Place


def useless_rollbacks(project: Project, module: ModuleScope) -> Iterator[UselessRollback]:
    """Each such fixture of a module of tests."""
    if project.role(module) is not Role.TEST or _CLEANING.search(project.source(module).text):
        return
    for function in module.functions:
        if function.node.is_generator and is_fixture(project, function):
            rollback = _isolating(project, function)
            commit = next(iter(_commits(project, function)), None) if rollback is not None else None
            if rollback is not None and commit is not None:
                yield UselessRollback(_called(function), rollback, commit)


def _isolating(project: Project, function: FunctionScope) -> Event | None:
    """The rollback behind the only yield of a fixture, of a session that it opens on an engine."""
    lent = yields(function)
    if len(lent) != 1 or not isinstance(lent[0].value, Name) or not _opens(project, function, lent[0].value.id):
        return None
    met = list(events(project, function, lent[0].value.id))
    if any(event.act in (Act.BEGIN, Act.NESTED, Act.COMMIT, Act.SHARED, Act.PASSED) for event in met):
        return None
    return next((event for event in met if event.act is Act.ROLLBACK and event.place.span.start > lent[0].span.start), None)


def _opens(project: Project, function: FunctionScope, name: str) -> bool:
    bindings = function.bindings.get(name, [])
    values = [one.value for one in bindings if isinstance(one, ValueBinding | EnteredBinding)]
    calls = [one.value if isinstance(one, Await) else one for one in values]
    return len(bindings) == 1 and all(isinstance(call, Call) and openings_of(project).opens(call, function) for call in calls)


# --- who commits ------------------------------------------------------------------------------------------------------


@gathered
def _commits(project: Project, module: ModuleScope, fixture: FunctionScope) -> Iterator[Place]:
    """Where tests commit the session of a fixture, or application code does that gets it instead of its provider's."""
    name = _called(fixture)
    if project.role(module) is Role.TEST and project.mentions(module, name) and _is_seen_in(fixture, name, module):
        for function in module.functions:
            same_class = fixture.owner is None or function.owner is fixture.owner
            if same_class and any(parameter.name == name for parameter in function.node.params):
                yield from _commits_in(project, function, name, _DEPTH)
                yield from _commits_of_overridden(project, function, name)


def _is_seen_in(fixture: FunctionScope, name: str, module: ModuleScope) -> bool:
    """Whether tests of a module get this fixture by its name: in its own, and where a ``conftest.py`` is above and they have no
    other."""
    if module is fixture.module:
        return True
    folder, _, file = fixture.module.path.rpartition("conftest.py")
    has_another = any(_called(function) == name for function in module.functions if function.node.decorators)
    return file == "" and fixture.module.path.endswith("conftest.py") and module.path.startswith(folder) and not has_another


def _called(fixture: FunctionScope) -> str:
    for term in fixture.node.decorators:
        named = walk.argument(term, None, "name") if isinstance(term, Call) else None
        if isinstance(named, Constant) and isinstance(named.value, str):
            return named.value
    return fixture.node.name


def _commits_in(project: Project, function: FunctionScope, name: str, depth: int) -> Iterator[Place]:
    """Where a function, or what it hands the session to, commits it."""
    return iter(remembered(project, ("commits in", function, name, depth), (), _find_commits, project, function, name, depth))


def _find_commits(project: Project, function: FunctionScope, name: str, depth: int) -> tuple[Place, ...]:
    found: list[Place] = []
    for event in events(project, function, name):
        to: Handed | None = handed(project, event, name) if event.act is Act.PASSED and depth else None
        if event.act is Act.COMMIT and not _is_left_out(function, event):
            found.append(event.place)
        elif to is not None:
            found += _commits_in(project, to.function, to.name, depth - 1)
    return tuple(found)


def _is_left_out(function: FunctionScope, event: Event) -> bool:
    """Whether a function commits only for those who ask it to: ``if commit: session.commit()``, with ``commit=False``."""
    options = {one.name for one in function.node.params if isinstance(one.default, Constant) and not one.default.value}
    return any(
        isinstance(one, If) and roots(one.test) & options and any(inner.span.contains(event.place.span) for inner in one.body)
        for one in walk.statements(function.body)
    )


def _commits_of_overridden(project: Project, function: FunctionScope, name: str) -> Iterator[Place]:
    if not project.mentions(function.module, OVERRIDES):
        return
    for statement in walk.statements(function.body):
        if isinstance(statement, Assign) and statement.value is not None:
            provider = _overridden(project, statement, function)
            if provider is not None and _gives(project, statement.value, function, name):
                yield from _commits_of(project, provider)


def _overridden(project: Project, statement: Assign, function: FunctionScope) -> FunctionScope | None:
    """``app.dependency_overrides[get_db] = ...``."""
    match statement.targets:
        case (Subscript(value=Attribute(attr="dependency_overrides"), items=(key,)),):
            kind = project.kind(key, function)
            return kind.function if isinstance(kind, kinds.FunctionKind) else None
        case _:
            return None


def _gives(project: Project, value: Term, function: FunctionScope, name: str) -> bool:
    """``lambda: session``, or a function inside that yields or returns it."""
    match project.kind(value, function):
        case kinds.LambdaKind(term=term):
            return isinstance(term.body, Name) and term.body.id == name
        case kinds.FunctionKind(function=inner) if inner in inner_functions(function):
            return any(isinstance(site.term, Name) and site.term.id == name and _is_given(site.path) for site in sites(inner))
        case _:
            return False


def _is_given(path: walk.Path) -> bool:
    return not path or isinstance(path[0], Yield)


@gathered
def _commits_of(project: Project, module: ModuleScope, provider: FunctionScope) -> Iterator[Place]:
    """Where the application commits the sessions that FastAPI gets from a provider."""
    for function in module.functions if project.role(module) is not Role.TEST else ():
        for injected in injected_sessions(project, function):
            if provider_function(project, injected.dependency) is provider:
                yield from _commits_in(project, function, injected.parameter.name, _DEPTH)
