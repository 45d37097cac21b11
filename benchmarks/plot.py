"""A line plot as SVG: a logarithmic axis to the right, a linear one upwards."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, log10

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 340, 60, 80, 20, 50
_COLOURS = ("#1f77b4", "#d95f02")
_GREY = 'stroke="#ccc" stroke-width="1"'


def plot(lines: Mapping[str, Sequence[tuple[float, float]]], across: str, upwards: str) -> str:
    """``lines``: points by name, at most two lines; the axes are named ``across`` and ``upwards``. White, for dark pages."""
    every = [point for points in lines.values() for point in points]
    top = _round_up(max(y for _, y in every))
    places = {x: _at(x, min(x for x, _ in every), max(x for x, _ in every)) for x, _ in every}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        *_horizontal(top),
        *(_text(x, _HEIGHT - _BOTTOM + 18, f"{value:,.0f}", "middle") for value, x in places.items()),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, across, "middle"),
        _text(_LEFT, _TOP - 6, upwards, "start"),
    ]
    for (name, points), colour in zip(lines.items(), _COLOURS, strict=False):
        parts += _line(name, [(places[x], _up(y, top)) for x, y in points], colour)
    return "\n".join([*parts, "</svg>", ""])


def _round_up(value: float) -> float:
    """The next round number, one whose fifths are easy to read."""
    power: float = 10.0 ** (ceil(log10(value)) - 1)
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10) if step * power >= value)


def _at(x: float, low: float, high: float) -> float:
    part = log10(x / low) / log10(high / low) if high > low else 0.5
    return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)


def _up(y: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - y / top * (_HEIGHT - _BOTTOM - _TOP)


def _horizontal(top: float) -> Iterator[str]:
    for fifth in range(6):
        y = _up(top * fifth / 5, top)
        yield f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" {_GREY}/>'
        yield _text(_LEFT - 8, y + 4, f"{top * fifth / 5:.3g}", "end")


def _line(name: str, points: Sequence[tuple[float, float]], colour: str) -> Iterator[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>'
    yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    x, y = points[-1]
    yield _text(x + 10, y + 4, name, "start", colour)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#444") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
