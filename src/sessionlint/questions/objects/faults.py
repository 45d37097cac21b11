"""Which look at an attribute cannot work, and why: what it would have to load first."""

from dataclasses import replace
from enum import Enum

from sessionlint.link.project import Project
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.attributes import is_column, is_deferred, is_loaded_column, property_of, proxied
from sessionlint.questions.objects.entity import Entity, Shape, Stage
from sessionlint.questions.objects.mapped import Loads, relationship
from sessionlint.questions.objects.reading import surely_read

_DEPTH = 3  # properties that read properties


class Why(Enum):
    LAZY = "a relationship that is loaded by the first look at it"
    DEFERRED = "a column that was left out of the query"
    EXPIRED = "a commit or rollback expired it"


@dataclass(frozen=True, slots=True)
class Fault:
    """``attribute`` is what has to be loaded; ``via`` where that is read, if a property or a function does. ``is_certain``: not
    a relationship whose object may be in the session already."""

    why: Why
    attribute: str
    is_certain: bool
    via: Place | None = None
    defined: Place | None = None


def fault(project: Project, entity: Entity, name: str, depth: int = _DEPTH) -> Fault | None:
    """Why a look at the attribute ``name`` of an object has to ask the database; None: it need not, or nobody knows."""
    if entity.shape is not Shape.ONE or not entity.is_there:
        return None
    if entity.cls is not None and (found := _of_class(project, entity, name, depth)) is not None:
        return found
    if entity.expired is not None and is_loaded_column(project, entity.cls, name):
        return Fault(Why.EXPIRED, name, True)
    return None


def _of_class(project: Project, entity: Entity, name: str, depth: int) -> Fault | None:
    assert entity.cls is not None
    found = relationship(project, entity.cls, name)
    if found is not None:
        if entity.expired is not None:
            return Fault(Why.EXPIRED, name, True)
        if found.loads is not Loads.LAZILY or name in entity.loaded or entity.hazy:
            return None
        is_certain = entity.stage is Stage.DETACHED or found.many_to_one is False
        return Fault(Why.LAZY, name, is_certain, defined=found.place)
    if name not in entity.loaded and not entity.hazy and _is_left_out(project, entity, name):
        return Fault(Why.DEFERRED, name, True)
    return _through(project, entity, name, depth)


def _is_left_out(project: Project, entity: Entity, name: str) -> bool:
    assert entity.cls is not None
    if entity.is_new:
        return False
    if name in entity.deferred or is_deferred(project, entity.cls, name):
        return True
    return entity.only is not None and name not in entity.only and name != "id" and is_column(project, entity.cls, name)


def _through(project: Project, entity: Entity, name: str, depth: int) -> Fault | None:
    """What a property, a hybrid or an association proxy reads in turn."""
    assert entity.cls is not None
    if (collection := proxied(project, entity.cls, name)) is not None:
        return fault(project, entity, collection, 0) if depth else None
    method = property_of(project, entity.cls, name) if depth else None
    if method is None or not method.node.params:
        return None
    for read, place in surely_read(project, method, method.node.params[0].name):
        found = fault(project, entity, read, depth - 1)
        if found is not None:
            return replace(found, via=found.via or place)
    return None
