"""What a map is drawn from."""

from collections.abc import Callable, Mapping

from sessionlint.model.finding import Finding, Rule
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Position, Source
from sessionlint.questions.inventory.records import Code, Inventory


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and the code that it lies in, where that is known."""

    finding: Finding
    by: Code | None


@dataclass(frozen=True, slots=True)
class View:
    """``name`` is the project's; ``shown_path`` says how a path, relative to its root, is written."""

    name: str
    inventory: Inventory
    found: tuple[Found, ...]
    rules: Mapping[str, Rule]
    sources: Mapping[str, Source]
    shown_path: Callable[[str], str] = str

    def position(self, place: Place) -> Position:
        return self.sources[place.path].position(place.span.start)

    def at(self, place: Place) -> str:
        """``app/db.py:12``"""
        return f"{self.shown_path(place.path)}:{self.position(place).line}"
