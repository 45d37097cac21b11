"""Tables and a plot from what was measured, and their place in README.md."""

import os
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks import ours, peers
from benchmarks.measure import Medians
from benchmarks.plot import plot
from benchmarks.targets import Given, Scaled, Verdict
from ecosystem.report import table as markdown


def table(measured: Sequence[Medians]) -> str:
    """One row per contender, its wall time also as a multiple of our cold run's and of ruff's, as far as these took part."""
    by_name = {row.name: row for row in measured}
    against = [by_name[name] for name in (ours.COLD, peers.RUFF) if name in by_name]
    head = ("", "files", "wall", *(f"as a multiple of {row.name}" for row in against), "CPU", "peak", "runs")
    return "\n".join([*markdown(head, (_row(row, against) for row in measured)), ""])


def _row(row: Medians, against: Iterable[Medians]) -> list[str]:
    files = "" if row.files is None else f"{row.files:,}"
    multiples = [f"{row.wall / base.wall:.2f}" for base in against]
    runs = str(row.runs) if row.warmed else f"{row.runs}, no warm-up"
    return [row.name, files, _seconds(row.wall), *multiples, _seconds(row.cpu), f"{row.peak:.0f} MiB", runs]


def verdict_table(verdicts: Iterable[Verdict]) -> str:
    rows = ([one.what, one.limit, one.measured or "", _said(one)] for one in verdicts)
    return "\n".join([*markdown(_TARGETS, rows), ""])


def _said(verdict: Verdict) -> str:
    if verdict.measured is None:
        return "not measured, or does not apply"
    return "met" if verdict.missed_by is None else f"missed by {verdict.missed_by}"


def scaling_table(projects: Iterable[Scaled]) -> str:
    head = ("project", "files", "lines", "relevant", "cold", "per file", "warm", "per file", "largest process", "runs")
    return "\n".join([*markdown(head, map(_scaled, projects)), ""])


def _scaled(one: Scaled) -> list[str]:
    sizes = [f"{one.files:,}", f"{one.lines:,}", f"{one.relevant:,}"]
    times = [text for row in (one.cold, one.warm) for text in (_seconds(row.wall), f"{_per_file(row, one):.2f} ms")]
    return [one.name, *sizes, *times, f"{one.peak:.0f} MiB", f"{one.cold.runs} cold, {one.warm.runs} warm"]


def given_table(trees: Iterable[Given]) -> str:
    head = ("tree", "files", "lines", "parsed", "of their lines", "CPU", "per file", "per parsed line", "peak", "before", "runs")
    return "\n".join([*markdown(head, map(_given, trees)), ""])


def _given(tree: Given) -> list[str]:
    sizes = [f"{number:,}" for number in (tree.files, tree.lines, *tree.parsed)]
    per_file, per_line = tree.cold.cpu / tree.files * 1000, tree.per_parsed_line * 1_000_000
    costs = [_seconds(tree.cold.cpu), f"{per_file:.2f} ms", f"{per_line:.1f} µs", f"{tree.cold.peak:.0f} MiB"]
    before = f"{_seconds(tree.before.cpu)}, {tree.before.peak:.0f} MiB" if tree.before else ""
    return [tree.name, *sizes, *costs, before, str(tree.cold.runs)]


_TARGETS = ("target", "shall be", "measured", "")


def summary(readme: str) -> str:
    """The targets of all tables on a page in one, with the name of the place that each stands in."""
    return "\n".join([*markdown(("measured on", *_TARGETS), _judged(readme)), ""])


def _judged(readme: str) -> Iterator[list[str]]:
    place, is_target = "", False
    for line in readme.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if opening := re.fullmatch(r"<!-- (?:compare )?([^/].*) -->", line):
            place, is_target = opening[1], False
        elif not line.startswith("|"):
            is_target = False
        elif tuple(cells) == _TARGETS:
            is_target = True
        elif is_target and not line.startswith("| ---"):
            yield [place, *cells]


def scaling_plot(projects: Sequence[Scaled]) -> str:
    """Milliseconds per file over the number of files, as SVG."""
    lines = {
        "cold": [(float(one.files), _per_file(one.cold, one)) for one in projects],
        "warm": [(float(one.files), _per_file(one.warm, one)) for one in projects],
    }
    return plot(lines, "files in the project", "ms per file (wall)")


def _per_file(row: Medians, project: Scaled) -> float:
    return row.wall / project.files * 1000


def machine() -> str:
    model = re.search(r"model name\s*:\s*(.+)", _text(Path("/proc/cpuinfo")))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, {memory:.0f} GiB, {model[1] if model else 'unknown processor'}"


def put(readme: Path, name: str, text: str, within: str = "") -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``.

    When they are missing they are added at the end of the place ``within``. Raises ValueError when that is missing, too.
    """
    whole = readme.read_text("utf-8")
    opening, closing = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    before, found, rest = whole.partition(opening)
    _, ended, after = rest.partition(closing)
    if not found or not ended:
        before, found, after = whole.partition(f"<!-- /{within} -->\n")
        if not found:
            raise ValueError(f"{readme}: no place for {name}")
        after = found + after
    readme.write_text(before + opening + text + closing + after, "utf-8")


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
