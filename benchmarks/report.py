"""Tables and a plot from what was measured, and their place in README.md."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Medians


def table(measured: Sequence[Medians], against: str) -> str:
    """One row per contender; ratios of CPU time are against the contender named ``against``."""
    base = next(row for row in measured if row.name == against)
    lines = ["| | wall | CPU | peak | CPU, as a multiple | runs |", "|---|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {row.name} | {_seconds(row.wall)} | {_seconds(row.cpu)} | {row.peak:.0f} MiB "
        f"| {row.cpu / base.cpu:.2f} | {row.runs} |"
        for row in measured
    ]
    return "\n".join([*lines, ""])


def scaling_table(rows: Sequence[tuple[int, Medians, Medians]]) -> str:
    lines = ["| files | cold, CPU | per file | warm, CPU | per file | peak |", "|---:|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {files:,} | {_seconds(cold.cpu)} | {cold.cpu / files * 1000:.2f} ms "
        f"| {_seconds(warm.cpu)} | {warm.cpu / files * 1000:.2f} ms | {max(cold.peak, warm.peak):.0f} MiB |"
        for files, cold, warm in rows
    ]
    return "\n".join([*lines, ""])


def plot(rows: Sequence[tuple[int, Medians, Medians]]) -> str:
    """Milliseconds of CPU per file over the number of files, as SVG."""
    width, height, left, bottom = 640, 320, 60, 40
    most = max(max(cold.cpu, warm.cpu) / files * 1000 for files, cold, warm in rows) * 1.1
    step = (width - left - 20) / max(len(rows) - 1, 1)

    def line(values: Sequence[float], colour: str) -> str:
        heights = [height - bottom - value / most * (height - bottom - 20) for value in values]
        points = " ".join(f"{left + at * step:.1f},{y:.1f}" for at, y in enumerate(heights))
        return f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>'

    labels = [
        f'<text x="{left + at * step:.1f}" y="{height - bottom + 18}" text-anchor="middle">{files:,}</text>'
        for at, (files, _, _) in enumerate(rows)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
            f'<path d="M{left} 20V{height - bottom}H{width - 20}" fill="none" stroke="#888"/>',
            f'<text x="{left - 6}" y="24" text-anchor="end">{most:.1f} ms</text>',
            f'<text x="{left - 6}" y="{height - bottom}" text-anchor="end">0</text>',
            f'<text x="{width / 2}" y="{height - 6}" text-anchor="middle">files; CPU per file: cold (blue), warm (orange)</text>',
            *labels,
            line([cold.cpu / files * 1000 for files, cold, _ in rows], "#1f77b4"),
            line([warm.cpu / files * 1000 for files, _, warm in rows], "#ff7f0e"),
            "</svg>",
            "",
        ]
    )


def machine() -> str:
    model = re.search(r"model name\s*:\s*(.+)", _text(Path("/proc/cpuinfo")))
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {model[1] if model else 'unknown processor'}"


def put(readme: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``. Raises ValueError when they are missing."""
    before, opening, rest = readme.read_text("utf-8").partition(f"<!-- {name} -->\n")
    _, closing, after = rest.partition(f"<!-- /{name} -->")
    if not opening or not closing:
        raise ValueError(f"{readme}: no place for {name}")
    readme.write_text(before + opening + text + closing + after, "utf-8")


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
