"""What a value is, as far as sessions are concerned: the domain of the abstract interpreter.

A kind compares by what it *is*; where it was built (``origin``) does not count, so joining two factories of one flavour
keeps one of them. ``UNKNOWN`` is a kind like any other and never triggers a rule.
"""

from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeAlias

from sessionlint.model.facts import Lambda
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place

if TYPE_CHECKING:
    from sessionlint.link.names.scopes import ClassScope, FunctionScope, Scope


@dataclass(frozen=True, slots=True)
class Unknown:
    """``unread``: the project's file that would tell, had it been read."""

    unread: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NoneKind:
    """The value None."""


@dataclass(frozen=True, slots=True)
class Engine:
    """``is_async`` None: one or the other, as a setting decides."""

    is_async: bool | None
    origin: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Connection:
    is_async: bool


@dataclass(frozen=True, slots=True)
class Factory:
    """Calling it opens a session; when ``scoped``, it is a registry that hands out a session of its own.

    ``trusted``: the project's configuration says so. ``borrows``: it is bound to a connection that somebody else holds.
    """

    is_async: bool
    scoped: bool = False
    origin: Place | None = field(default=None, compare=False)
    trusted: bool = field(default=False, compare=False)
    borrows: bool = field(default=False, compare=False)

    @property
    def is_certain(self) -> bool:
        """Whether a place in the project or its configuration vouches for it; an annotation alone does not."""
        return self.origin is not None or self.trusted


@dataclass(frozen=True, slots=True)
class Session:
    is_async: bool
    scoped: bool = False
    origin: Place | None = field(default=None, compare=False)
    trusted: bool = field(default=False, compare=False)

    @property
    def is_certain(self) -> bool:
        """As of a factory."""
        return self.origin is not None or self.trusted


@dataclass(frozen=True, slots=True)
class Extension:
    """What a framework keeps a registry in, as its ``session``, and removes that by itself: Flask-SQLAlchemy's ``db``."""


@dataclass(frozen=True, slots=True)
class SessionType:
    """SQLAlchemy's or sqlmodel's session class itself, by its canonical dotted name."""

    is_async: bool
    name: str


@dataclass(frozen=True, slots=True)
class ContextManager:
    """``with`` (``async with``) binds ``value``."""

    value: "Kind"
    is_async: bool


@dataclass(frozen=True, slots=True)
class Generator:
    """Iterating yields ``value``."""

    value: "Kind"
    is_async: bool


@dataclass(frozen=True, slots=True)
class Awaitable:
    value: "Kind"


@dataclass(frozen=True, slots=True)
class Dependency:
    """FastAPI's ``Depends(provider)``: the parameter it stands for is ``value``."""

    value: "Kind"


@dataclass(frozen=True, slots=True)
class Callback:
    """Something that gives ``value`` when called, of which no more is known: ``Callable[[], Session]``.

    ``trusted``: the project's configuration says so.
    """

    value: "Kind"
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial(func, ...)``."""

    func: "Kind"


@dataclass(frozen=True, slots=True)
class Method:
    """A method of something of SQLAlchemy's: ``SessionLocal.begin``, ``engine.connect``."""

    owner: "Kind"
    name: str


@dataclass(frozen=True, slots=True)
class FunctionKind:
    """A function of the project; ``wrapped`` names what was called on it (``contextlib.contextmanager``), if anything."""

    function: "FunctionScope"
    wrapped: str = ""


@dataclass(frozen=True, slots=True)
class LambdaKind:
    term: Lambda
    scope: "Scope"


@dataclass(frozen=True, slots=True)
class ClassKind:
    cls: "ClassScope"


@dataclass(frozen=True, slots=True)
class Instance:
    cls: "ClassScope"


@dataclass(frozen=True, slots=True)
class ModuleKind:
    """A module of the project, by path."""

    path: str


@dataclass(frozen=True, slots=True)
class External:
    """An object of another distribution or of the standard library, by dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class Either:
    """One of several library objects, as a condition decides: ``create_async_engine if ASYNC else create_engine``."""

    options: tuple[External, ...]


@dataclass(frozen=True, slots=True)
class Tuple:
    items: tuple["Kind", ...]


@dataclass(frozen=True, slots=True)
class Container:
    """A list, set or dict whose elements are all of one kind."""

    element: "Kind"


Kind: TypeAlias = (
    Unknown
    | NoneKind
    | Engine
    | Connection
    | Factory
    | Session
    | Extension
    | SessionType
    | ContextManager
    | Generator
    | Awaitable
    | Dependency
    | Callback
    | Partial
    | Method
    | FunctionKind
    | LambdaKind
    | ClassKind
    | Instance
    | ModuleKind
    | External
    | Either
    | Tuple
    | Container
)

UNKNOWN = Unknown()
NONE = NoneKind()


_INSIDE: dict[type, Callable[[Any], tuple[Kind, ...]]] = {
    **dict.fromkeys((ContextManager, Generator, Awaitable, Dependency, Callback), lambda kind: (kind.value,)),
    Partial: lambda kind: (kind.func,),
    Method: lambda kind: (kind.owner,),
    Tuple: lambda kind: kind.items,
    Container: lambda kind: (kind.element,),
}
_DEEPEST = 16
_LARGEST = 1_000


def shallow(kind: Kind) -> Kind:
    """``kind``, or UNKNOWN when it holds more than anybody looks into: a tuple of tuples of tuples, a promise of promises."""
    return kind if type(kind) not in _INSIDE or _nested(kind) is not None else UNKNOWN


def inside(kind: Kind) -> tuple[Kind, ...]:
    """The kinds that a kind is made of."""
    return _INSIDE[type(kind)](kind) if type(kind) in _INSIDE else ()


def _nested(kind: Kind) -> list[Kind] | None:
    """A kind and everything inside it; None when that is too much."""
    found, level = [kind], [kind]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in inside(outer)]
        found += level
        if not level:
            return found
        if len(found) > _LARGEST:
            break
    return None


def is_same(kind: Kind, other: Kind) -> bool:
    """Whether two kinds are equal, and say the same of where things come from."""
    return kind is other or (kind == other and _uncompared(kind) == _uncompared(other))


def _uncompared(kind: Kind) -> list[tuple[object, ...]]:
    names = ("origin", "trusted", "borrows", "unread")
    return [tuple(getattr(inner, name, None) for name in names) for inner in _nested(kind) or ()]


def join(kinds: "list[Kind]") -> Kind:
    """The kind of a value that is one of ``kinds``: None gives way to the others, disagreement is unknown,
    but for engines and library objects, which stay what they have in common."""
    real = [kind for kind in kinds if not isinstance(kind, NoneKind)]
    if not real:
        return NONE if kinds else UNKNOWN
    if len(real) == 1 or all(kind == real[0] for kind in real):
        return real[0]
    if all(isinstance(kind, Engine) for kind in real):
        return Engine(None, real[0].origin if isinstance(real[0], Engine) else None)
    externals = tuple(dict.fromkeys(kind for kind in real if isinstance(kind, External)))
    if len(externals) > 1 and all(isinstance(kind, External) for kind in real):
        return Either(externals)
    return next((kind for kind in real if isinstance(kind, Unknown)), UNKNOWN)
