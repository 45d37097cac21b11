"""What the linter shall reach, as data, and whether what was measured does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from benchmarks import ours, peers
from benchmarks.measure import Medians

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compared:
    """One tree: what each contender took, by name, and how many of the files are worth parsing."""

    tree: str
    rows: Mapping[str, Medians]
    relevant: int = 0


@dataclass(frozen=True, slots=True)
class Scaled:
    """One project of many files, cold and warm."""

    name: str
    files: int
    lines: int
    relevant: int
    cold: Medians
    warm: Medians

    @property
    def peak(self) -> float:
        return max(self.cold.peak, self.warm.peak)


@dataclass(frozen=True, slots=True)
class Target(Generic[T]):
    """``figure`` takes from what was measured the number that ``limit`` bounds from above, or with ``at_least`` from below.

    It is None where a contender did not take part, or where the target does not apply. ``unit``: "s", "MiB" or "times".
    """

    what: str
    figure: Callable[[T], float | None]
    limit: float
    unit: str
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """``missed_by`` is None when the target is met, or ``measured`` is None."""

    what: str
    limit: str
    measured: str | None
    missed_by: str | None


def verdicts(targets: Sequence[Target[T]], measured: T) -> list[Verdict]:
    return [_verdict(target, target.figure(measured)) for target in targets]


def _verdict(target: Target[T], value: float | None) -> Verdict:
    limit = f"at {'least' if target.at_least else 'most'} {_amount(target.limit, target.unit)}"
    if value is None:
        return Verdict(target.what, limit, None, None)
    short = target.limit - value if target.at_least else value - target.limit
    return Verdict(target.what, limit, _amount(value, target.unit), _amount(short, target.unit) if short > 0 else None)


def _amount(value: float, unit: str) -> str:
    if unit == "s":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
    return f"{value:.0f} MiB" if unit == "MiB" else f"{value:.2f} times"


def _wall(name: str) -> Callable[[Compared], float | None]:
    return lambda measured: measured.rows[name].wall if name in measured.rows else None


def _times(name: str, against: str) -> Callable[[Compared], float | None]:
    """How many times as long as ``against`` the contender ``name`` takes."""

    def ratio(measured: Compared) -> float | None:
        rows = measured.rows
        return rows[name].wall / rows[against].wall if name in rows and against in rows else None

    return ratio


def _gain_of_two(measured: Compared) -> float | None:
    return _times(ours.COLD_ONE, ours.COLD_TWO)(measured) if measured.relevant > _WORTH_TWO else None


_WORTH_TWO = 200
SMALL: Sequence[Target[Compared]] = (
    Target("one small file, cold", _wall(ours.SMALL_COLD), 0.25, "s"),
    Target("one small file, warm", _wall(ours.SMALL_WARM), 0.08, "s"),
    Target("version", _wall(ours.VERSION), 0.06, "s"),
)
EVERY_TREE: Sequence[Target[Compared]] = (
    Target("semgrep, compared with cold", _times(peers.SEMGREP, ours.COLD), 1, "times", at_least=True),
    Target("cold, compared with ast-grep", _times(ours.COLD, peers.AST_GREP), 2, "times"),
    Target("warm, compared with ruff uncached", _times(ours.WARM, peers.RUFF), 3, "times"),
    Target(f"one worker, compared with two (above {_WORTH_TWO} relevant files)", _gain_of_two, 1.6, "times", at_least=True),
)
# the tree that the targets in seconds are set for
PREFECT: Sequence[Target[Compared]] = (
    Target("cold", _wall(ours.COLD), 0.8, "s"),
    Target("warm", _wall(ours.WARM), 0.2, "s"),
    Target("one file with sessions changed", _wall(ours.CHANGED), 0.3, "s"),
    Target("one other file changed", _wall(ours.OTHER_CHANGED), 0.3, "s"),
    Target("fixit, compared with cold", _times(peers.FIXIT, ours.COLD), 40, "times", at_least=True),
    *EVERY_TREE,
)
MONOREPO: Sequence[Target[Scaled]] = (
    Target("all packages together, cold", lambda project: project.cold.wall, 12, "s"),
    Target("all packages together, warm", lambda project: project.warm.wall, 1.2, "s"),
    Target("all packages together, largest process", lambda project: project.peak, 400, "MiB"),
)


def _spread(value: Callable[[Scaled], float]) -> Callable[[Sequence[Scaled]], float | None]:
    """The largest cost per file over the smallest; None for fewer than two sizes."""

    def ratio(projects: Sequence[Scaled]) -> float | None:
        costs = [value(project) / project.files for project in projects]
        return max(costs) / min(costs) if len(costs) > 1 else None

    return ratio


FLAT: Sequence[Target[Sequence[Scaled]]] = (
    Target("cold per file, dearest size over cheapest", _spread(lambda project: project.cold.wall), 1.2, "times"),
    Target("warm per file, dearest size over cheapest", _spread(lambda project: project.warm.wall), 1.2, "times"),
)


def _fourfold(projects: Sequence[Scaled]) -> float | None:
    """The most that four times as many files take of the CPU, as a multiple; None where no size is four times another."""
    costs = {project.name: project.cold.cpu for project in projects}
    pairs = [(costs[name], costs[larger]) for name in costs if (larger := _four_times(name)) in costs]
    return max((more / less for less, more in pairs), default=None)


def _four_times(name: str) -> str:
    count, _, what = name.partition(" ")
    return f"{int(count.replace(',', '')) * 4:,} {what}"


ROUTERS: Sequence[Target[Sequence[Scaled]]] = (Target("four times as many routers, CPU cold", _fourfold, 4.4, "times"),)


def of_tree(measured: Compared) -> list[Verdict]:
    return verdicts(PREFECT if measured.tree == "prefect" else EVERY_TREE, measured)
