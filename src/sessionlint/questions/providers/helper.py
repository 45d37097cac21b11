"""The helper through which a project wants its sessions to be opened: what it gives, and what it does at its end."""

from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, ValueBinding
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.model.wrappers import Wrapper
from sessionlint.questions.injection.resources import is_fixture
from sessionlint.questions.providers.commits import commits_on_success
from sessionlint.questions.providers.handlers import swallowing_handlers
from sessionlint.questions.sessions.block_uses import closes_what_it_lends
from sessionlint.questions.sessions.openings import openings_of

_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class Helper:
    """``module`` and ``name``: how the configuration spells it. ``home``: its path and name, when it is the project's own.

    ``commits``: it commits when its block ends well, or nobody knows; ``certain``: it can be seen to do so; ``closes``: it can be
    seen to close its session, which rolls back what was not committed; ``swallows``: it may end as if its block had not raised.
    """

    wrapper: Wrapper
    session: kinds.Session
    home: tuple[str, str] | None
    function: FunctionScope | None
    commits: bool
    swallows: bool
    certain: bool
    closes: bool

    @property
    def module(self) -> str:
        return self.wrapper.name.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.wrapper.name.rpartition(".")[2]

    @property
    def place(self) -> Place | None:
        return self.function.place if self.function is not None else None


def configured_helper(project: Project) -> Helper | None:
    """The helper that ``session-provider`` names, if it is a context manager that lends a session and needs no argument."""
    wrapper = project.trust.vocabulary.session_provider
    if wrapper is None:
        return None
    home = project.trust.home(wrapper)
    module = project.modules.get(home[0]) if home is not None else None
    if module is None or home is None:
        kind = project.trust.outside(wrapper.name)
    elif "." in home[1]:
        return None  # a method: nobody knows of which object
    else:
        kind = project.evaluator.member(module, home[1])
    function = kind.function if isinstance(kind, kinds.FunctionKind) else _made_of(project, module, home)
    given = _given(project, kind, function)
    if not isinstance(given, kinds.ContextManager) or not isinstance(given.value, kinds.Session) or _needs_arguments(function):
        return None
    session = _lent(project, function) or given.value
    session = kinds.Session(given.is_async, origin=session.origin)
    lender = _lender(function)
    certain = lender is not None and commits_on_success(project, lender)
    closes = lender is not None and closes_what_it_lends(project, lender)
    commits = certain or _may_commit(project, function)
    return Helper(wrapper, session, home, function, commits, _swallows(project, function), certain, closes)


class Unusable(Enum):
    """Why no session can be opened through what ``session-provider`` names."""

    GENERATOR = "`{name}` is a generator function, which `with` cannot enter: decorate it with `@contextlib.contextmanager`"
    ASYNC_GENERATOR = (
        "`{name}` is an async generator function, which `async with` cannot enter: decorate it with"
        " `@contextlib.asynccontextmanager`"
    )
    NO_MANAGER = '"{written}" is no context manager that gives a session and can be called without arguments'

    def told(self, wrapper: Wrapper) -> str:
        """What is wrong, for the configuration's words."""
        return self.value.format(name=wrapper.name.rpartition(".")[2], written=wrapper)


def unusable_helper(project: Project) -> Unusable | None:
    """What is wrong with ``session-provider``, if it names something that cannot be entered to get a session."""
    wrapper = project.trust.vocabulary.session_provider
    if wrapper is None or configured_helper(project) is not None:
        return None
    home = project.trust.home(wrapper)
    module = project.modules.get(home[0]) if home is not None else None
    kind = project.evaluator.member(module, home[1]) if module is not None and home is not None and "." not in home[1] else None
    function = kind.function if isinstance(kind, kinds.FunctionKind) else None
    if function is not None and function.node.is_generator and not function.node.decorators:
        return Unusable.ASYNC_GENERATOR if function.node.is_async else Unusable.GENERATOR
    return Unusable.NO_MANAGER


def _given(project: Project, kind: kinds.Kind | None, function: FunctionScope | None) -> kinds.Kind:
    if isinstance(kind, kinds.FunctionKind):
        return project.evaluator.result(kind)
    if function is not None and isinstance(lent := project.evaluator.yielded(function), kinds.Session):
        return kinds.ContextManager(lent, function.node.is_async)
    return kind.value if isinstance(kind, kinds.Callback) else kinds.UNKNOWN


def _made_of(project: Project, module: ModuleScope | None, home: tuple[str, str] | None) -> FunctionScope | None:
    """``get_db`` of ``get_db_scope = contextmanager(get_db)``."""
    if module is None or home is None:
        return None
    match module.bindings.get(home[1]):
        case [ValueBinding(value=Call(func=func, args=(given,)), path=())]:
            made, of = project.kind(func, module), project.kind(given.term, module)
        case _:
            return None
    is_made = isinstance(made, kinds.External) and made.name in _MANAGERS
    return of.function if is_made and isinstance(of, kinds.FunctionKind) and not of.wrapped else None


def _needs_arguments(function: FunctionScope | None) -> bool:
    return function is not None and any(
        parameter.default is None and parameter.kind not in ("*", "**") for parameter in function.node.params
    )


def _lent(project: Project, function: FunctionScope | None) -> kinds.Session | None:
    """The session that the body of the helper itself lends, as far as it can be seen."""
    if function is None:
        return None
    found = project.evaluator.yielded(function) if function.node.is_generator else project.evaluator.returned(function)
    found = found.value if isinstance(found, kinds.ContextManager) else found
    return found if isinstance(found, kinds.Session) else None


def _lender(function: FunctionScope | None) -> FunctionScope | None:
    """The generator that lends the session: the helper, or the one function inside it."""
    if function is None or function.node.is_generator:
        return function
    inner = [one for one in inner_functions(function) if one.node.is_generator]
    return inner[0] if len(inner) == 1 else None


def _may_commit(project: Project, function: FunctionScope | None) -> bool:
    return function is None or not function.node.is_generator or not _can_be_seen_through(project, function)


def _can_be_seen_through(project: Project, function: FunctionScope) -> bool:
    """Whether nothing in a generator could commit: it opens the session itself and calls nothing else that might."""
    for site in sites(function):
        term = site.term
        if isinstance(term, Attribute) and term.attr in ("commit", "begin", "enter_context", "enter_async_context"):
            return False
        if isinstance(term, Call) and isinstance(project.kind(term, function), kinds.ContextManager | kinds.Generator):
            return False
    return _lent(project, function) is not None


def _swallows(project: Project, function: FunctionScope | None) -> bool:
    if function is None:
        return False
    own = {function, *inner_functions(function)}  # `def helper(): @contextmanager def inner(): ...; return inner()`
    return any(guarded.lender.function in own for guarded in swallowing_handlers(project, function.module))


def is_lender(project: Project, scope: Scope) -> bool:
    """Whether a function is a provider itself: it lends a session, or returns one that it has opened."""
    if not isinstance(scope, FunctionScope):
        return False
    if scope.node.is_generator and isinstance(project.evaluator.yielded(scope), kinds.Session):
        return True
    return is_fixture(project, scope) or openings_of(project).returns_opened(scope) or _returns_manager(project, scope)


def _returns_manager(project: Project, function: FunctionScope) -> bool:
    given = project.evaluator.returned(function)
    return isinstance(given, kinds.ContextManager) and isinstance(given.value, kinds.Session)


def is_opened_by_factory(project: Project, call: Call, scope: Scope) -> bool:
    """Whether a call opens its session through a factory, or a function that returns a fresh one, and not of a class."""
    return isinstance(project.kind(call.func, scope), kinds.Factory | kinds.FunctionKind) and walk.dotted(call.func) is not None
