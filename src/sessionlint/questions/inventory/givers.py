"""Who gives others a session: providers, whatever they look like, and where they have it from."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope
from sessionlint.link.names.sites import inner_functions
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, question
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import is_dependency
from sessionlint.questions.injection.resources import is_fixture
from sessionlint.questions.inventory.engines import built_at, engine_of, is_made_once, sources
from sessionlint.questions.inventory.parts import code_of
from sessionlint.questions.inventory.records import Part, Provider
from sessionlint.questions.providers.commits import commits_on_success
from sessionlint.questions.providers.usage_table import Provider as Shape
from sessionlint.questions.providers.usage_table import provider_of
from sessionlint.questions.requests.needs import needs, provider_function
from sessionlint.questions.sessions.lives import Life, lives_in

_ENTERING = frozenset({"__enter__", "__aenter__"})


@dataclass(frozen=True, slots=True, eq=False)
class Giver:
    """A function that gives a session; ``owner``: the class that is entered, if that is how. ``session`` is what it gives."""

    function: FunctionScope
    shape: Shape | None
    session: kinds.Session

    @property
    def bodies(self) -> Sequence[FunctionScope]:
        """Where it may have the session from: its own body, for a class that is entered all of its methods."""
        owner = self.function.owner
        methods = owner.methods.values() if self.is_entered and owner is not None else (self.function,)
        return [*methods, *chain.from_iterable(map(inner_functions, methods))]

    @property
    def is_entered(self) -> bool:
        return self.function.node.name in _ENTERING and self.function.owner is not None


@question(dict[FunctionScope, Giver]())
def givers(project: Project) -> Mapping[FunctionScope, Giver]:
    """Every function of the project that gives others a session, in order of files: it opens it, has it from one that does, or
    FastAPI asks it for it. One that gives what it was given is none."""
    possible = {one.function: one for one in _possible_givers(project)}
    having_from: dict[FunctionScope, list[FunctionScope]] = defaultdict(list)
    for function, giver in possible.items():
        for source in sources_of(project, giver, possible):
            having_from[source].append(function)
    waiting = [one.function for one in possible.values() if opens(project, one) or is_dependency(project, one.function)]
    real: set[FunctionScope] = set()
    while waiting:
        function = waiting.pop()
        if function not in real:
            real.add(function)
            waiting += having_from[function]
    return {function: one for function, one in possible.items() if function in real and not is_inside(function.parent, real)}


@gathered
def _possible_givers(project: Project, module: ModuleScope) -> Iterator[Giver]:
    for function in module.functions:
        session = _given(project, function)
        if session is None:
            continue
        shape = provider_of(project, kinds.FunctionKind(function))
        entered = function.node.name in _ENTERING and function.owner is not None
        if entered or is_fixture(project, function):
            yield Giver(function, None, session)
        elif shape is not None and shape is not Shape.FACTORY:
            yield Giver(function, shape, session)


def _given(project: Project, function: FunctionScope) -> kinds.Session | None:
    """The session that a function yields, returns, or returns in a context manager."""
    evaluator = project.evaluator
    given = evaluator.yielded(function) if function.node.is_generator else evaluator.returned(function)
    while isinstance(given, kinds.Awaitable | kinds.ContextManager | kinds.Generator):
        given = given.value
    return given if isinstance(given, kinds.Session) else None


def opens(project: Project, giver: Giver) -> Sequence[Life]:
    """The sessions that it opens itself, through a factory or a class."""
    return [life for body in giver.bodies for life in lives_in(project, body) if not _is_of_function(project, life)]


def _is_of_function(project: Project, life: Life) -> bool:
    """Whether the project's own function opens the session for the one that has it."""
    call = life.opening.term
    return isinstance(call, Call) and isinstance(project.kind(call.func, life.scope), kinds.FunctionKind)


def sources_of(project: Project, giver: Giver, known: Container[FunctionScope]) -> Sequence[FunctionScope]:
    """The givers among ``known`` from which it has its sessions."""
    called = (one for body in giver.bodies for one in _called(project, body))
    return [one for one in dict.fromkeys(called) if one in known and one is not giver.function]


@collected
def _called(project: Project, function: FunctionScope) -> Iterator[FunctionScope]:
    """The functions that a function calls, enters, or has FastAPI call."""
    for site in project.calls_in(function):
        kind = project.kind(site.term.func, function) if isinstance(site.term, Call) else None
        if isinstance(kind, kinds.FunctionKind):
            yield kind.function
        elif isinstance(kind, kinds.ClassKind):
            yield from _entered(project, kind.cls)
    for dependency in needs(project, function):
        provider = provider_function(project, dependency)
        if provider is not None:
            yield provider


def _entered(project: Project, cls: ClassScope) -> Iterator[FunctionScope]:
    for name in sorted(_ENTERING):
        method = project.evaluator.instance_attribute(cls, name)
        if isinstance(method, kinds.FunctionKind):
            yield method.function


@collected
def providers(project: Project) -> Iterator[Provider]:
    """The givers as records, which do not know yet how they stand to each other."""
    known, made = givers(project), sources(project)
    for function, giver in known.items():
        opened = opens(project, giver)
        source = source_of(project, giver.session, opened, made)
        yield Provider(
            code_of(project, function),
            giver.shape,
            giver.session.is_async,
            source,
            made.get(source, source) if source is not None and is_made_once(project, source) else None,
            tuple(life.place for life in opened),
            tuple(one.place for one in sources_of(project, giver, known)),
            bool(yields(function)) and commits_on_success(project, function),
        )


def source_of(project: Project, session: kinds.Session, opened: Sequence[Life], made: Mapping[Place, Place]) -> Place | None:
    """The factory of a session, which may be one of those ``opened``; where it is made of a class, the engine that this gets."""
    called = (life.opening.term.func for life in opened if isinstance(life.opening.term, Call))
    origin = session.origin or next((built_at(project, func, opened[0].scope) for func in called), None)
    return origin if origin is None or origin in made else engine_of(project, origin)


def is_apart(provider: Provider) -> bool:
    """Whether it is none of the application's: a test or a migration has its own."""
    return provider.code.part in (Part.TEST, Part.MIGRATION)


def is_inside(scope: Scope | None, known: Container[FunctionScope]) -> bool:
    """Whether code is a giver's own, or lies in it: what a function returns that it defines is a part of it."""
    while scope is not None:
        if isinstance(scope, FunctionScope) and scope in known:
            return True
        scope = scope.parent
    return False
