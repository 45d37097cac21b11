"""What is told of a fleet, whatever it is written in."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import Any, TypeAlias

from sessionlint.model.finding import Rule, Severity
from sessionlint.model.records import dataclass

Data: TypeAlias = Mapping[str, Any]
"""A finding as the JSON report has it, with ``fingerprint``, ``line_hash`` and ``line``."""
ANALYSED = ("ok", "skipped")
"""The statuses of a repository of which everything is known; of one that is skipped, that there is no Python in it."""
NOBODY = ""


class Age(Enum):
    """What is known of a finding, beside the run that it is compared with; or of one that was there then.

    REVEALED and WITHDRAWN: it is not the code that is seen to have changed, but the version or the configuration that looked.
    """

    NEW = "new"
    RETURNED = "returned"
    REVEALED = "revealed"
    FIRST_LOOK = "first look"
    KNOWN = "known"
    FIXED = "fixed"
    WITHDRAWN = "withdrawn"


RECENT = (Age.NEW, Age.RETURNED)
GONE = (Age.FIXED, Age.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding; ``owners`` are whom CODEOWNERS names for its file. ``run`` and ``commit`` say where it was seen first."""

    data: Data
    age: Age
    owners: tuple[str, ...] = ()
    run: int = 0
    commit: str = ""

    @property
    def code(self) -> str:
        return str(self.data["code"])

    @property
    def severity(self) -> Severity:
        return Severity(self.data["severity"])

    @property
    def where(self) -> str:
        location = self.data["location"]
        return f"{self.data['filename']}:{location['row']}:{location['column']}"

    @property
    def is_recent(self) -> bool:
        """Whether it has come since the run that this is compared with."""
        return self.age in RECENT

    @property
    def is_fixable(self) -> bool:
        """Safely, without anybody's having to look."""
        return bool(self.data.get("fix")) and self.data["fix"]["applicability"] == "safe"


@dataclass(frozen=True, slots=True)
class Service:
    """A repository, with what is ``found`` there and what is ``gone`` since the run that it is compared with.

    Where it could not be analysed (``reason``), ``last_run`` is the last one that could (0: none), and ``last_findings`` how many
    there were then. ``version`` is that of sessionlint; ``skipped`` files were not read, and over ``errors`` sessionlint failed.
    """

    repository: str
    source: str
    status: str
    reason: str = ""
    commit: str = ""
    owner: str = ""
    labels: tuple[str, ...] = ()
    version: str = ""
    found: tuple[Found, ...] = ()
    gone: tuple[Found, ...] = ()
    checked: int = 0
    skipped: tuple[Mapping[str, str], ...] = ()
    errors: tuple[str, ...] = ()
    suppressed: int = 0
    baselined: int = 0
    last_run: int = 0
    last_findings: int = 0

    @property
    def is_analysed(self) -> bool:
        return self.status in ANALYSED

    def owners_of(self, found: Found) -> tuple[str, ...]:
        """Whom the list of the fleet names, for whoever wrote that knows the house; else CODEOWNERS."""
        return (self.owner,) if self.owner else found.owners or (NOBODY,)

    @property
    def owners(self) -> tuple[str, ...]:
        """Those of its findings, of the most first; the list's owner, where there are none."""
        counted = Counter(owner for found in self.found for owner in self.owners_of(found) if owner)
        return tuple(owner for owner, _ in counted.most_common()) or ((self.owner,) if self.owner else ())


@dataclass(slots=True)
class Counts:
    """Of findings: by severity, by age, and how many of them can be fixed safely; in how many ``services``."""

    severities: Counter[Severity] = field(default_factory=Counter)
    ages: Counter[Age] = field(default_factory=Counter)
    fixable: int = 0
    services: int = 0

    def add(self, found: Iterable[Found]) -> None:
        """What is in one more service."""
        is_there = False
        for each in found:
            self.ages[each.age] += 1
            if each.age not in GONE:
                is_there = True
                self.severities[each.severity] += 1
                self.fixable += each.is_fixable
        self.services += is_there

    @property
    def findings(self) -> int:
        return self.severities.total()

    @property
    def recent(self) -> int:
        return sum(self.ages[age] for age in RECENT)

    @property
    def rank(self) -> tuple[int, ...]:
        """The worst first."""
        return tuple(-self.severities[severity] for severity in Severity)


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the trend: how many repositories it saw, how many it ``analysed``, and what it found, by severity.

    ``date`` is what the clocks of its machines say, for people; nothing is told from it.
    """

    number: int
    version: str
    configuration: str
    repositories: int
    analysed: int
    severities: Mapping[str, int]
    is_complete: bool
    date: str = ""

    @property
    def name(self) -> str:
        return f"run {self.number}{f' ({self.date})' if self.date else ''}"


@dataclass(slots=True)
class Row:
    """A service, as a table has it."""

    repository: str
    status: str
    reason: str
    owners: tuple[str, ...]
    labels: tuple[str, ...]
    counts: Counts
    last_run: int
    last_findings: int
    files_skipped: int
    errors: int

    @property
    def is_analysed(self) -> bool:
        return self.status in ANALYSED


@dataclass(slots=True)
class Summary:
    """All services together, and by what they can be told apart. ``recent`` errors and warnings have come since the run that this
    is compared with; ``unknown_findings`` were there, when last seen, in services that could not be analysed."""

    rows: list[Row] = field(default_factory=list)
    whole: Counts = field(default_factory=Counts)
    statuses: Counter[str] = field(default_factory=Counter)
    groups: dict[str, dict[str, Counts]] = field(default_factory=dict)
    files_checked: int = 0
    files_skipped: int = 0
    errors: int = 0
    suppressed: int = 0
    baselined: int = 0
    unknown_findings: int = 0
    recent: int = 0

    @property
    def analysed(self) -> int:
        return sum(self.statuses[status] for status in ANALYSED)

    @property
    def unanalysed(self) -> int:
        return self.statuses.total() - self.analysed

    @property
    def serious(self) -> int:
        """Findings that are more than remarks."""
        return self.whole.findings - self.whole.severities[Severity.INFO]

    @property
    def affected(self) -> int:
        """Services with something worse than a remark."""
        return sum(row.counts.findings > row.counts.severities[Severity.INFO] for row in self.rows)

    def of(self, kind: str) -> list[tuple[str, Counts]]:
        """The groups of a kind in which something is, or was fixed, the worst first."""
        found = (item for item in self.groups[kind].items() if item[1].findings or item[1].ages[Age.FIXED])
        return sorted(found, key=lambda item: (item[1].rank, item[0]))


@dataclass(frozen=True, slots=True)
class Fleet:
    """The report of ``run``, compared with ``against`` (None: with nothing).

    ``services`` yields them by name, each time anew, so that none has to be held; ``service`` gives one of them. ``runs``: up to
    this one, which is the last. ``left``: repositories of ``against`` that are not in ``run``. ``kinds``: by what to group;
    ``rules`` by code.
    """

    run: RunLine
    against: RunLine | None
    runs: Sequence[RunLine]
    summary: Summary
    services: Callable[[], Iterator[Service]]
    service: Callable[[str], Service]
    left: Sequence[str] = ()
    kinds: tuple[str, ...] = ("owner", "rule")
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def name_of(self, code: str) -> str:
        return self.rules[code].name if code in self.rules else ""


KINDS: Mapping[str, str] = {
    "owner": "Owners",
    "codeowner": "Code owners",
    "label": "Labels",
    "rule": "Rules",
    "severity": "Severities",
    "age": "Ages",
}
"""By what findings can be grouped, with the title of the table."""
