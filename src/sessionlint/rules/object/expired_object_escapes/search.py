"""Objects that a function returns expired, and without a session."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Return
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.entity import Entity, Stage
from sessionlint.questions.objects.objects import objects_in


@dataclass(frozen=True, slots=True, eq=False)
class Escape:
    """``entity`` is the object as the caller gets it."""

    statement: Return
    entity: Entity
    function: FunctionScope

    @property
    def place(self) -> Place:
        return self.function.module.place(self.statement.span)

    @property
    def written(self) -> str:
        """For a message: what is returned, or its class."""
        value = self.statement.value
        return (walk.dotted(value) if value is not None else None) or self.entity.written


def escapes(project: Project, module: ModuleScope) -> Iterator[Escape]:
    """Every ``return`` of a module that hands out nothing but objects which have expired, and have no session."""
    for objects in objects_in(project, module):
        for statement, values in sorted(objects.returned.items(), key=lambda pair: pair[0].span):
            found = [one for one in values if one is not None]
            if len(found) == len(values) and all(_has_escaped(one, objects.function) for one in found):
                yield Escape(statement, min(found, key=_order), objects.function)


def _has_escaped(entity: Entity, function: FunctionScope) -> bool:
    return entity.has_objects and entity.stage is Stage.DETACHED and entity.expired is not None and is_closed_in(function, entity)


def is_closed_in(function: FunctionScope, entity: Entity) -> bool:
    """Whether it is this function that closes the object's session; if another one does, that one hands the object out."""
    place = entity.closed
    return place is not None and place.path == function.module.path and function.node.span.contains(place.span)


def _order(entity: Entity) -> tuple[object, ...]:
    return (entity.written, entity.expired or (), entity.closed or ())
