"""What is known of the names of a body at one place, and what a walk over it offers to those who tell it what calls do."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.model.facts import Call, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.entity import MOST, Entity, told_together
from sessionlint.questions.objects.giving import Giving, Values

Fact: TypeAlias = tuple[object, Entity | None]
"""A name, or the statement that returns it, and what it may be."""
Facts: TypeAlias = frozenset[Fact]
REACHED: Fact = ("", None)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at an attribute: ``term`` is the attribute, or the call that hands the object to who reads it, at ``via``."""

    term: Term
    owner: Term
    attr: str
    via: Place | None = None
    writes: bool = False


class Knowledge(dict[object, Values]):
    """What each name may be, while one statement is looked at; ``has_objects``: one of them is an object, or gives some."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.has_objects = False
        self._before: Facts | None = facts
        for name, value in facts:  # a loop, because this is done for every statement
            if value is not None:
                self.has_objects = True
            known = self.get(name)
            self[name] = frozenset((value,)) if known is None else known | {value}
        if len(facts) > MOST:
            self._tell_together()

    def _tell_together(self) -> None:
        for name, values in [*self.items()]:
            self.put(name, told_together(values))

    @property
    def facts(self) -> Facts:
        if self._before is None:
            facts = [(name, value) for name, values in self.items() for value in values]
            self._before = frozenset(facts)
            self.has_objects = any(value is not None for _, value in facts)
        return self._before

    def is_of(self, facts: Facts) -> bool:
        """Whether it is what would be made of these."""
        return self._before is facts and len(facts) <= MOST

    def put(self, name: object, values: Values) -> None:
        if self.get(name) != values:
            self[name] = values
            self._before = None
            self.has_objects = self.has_objects or any(value is not None for value in values)

    def drop(self, name: object) -> None:
        if self.pop(name, None) is not None:
            self._before = None

    def change(self, applies: Callable[[Entity], bool], change: Callable[[Entity], Entity | None]) -> None:
        """Change every object to which something applies, under whatever name."""
        for name, values in [*self.items()] if self.has_objects else ():
            if any(one is not None and applies(one) for one in values):
                self.put(name, frozenset(change(one) if one is not None and applies(one) else one for one in values))


class Follows(Protocol):
    """The walk, to what follows calls."""

    project: Project
    scope: FunctionScope
    giving: Giving
    given: dict[tuple[Call, Term], set[Entity | None]]

    def place(self, term: Term) -> Place:
        """Where a term stands."""

    def look(self, term: Term, known: Knowledge, *, awaited: bool = False) -> None:
        """Everything that evaluating ``term`` looks at and does."""

    def read(self, look: Look, known: Knowledge) -> None:
        """Take a look down, and what becomes of the object."""
