"""A part of a project, and what is found in it."""

from collections.abc import Mapping, Sequence

from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.run.parts.joining import joined
from sessionlint.run.planning import Plan


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be checked by itself: the plan of its files, their texts, and why some were ``refused``."""

    planned: Plan
    texts: Mapping[str, bytes]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a project in which something may be reported, and what each came to."""

    each: Sequence[tuple[Part, Outcome]]

    def joined(self, outcomes: Sequence[Outcome] | None = None) -> Outcome:
        """What the project came to where its parts came to these, or to what they did."""
        planned = self.each[0][0].planned
        are_all = {path for part, _ in self.each for path in part.planned.files} == planned.around
        return joined(outcomes or [outcome for _, outcome in self.each], planned.scope, are_all=are_all)
