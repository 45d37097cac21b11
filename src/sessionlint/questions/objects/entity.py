"""What is known of an object, or of something that gives objects, at one point of one path."""

from dataclasses import replace
from enum import Enum

from sessionlint.link.names.scopes import ClassScope, FunctionScope
from sessionlint.model.facts import Call
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place


class Shape(Enum):
    STATEMENT = "a select() that has not run"
    QUERY = "a Query that has not run"
    RESULT = "a result of rows"
    SCALARS = "a result of objects"
    ONE = "an object"
    MANY = "a collection of objects"


class Stage(Enum):
    NEW = "made, in no session"
    PENDING = "added, not flushed"
    LIVE = "in its session"
    DETACHED = "its session was closed"


@dataclass(frozen=True, slots=True)
class Entity:
    """``written`` is its class as the code names it, ``cls`` that class where it was read,
    ``unread`` the file where it was not.

    ``session`` is the dotted name of its session in this body, "" where it has none. ``loaded`` are attributes that are surely
    there, dotted where they belong to one of them; ``only`` and ``deferred`` are columns that the query names. ``hazy``: others
    may have been loaded as well. ``expired`` is what expired it. ``idle``: the session is in no transaction. ``own``: this body
    opened the session. ``origin`` is the call that gave it, in ``where``.
    """

    shape: Shape
    written: str
    cls: ClassScope | None
    unread: str | None = None
    session: str = ""
    is_async: bool = False
    expires: bool = False
    own: bool = False
    stage: Stage = Stage.LIVE
    loaded: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    hazy: bool = False
    is_new: bool = False
    expired: Place | None = None
    idle: bool = False
    origin: Call | None = None
    where: FunctionScope | None = None
    closed: Place | None = None

    def of_shape(self, shape: Shape) -> "Entity":
        return replace(self, shape=shape)

    def with_loaded(self, *names: str) -> "Entity":
        return replace(self, loaded=self.loaded | set(names))

    @property
    def blurred(self) -> "Entity":
        """As it is once somebody else may have looked at it, or loaded more."""
        return replace(self, hazy=True, expired=None)

    @property
    def is_there(self) -> bool:
        """Whether it has a row in the database, as far as its session knows."""
        return self.stage in (Stage.LIVE, Stage.DETACHED)

    @property
    def has_objects(self) -> bool:
        return self.shape in (Shape.ONE, Shape.MANY)


MOST = 16


def told_together(values: frozenset[Entity | None]) -> frozenset[Entity | None]:
    """What a name may be, of which there is too much to be told apart: a function with twenty ``if``, each of which sets another
    attribute, has a million ways to leave its object. What differs in what is loaded only has all of it loaded; if that is not
    enough, nothing is known."""
    if len(values) <= MOST:
        return values
    loaded: dict[Entity | None, frozenset[str]] = {}
    for one in values:
        alike = replace(one, loaded=frozenset()) if one is not None else None
        loaded[alike] = loaded.get(alike, frozenset()) | (one.loaded if one is not None else frozenset())
    together = frozenset(replace(one, loaded=names) if one is not None else None for one, names in loaded.items())
    return together if len(together) <= MOST else frozenset({None})


# --- what happens to it through its session -----------------------------------------------------------------------------


def committed(entity: Entity, at: Place) -> Entity:
    if entity.stage not in (Stage.LIVE, Stage.PENDING) or not entity.has_objects:
        return replace(entity, idle=True)
    if not entity.expires:
        return replace(entity, stage=Stage.LIVE, idle=True, is_new=False)
    return replace(entity, stage=Stage.LIVE, idle=True, is_new=False, expired=at)


def rolled_back(entity: Entity, at: Place) -> Entity | None:
    """Objects that were added are in no session any more, unless a commit came in between."""
    if not entity.has_objects:
        return entity
    if entity.idle:
        return entity
    if entity.is_new and entity.stage in (Stage.LIVE, Stage.PENDING):
        return None
    if entity.stage is Stage.LIVE:
        return replace(entity, idle=True, expired=at)
    return entity


def closed(entity: Entity, at: Place) -> Entity | None:
    if entity.stage is Stage.PENDING:
        return None
    if entity.stage is Stage.NEW:
        return entity
    return replace(entity, stage=Stage.DETACHED, session="", closed=at)


def flushed(entity: Entity) -> Entity:
    return replace(entity, stage=Stage.LIVE, idle=False) if entity.stage is Stage.PENDING else replace(entity, idle=False)
