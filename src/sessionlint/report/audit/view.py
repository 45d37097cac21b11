"""What an audit is written from."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from sessionlint.model.deployment import Concurrency
from sessionlint.model.finding import Applicability, Finding, Rule, Severity
from sessionlint.model.history import History
from sessionlint.model.outcome import Suppressed
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.inventory.files import FileRecord
from sessionlint.questions.inventory.reach import Reach
from sessionlint.questions.inventory.records import Inventory, Part
from sessionlint.report.audit.rule_page import RulePage
from sessionlint.report.map.view import View


class Level(Enum):
    """How much is at risk."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    NONE = "NONE"


_LEVELS = {Severity.ERROR: Level.HIGH, Severity.WARNING: Level.MEDIUM, Severity.INFO: Level.LOW}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding, and whom it meets."""

    finding: Finding
    reach: Reach


@dataclass(frozen=True, slots=True)
class Risk:
    """What one rule has found, as severe as that is; ``id`` is ``H1``, ``M1`` or ``L1`` and so on."""

    id: str
    level: Level
    rule: Rule
    page: RulePage
    evidence: tuple[Evidence, ...]

    @property
    def size(self) -> int:
        """How much code is met."""
        return _widest(self.evidence)

    @property
    def applicability(self) -> Applicability | None:
        """That of the riskiest fix; None where some of it is for a person to do."""
        found = {one.finding.fix.applicability if one.finding.fix is not None else None for one in self.evidence}
        if None in found or Applicability.DISPLAY in found:
            return None
        return Applicability.UNSAFE if Applicability.UNSAFE in found else Applicability.SAFE

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.finding.place.path for one in self.evidence))


@dataclass(frozen=True, slots=True)
class Audit:
    """``asked`` are the paths that were asked about, relative to the project's root ("" is the root). ``map`` is what has to do
    with them, ``whole`` the inventory of the project; ``files`` are those of ``asked``, the others only where they matter.

    ``tests``: by thing, the test files that hold on to it. ``is_root_sure``: something says which folder the project is.
    ``read``: how many files of the project were read, of them in ``parsed`` more than the imports; ``skipped``: path and reason.
    """

    asked: tuple[str, ...]
    map: View
    whole: Inventory
    files: tuple[FileRecord, ...]
    risks: tuple[Risk, ...]
    suppressed: tuple[Suppressed, ...]
    history: History
    concurrency: tuple[Concurrency, ...]
    read: int
    parsed: int
    skipped: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]
    tests: Mapping[Place, tuple[str, ...]]
    is_root_sure: bool = True
    every: bool = False

    @property
    def level(self) -> Level:
        return self.risks[0].level if self.risks else Level.NONE

    @property
    def is_one_file(self) -> bool:
        return len(self.asked) == 1 and len(self.files) == 1 and self.files[0].path == self.asked[0]

    @property
    def subjects(self) -> frozenset[str]:
        """The files that are described: of a project its tests are not, unless everything is asked for, or nothing else."""
        others = frozenset(record.path for record in self.files if record.part is not Part.TEST)
        return others if others and not self.every else frozenset(record.path for record in self.files)

    def at(self, place: Place) -> str:
        return self.map.at(place)


def ranked(evidence: Iterable[Evidence], rules: Mapping[str, Rule], pages: Mapping[str, RulePage]) -> Iterator[Risk]:
    """The risks, the worst first; of those that are as bad, those of tests alone last, and first the one that meets most."""
    groups: dict[tuple[int, str], list[Evidence]] = {}
    for one in evidence:
        groups.setdefault((one.finding.severity.rank, one.finding.code), []).append(one)
    order = sorted(groups.items(), key=lambda item: (item[0][0], _is_tests_alone(item[1]), -_widest(item[1]), item[0][1]))
    numbers: Counter[Level] = Counter()
    for (_, code), found in order:
        level = _LEVELS[found[0].finding.severity]
        numbers[level] += 1
        yield Risk(f"{level.value[0]}{numbers[level]}", level, rules[code], pages[code], tuple(found))


def _widest(evidence: Iterable[Evidence]) -> int:
    return max(one.reach.size for one in evidence)


def _is_tests_alone(evidence: Iterable[Evidence]) -> bool:
    return all(one.reach.by is not None and one.reach.by.part is Part.TEST for one in evidence)


def parts_of(reach: Reach) -> Mapping[Part, int]:
    """How much code of each role is met: users one by one, importers by the file, which is not counted beside its own code."""
    counted: Counter[Part] = Counter(code.part for code in reach.users)
    users = {code.place.path for code in reach.users}
    counted.update(one.part for one in reach.importers if one.place.path not in users)
    return {part: counted[part] for part in Part if counted[part]}
