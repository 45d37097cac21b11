"""What the Python API gives back. Other programs keep these, so they are plain data that depends on nothing of ours.

Paths are relative to the folder of the project, with forward slashes. Lines and columns count from 1, columns in characters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Location:
    """A range in a file; what stands at ``end_line`` and ``end_column`` is not part of it."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Related:
    """Another place of a finding's story: where the factory is built, where the provider is used."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """``text`` takes the place of what is at ``location``; an empty range inserts, an empty text deletes."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits, perhaps in several files, that are made all or none.

    A ``safe`` fix keeps what the program does; an ``unsafe`` one may change it; one for ``display`` is never made by the tool.
    """

    title: str
    applicability: Literal["safe", "unsafe", "display"]
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. ``code`` and ``name`` are the rule's, ``why`` is what it protects from; ``help`` may be empty."""

    code: str
    name: str
    severity: Literal["error", "warning", "info"]
    message: str
    location: Location
    related: tuple[Related, ...]
    why: str
    help: str
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment in the file ``path`` hides: one that begins with ``noqa``, or one of this tool's own."""

    finding: Finding
    path: str
    style: Literal["noqa", "ignore", "ignore-file"]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. ``findings`` are in order of files and places; ``checked`` counts the files that were asked about.

    ``notes`` and ``warnings`` are for people. ``errors`` are failures of sessionlint itself, over one file or in one rule: what
    it found elsewhere is complete. ``text_path`` is the file that the text of ``check_text`` stands for.
    """

    project: Path
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]
    checked: int
    text_path: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The text of a file before and after its fixes."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """``report`` is what is left; ``fixed`` counts the findings that are gone; ``unwritten`` says of files that could not be
    written why not: the fixes that need them were not made."""

    report: Report
    changes: tuple[Change, ...]
    fixed: int
    unwritten: Mapping[str, str]
