"""What a run hands to a report: the findings to show and what the closing lines need."""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from sessionlint.model.finding import Finding, Rule
from sessionlint.model.records import dataclass

if TYPE_CHECKING:
    from sessionlint.model.facts import Suppression


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment hides; ``path`` is the comment's file (any file of the finding's trace)."""

    finding: Finding
    path: str
    suppression: "Suppression"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why, in words a person can read."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remarks:
    """What there is to say of a project in which less is found than there may be.

    ``files`` says whether there are any; ``unread`` whether one of them could not be read, ``library`` whether one imports
    SQLAlchemy; ``unseen`` are names by file that read as if they gave sessions, from where nobody can look.
    """

    files: bool = False
    unread: bool = False
    library: bool = False
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one run.

    ``findings`` are selected, in scope, not suppressed, and sorted by path, position and code. ``rules`` holds every rule
    by code. ``repaired`` holds path and code of each finding that this run repaired (or, for a diff, would repair);
    ``fixable_safe`` and ``fixable_unsafe`` count those of ``findings`` with a fix of that applicability. ``errors`` are
    our own failures. ``notes`` hold the ``remarks`` in words. ``baselined`` and ``older`` would be findings, too, but for the
    baseline, and for the revision since which is asked; ``stale`` entries of the baseline match nothing.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    repaired: tuple[tuple[str, str], ...] = ()
    fixable_safe: int = 0
    fixable_unsafe: int = 0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    checked: int = 0
    baselined: tuple[Finding, ...] = ()
    older: tuple[Finding, ...] = ()
    stale: int = 0
    remarks: Remarks = Remarks()

    @property
    def fixed(self) -> int:
        return len(self.repaired)
