"""The project's own vocabulary: names that its configuration vouches for, found in the project or outside of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from sessionlint.link.names.layout import Layout
from sessionlint.link.names.scopes import ClassScope, DefinitionBinding, FunctionScope, ImportBinding, ModuleScope
from sessionlint.link.values import kinds
from sessionlint.link.values.kinds import Kind
from sessionlint.model import walk
from sessionlint.model.records import dataclass
from sessionlint.model.wrappers import Vocabulary, Wrapper

_ANYWHERE = "_.py"  # a file of the project's root: configuration names modules as code there would


@dataclass(frozen=True, slots=True)
class MissingName:
    """A configured name whose module is there and does not have it. ``known``: what the module has."""

    key: str
    wrapper: Wrapper
    path: str
    known: tuple[str, ...]


class Trust:
    """Answers for names: what the configuration says they are, wherever the name was imported from.

    A function of the project is known by its definition; any other name by its module (or class) and by every module that
    the name passes through on its way from where it is defined.
    """

    def __init__(self, vocabulary: Vocabulary, modules: Mapping[str, ModuleScope], layout: Layout) -> None:
        self.vocabulary = vocabulary
        self._modules = modules
        self._layout = layout
        self._given: dict[FunctionScope, Kind] = {}
        self._members: dict[tuple[str, str], Kind] = {}
        self._outside: dict[str, Kind] = {}
        self._callers: set[FunctionScope | str] = set()
        self._waiting: set[FunctionScope | str] = set()
        self.missing: list[MissingName] = []
        # files that were not read and would have told what a configured name is
        self.unread: set[str] = set()
        self._read()

    def says_the_same_as(self, other: "Trust") -> bool:
        """Whether both vouch for the same."""
        return (self._given, self._members, self._outside, self._callers, self._waiting) == (
            *(other._given, other._members, other._outside, other._callers, other._waiting),
        )

    def given(self, function: FunctionScope) -> Kind | None:
        """What calling a function of the project gives, when the configuration says so."""
        return self._given.get(function)

    def member(self, path: str, name: str) -> Kind | None:
        """What ``name`` of the module at ``path`` is (``Class.name`` for a member of its class)."""
        return self._members.get((path, name))

    def outside(self, dotted: str) -> Kind | None:
        """What a name of another distribution is."""
        return self._outside.get(dotted)

    def runs_in_background(self, callee: Kind) -> bool:
        """Whether a callable runs the work that it is given after the request."""
        return _is_among(self._callers, callee)

    def waits(self, callee: Kind) -> bool:
        """Whether a callable waits for something that is not the database."""
        return _is_among(self._waiting, callee)

    def classes_with(self, method: str) -> frozenset[str]:
        """The classes whose ``method`` runs work after the request: ``company.tasks.Queue`` for its ``enqueue``."""
        return _owners(self.vocabulary.background_task_callers, method)

    @property
    def waiting_names(self) -> frozenset[str]:
        """The last words of the names of what waits."""
        return frozenset(wrapper.name.rpartition(".")[2] for wrapper in self.vocabulary.waiting_calls)

    def waiting_classes(self, method: str) -> frozenset[str]:
        """The classes whose ``method`` waits: ``company.mail.Mailer`` for its ``send``."""
        return _owners(self.vocabulary.waiting_calls, method)

    # --- reading the vocabulary ---------------------------------------------------------------------------------------

    def _read(self) -> None:
        for wrapper in self.vocabulary.session_factories:
            session = kinds.Session(wrapper.is_async, trusted=True)
            self._trust("session-factories", wrapper, kinds.Factory(wrapper.is_async, trusted=True), session)
        for wrapper in self.vocabulary.session_providers:
            self._trust("session-providers", wrapper, *_provider(wrapper))
        for wrapper in self.vocabulary.engine_builders:
            engine = kinds.Engine(wrapper.is_async)
            self._trust("engine-builders", wrapper, kinds.Callback(engine, trusted=True), engine)
        for wrapper in self.vocabulary.background_task_callers:
            self._callers |= {wrapper.name, *self._functions("background-task-callers", wrapper)}
        for wrapper in self.vocabulary.waiting_calls:
            self._waiting |= {wrapper.name, *self._functions("waiting-calls", wrapper)}
        if (policy := self.vocabulary.session_provider) is not None:
            self._trust_policy(policy)

    def _trust_policy(self, policy: Wrapper) -> None:
        """Unless the configuration says how, it is entered by ``async with`` when it is an ``async def``, else by ``with``.

        A bare generator function is no context manager, whatever the configuration hopes for; and what a module of the project
        makes itself, ``scope = asynccontextmanager(get_db)``, is what it makes.
        """
        functions = list(self._functions("session-provider", policy))
        is_bare = any(function.node.is_generator and not _is_manager(function) for function in functions)
        if policy.manner or not (is_bare or (not functions and self._is_bound(policy))):
            manner = "async with" if any(function.node.is_async for function in functions) else "with"
            wrapper = Wrapper(policy.name, policy.manner or manner)
            self._trust("session-provider", wrapper, *_provider(wrapper))

    def _trust(self, key: str, wrapper: Wrapper, kind: Kind, result: Kind) -> None:
        self._outside.setdefault(wrapper.name, kind)
        functions = list(self._functions(key, wrapper))
        for function in functions:  # where it is imported, its import is followed as any other
            is_coroutine = function.node.is_async and not function.node.is_generator and isinstance(result, kinds.Session)
            self._given.setdefault(function, kinds.Awaitable(result) if is_coroutine else result)
        for place in self._places(wrapper) if not functions else ():
            self._members.setdefault(place, kind)

    def _functions(self, key: str, wrapper: Wrapper) -> Iterator[FunctionScope]:
        self._note_missing(key, wrapper)
        for path, name in self._places(wrapper):
            if (function := self._function_at(path, name)) is not None:
                yield function

    # --- where a name is ----------------------------------------------------------------------------------------------

    def home(self, wrapper: Wrapper) -> tuple[str, str] | None:
        """The path of the project's module that a dotted name begins with, and what remains of the name."""
        parts = wrapper.name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            path = self._layout.resolve(_ANYWHERE, ".".join(parts[:length]), 0)
            if path is not None:
                return path, ".".join(parts[length:])
        return None

    def _places(self, wrapper: Wrapper) -> Iterator[tuple[str, str]]:
        """Where a name of the project stands: in the module that the configuration names and in those it comes from."""
        home = self.home(wrapper)
        seen: set[tuple[str, str]] = set()
        waiting = [home] if home is not None else []
        while waiting:
            path, name = waiting.pop()
            if (path, name) in seen:
                continue
            seen.add((path, name))
            if path not in self._modules:
                self.unread.add(path)
            yield path, name
            waiting += self._sources(path, name)

    def _is_bound(self, wrapper: Wrapper) -> bool:
        """Whether a module of the project says what the name is."""
        places = ((self._modules.get(path), name.partition(".")[0]) for path, name in self._places(wrapper))
        return any(module is not None and first in module.bindings for module, first in places)

    def _sources(self, path: str, name: str) -> Iterator[tuple[str, str]]:
        first, dot, rest = name.partition(".")
        module = self._modules.get(path)
        for binding in module.bindings.get(first, ()) if module is not None else ():
            if isinstance(binding, ImportBinding) and binding.name is not None:
                source = self._layout.resolve(path, binding.module, binding.level)
                if source is not None:
                    yield source, f"{binding.name}{dot}{rest}"

    def _function_at(self, path: str, name: str) -> FunctionScope | None:
        """The function of that qualified name, unless the module binds the name in another way, or twice."""
        module = self._modules.get(path)
        if module is None:
            return None
        found = [function for function in module.functions if function.qualified_name == name]
        if len(found) > 1:
            return None  # one of several, as a condition decides
        if "." not in name and any(
            not isinstance(binding, DefinitionBinding) or isinstance(binding.scope, ClassScope)
            for binding in module.bindings.get(name, ())
        ):
            return None
        return found[0] if found else None

    def _note_missing(self, key: str, wrapper: Wrapper) -> None:
        home = self.home(wrapper)
        module = self._modules.get(home[0]) if home is not None else None
        if home is None or module is None or module.star_imports or "__getattr__" in module.bindings:
            return
        first = home[1].partition(".")[0]
        submodule = self._layout.resolve(home[0], first, 1) if home[0].endswith("__init__.py") else None
        if first not in module.bindings and submodule is None and module.facts.problem is None:
            self.missing.append(MissingName(key, wrapper, home[0], tuple(module.bindings)))


def _is_among(known: Collection[FunctionScope | str], callee: Kind) -> bool:
    match callee:
        case kinds.FunctionKind(function=function):
            return function in known
        case kinds.External(name=name):
            return name in known
        case _:
            return False


def _owners(wrappers: Iterable[Wrapper], method: str) -> frozenset[str]:
    names = (wrapper.name.rpartition(".") for wrapper in wrappers)
    return frozenset(owner for owner, _, last in names if last == method)


def _provider(wrapper: Wrapper) -> tuple[Kind, Kind]:
    """A provider by itself, and what calling it gives."""
    session = kinds.Session(wrapper.is_async, trusted=True)
    lent: Kind = kinds.Generator(session, wrapper.is_async)
    if wrapper.is_context_manager:
        lent = kinds.ContextManager(session, wrapper.is_async)
    return kinds.Callback(lent, trusted=True), lent


def _is_manager(function: FunctionScope) -> bool:
    return any((walk.dotted(term) or "").endswith("contextmanager") for term in function.node.decorators)
