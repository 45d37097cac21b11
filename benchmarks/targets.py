"""What the linter shall reach, as data, and whether what was measured does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from benchmarks import ours, peers
from benchmarks.measure import Medians
from benchmarks.ours import Parsed

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
class Given:
    """A tree that somebody has, cold. ``before`` is what an earlier revision took."""

    name: str
    files: int
    lines: int
    parsed: Parsed
    cold: Medians
    before: Medians | None = None

    @property
    def per_parsed_line(self) -> float:
        """Seconds of CPU."""
        return self.cold.cpu / max(1, self.parsed.lines)


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


def _cpu(name: str) -> Callable[[Compared], float | None]:
    return lambda measured: measured.rows[name].cpu if name in measured.rows else None


def _peak(name: str) -> Callable[[Compared], float | None]:
    return lambda measured: measured.rows[name].peak if name in measured.rows else None


def _ratio(
    of: Callable[[str], Callable[[Compared], float | None]], name: str, against: str
) -> Callable[[Compared], float | None]:
    def ratio(measured: Compared) -> float | None:
        value, base = of(name)(measured), of(against)(measured)
        return value / base if value is not None and base is not None else None

    return ratio


def _times(name: str, against: str) -> Callable[[Compared], float | None]:
    """How many times as long as ``against`` the contender ``name`` takes."""
    return _ratio(_wall, name, against)


def _of_before(name: str, other: str | None = None) -> Callable[[Compared], float | None]:
    """What the contender takes of what it (or an ``other``) took in the revision before."""
    return _times(name, ours.before(other or name))


def _gain_of_two(measured: Compared) -> float | None:
    return _times(ours.COLD_ONE, ours.COLD_TWO)(measured) if measured.relevant > _WORTH_TWO else None


_WORTH_TWO = 200
# what two runs of one program may differ by
_NO_SLOWER = 1.05
SMALL: Sequence[Target[Compared]] = (
    Target("one small file, cold", _wall(ours.SMALL_COLD), 0.25, "s"),
    Target("one small file, warm", _wall(ours.SMALL_WARM), 0.08, "s"),
    Target("version", _wall(ours.VERSION), 0.06, "s"),
    Target("one small file, cold, of the revision before", _of_before(ours.SMALL_COLD), _NO_SLOWER, "times"),
    Target("one small file, warm, of the revision before", _of_before(ours.SMALL_WARM), _NO_SLOWER, "times"),
    Target("version, of the revision before", _of_before(ours.VERSION), _NO_SLOWER, "times"),
)
EVERY_TREE: Sequence[Target[Compared]] = (
    Target("semgrep, compared with cold", _times(peers.SEMGREP, ours.COLD), 1, "times", at_least=True),
    Target("cold, compared with ast-grep", _times(ours.COLD, peers.AST_GREP), 3, "times"),
    Target("warm, compared with ruff uncached", _times(ours.WARM, peers.RUFF), 3, "times"),
    Target(f"one worker, compared with two (above {_WORTH_TWO} relevant files)", _gain_of_two, 1.6, "times", at_least=True),
)
# the tree that the targets are set for
PREFECT: Sequence[Target[Compared]] = (
    Target("cold, of the revision before", _of_before(ours.COLD), 0.4, "times"),
    Target("warm, of the revision before", _of_before(ours.WARM), _NO_SLOWER, "times"),
    Target("ty, compared with cold", _times(peers.TY, ours.COLD), 1.7, "times", at_least=True),
    Target("pyrefly, compared with cold", _times(peers.PYREFLY, ours.COLD), 3, "times", at_least=True),
    Target("fixit, compared with cold", _times(peers.FIXIT, ours.COLD), 120, "times", at_least=True),
    Target("one file with sessions changed, its interface the same, of warm", _times(ours.CHANGED, ours.WARM), 3, "times"),
    Target("a factory or provider changed, of cold", _times(ours.INTERFACE_CHANGED, ours.COLD), 0.5, "times"),
    Target("one other file changed, of warm", _times(ours.OTHER_CHANGED, ours.WARM), 3, "times"),
    *EVERY_TREE,
)
MONOREPO: Sequence[Target[Compared]] = (
    Target("two workers, of the revision before", _of_before(ours.COLD_TWO, ours.COLD), 0.22, "times"),
    Target("largest process, two workers", _peak(ours.COLD_TWO), 400, "MiB"),
    Target("one worker, compared with two", _times(ours.COLD_ONE, ours.COLD_TWO), 1.6, "times", at_least=True),
    Target("warm", _wall(ours.WARM), 1.2, "s"),
)
LONG_MODULE: Sequence[Target[Compared]] = (
    Target("CPU, as a multiple of `ast.parse`", _ratio(_cpu, ours.COLD, ours.AST_PARSE), 2, "times"),
)
FIXES: Sequence[Target[Compared]] = (
    Target("CPU", _cpu(ours.FIX), 10, "s"),
    Target("CPU, of the revision before", _ratio(_cpu, ours.FIX, ours.before(ours.FIX)), 10 / 56, "times"),
)


def of_given(tree: Given, prefect: Given) -> list[Verdict]:
    """A tree is measured by what the same revision takes for a line of prefect in the same run."""
    return verdicts(
        (
            Target(
                f"{tree.name}, CPU per parsed line, of prefect's",
                lambda one: one.per_parsed_line / prefect.per_parsed_line,
                1.5,
                "times",
            ),
            Target(f"{tree.name}, largest process", lambda one: one.cold.peak, 800, "MiB"),
        ),
        tree,
    )


def _spread(value: Callable[[Scaled], float]) -> Callable[[Sequence[Scaled]], float | None]:
    """The largest cost per file over the smallest; None for fewer than two sizes."""

    def ratio(projects: Sequence[Scaled]) -> float | None:
        costs = [value(project) / project.files for project in projects]
        return max(costs) / min(costs) if len(costs) > 1 else None

    return ratio


FLAT: Sequence[Target[Sequence[Scaled]]] = (
    Target("cold per file, dearest size over cheapest", _spread(lambda project: project.cold.wall), 1.25, "times"),
    Target("warm per file, dearest size over cheapest", _spread(lambda project: project.warm.wall), 1.25, "times"),
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
