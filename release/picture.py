"""README's picture: what ``sessionlint check`` says of ``fixtures/picture``, as a terminal would show it, light and dark."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from release.distributions import ROOT

PROJECT = ROOT / "fixtures" / "picture"
PICTURES = {scheme: ROOT / "docs" / "images" / f"finding-{scheme}.svg" for scheme in ("light", "dark")}
COMMAND = ("check", "app")
COLUMNS = 92
_WIDTH, _HEIGHT, _MARGIN = 8.4, 19, 18  # of a character at 14 pixels, of a line, around it all
_SGR = re.compile(r"\x1b\[([\d;]*)m")
# GitHub's own colours: of the ground, of the frame, of text, and of what is painted by a terminal's number for it
_COLOURS: Mapping[str, Mapping[str, str]] = {
    "light": {"ground": "#f6f8fa", "frame": "#d1d9e0", "": "#1f2328", "31": "#cf222e", "32": "#116329", "33": "#9a6700"}
    | {"34": "#59636e", "36": "#0969da"},
    "dark": {"ground": "#151b23", "frame": "#3d444d", "": "#f0f6fc", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341"}
    | {"34": "#9198a1", "36": "#79c0ff"},
}


class Run(NamedTuple):
    """Characters of a line that look the same."""

    column: int
    text: str
    colour: str
    bold: bool


def output() -> str:
    """What the command prints, in colour."""
    command = [sys.executable, "-X", "utf8", "-m", "sessionlint", *COMMAND]
    options = ["--isolated", "--project-root", ".", "--no-cache", "--color", "always", "--quiet"]
    environment = {**os.environ, "COLUMNS": str(COLUMNS)}
    done = subprocess.run([*command, *options], cwd=PROJECT, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 1, done.stderr
    return done.stdout.rstrip()


def picture(text: str, scheme: str) -> str:
    """The SVG of a terminal's ``text``, below the command that brings it."""
    colours = _COLOURS[scheme]
    lines = [f"\x1b[34m$\x1b[0m \x1b[1msessionlint {' '.join(COMMAND)}\x1b[0m", *text.splitlines()]
    width, height = round(COLUMNS * _WIDTH) + 2 * _MARGIN, len(lines) * _HEIGHT + 2 * _MARGIN
    rows = "".join(_row(line, number, colours) for number, line in enumerate(lines))
    told = escape(_SGR.sub("", "\n".join(lines)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">\n'
        f"<title>What sessionlint says of a session provider and of the job in another file that enters it</title>\n"
        f"<desc>{told}</desc>\n"
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" '
        f'fill="{colours["ground"]}" stroke="{colours["frame"]}"/>\n'
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">\n'
        f"{rows}</g>\n</svg>\n"
    )


def _row(line: str, number: int, colours: Mapping[str, str]) -> str:
    return "".join(_text(run, _MARGIN + (number + 0.75) * _HEIGHT, colours) for run in runs(line))


def runs(line: str) -> Iterator[Run]:
    """The runs of a line, without the blanks around them."""
    column, codes = 0, [""]
    for index, part in enumerate(_SGR.split(line)):
        if index % 2:
            codes = part.split(";")
            continue
        if part.strip():
            colour = next((code for code in codes if len(code) == 2), "")
            yield Run(column + len(part) - len(part.lstrip()), part.strip(), colour, "1" in codes)
        column += len(part)


def _text(run: Run, y: float, colours: Mapping[str, str]) -> str:
    weight = ' font-weight="600"' if run.bold else ""
    x, length = _MARGIN + run.column * _WIDTH, len(run.text) * _WIDTH
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" textLength="{length:.1f}" fill="{colours[run.colour]}"{weight} '
        f'xml:space="preserve">{escape(run.text)}</text>\n'
    )


def draw() -> None:
    """Both pictures, anew."""
    text = output()
    for scheme, path in PICTURES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture(text, scheme), encoding="utf-8")
