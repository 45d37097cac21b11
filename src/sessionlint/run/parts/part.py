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

    def outcome(self) -> Outcome:
        return joined([outcome for _, outcome in self.each], self.each[0][0].planned.scope)
