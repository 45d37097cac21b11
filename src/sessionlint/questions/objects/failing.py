"""Looks at attributes that fail on every path that comes to them."""

from collections.abc import Iterator
from dataclasses import replace

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.model import walk
from sessionlint.model.facts import Attribute
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.entity import Entity, Shape, Stage
from sessionlint.questions.objects.faults import Fault, Why, fault
from sessionlint.questions.objects.giving import Values
from sessionlint.questions.objects.knowledge import Look
from sessionlint.questions.objects.mapped import relationship
from sessionlint.questions.objects.objects import Objects, objects_in
from sessionlint.questions.objects.schemas import route_schema, schema_fields
from sessionlint.questions.requests.routes import is_route


@dataclass(frozen=True, slots=True, eq=False)
class FailingLook:
    """A look at what an object would have to load first; ``entity`` is that object, as it is on one of the paths.

    ``others`` are the looks in the same body that fail for the same commit or rollback.
    """

    function: FunctionScope
    look: Look
    entity: Entity
    fault: Fault
    others: tuple[Place, ...] = ()

    @property
    def place(self) -> Place:
        return self.function.module.place(self.look.term.span)

    @property
    def written(self) -> str:
        """For a message: ``shop.items``."""
        owner = walk.dotted(self.look.owner)
        return f"{owner}.{self.look.attr}" if owner is not None else f"{_short(self.entity.written)}.{self.look.attr}"

    @property
    def via(self) -> Place | None:
        """Where the attribute is read, if not here."""
        return self.look.via or self.fault.via

    @property
    def loaded_at(self) -> Place | None:
        """Where the object was loaded or made."""
        origin, where = self.entity.origin, self.entity.where
        return where.module.place(origin.span) if origin is not None and where is not None else None

    @property
    def is_direct(self) -> bool:
        """Whether the attribute itself is what has to be loaded, and stands here."""
        return isinstance(self.look.term, Attribute) and self.look.attr == self.fault.attribute


def _short(written: str) -> str:
    return written.rpartition(".")[2]


@collected
def failing_looks(project: Project, module: ModuleScope) -> Iterator[FailingLook]:
    """Every look in a module that fails, in source order, the first of each place."""
    for objects in objects_in(project, module):
        looks = [*objects.looks.items(), *_by_fastapi(project, objects)]
        found = [failing for look, values in looks if (failing := _failing(project, objects, look, values)) is not None]
        yield from _by_cause(sorted(found, key=lambda one: one.place))


def _by_cause(found: list[FailingLook]) -> Iterator[FailingLook]:
    """The first at each place, and of those that one commit or rollback is behind."""
    groups: dict[object, list[FailingLook]] = {}
    for failing in found:
        cause = failing.entity.expired if failing.fault.why is Why.EXPIRED else failing.place
        groups.setdefault(cause, []).append(failing)
    for first, *others in groups.values():
        yield replace(first, others=tuple(dict.fromkeys(one.place for one in others if one.place != first.place)))


def _by_fastapi(project: Project, objects: Objects) -> Iterator[tuple[Look, Values]]:
    """What FastAPI reads of the object that a route returns, to make the response of it."""
    function = objects.function
    schema = route_schema(function) if objects.returned and is_route(project, function) else None
    for attr, place in schema_fields(project, schema, function.module) if schema is not None else ():
        for statement, values in objects.returned.items():
            if statement.value is not None:
                yield Look(statement.value, statement.value, attr, place), frozenset(map(_each, values))


def _each(one: Entity | None) -> Entity | None:
    return one.of_shape(Shape.ONE) if one is not None and one.shape is Shape.MANY else one


def _failing(project: Project, objects: Objects, look: Look, values: Values) -> FailingLook | None:
    found = [(one, fault(project, one, look.attr) if one is not None else None) for one in values]
    faults = [(one, why) for one, why in found if one is not None and why is not None]
    if not faults or len(faults) != len(found) or len({(one.stage, why.why) for one, why in faults}) > 1:
        return None
    entity, why = min(faults, key=lambda pair: (pair[1].is_certain, pair[0].origin.span if pair[0].origin else ()))
    if look.writes and not _fails_when_written(project, entity, why):
        return None
    return FailingLook(objects.function, look, entity, why)


def _fails_when_written(project: Project, entity: Entity, why: Fault) -> bool:
    """A new collection replaces the old one, which is loaded for that; a single object is loaded by the flush, if at all."""
    if entity.stage is not Stage.LIVE or not entity.is_async or why.why is not Why.LAZY or entity.cls is None:
        return False
    found = relationship(project, entity.cls, why.attribute)
    return found is not None and found.is_list
