"""How results are shown: what every report needs to know of the terminal and of the options."""

import os
from collections.abc import Callable

from sessionlint.model.finding import Applicability, Fix
from sessionlint.model.records import dataclass
from sessionlint.report.colour import Style, paint

LONGEST_LINE = 500
"""Cells of a line of source that are shown at most: longer ones were not written by people."""
_LONGEST_NUMBER = 5  # digits of a width


def _unchanged(path: str) -> str:
    return path


def _no_page(name: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Look:
    """``width`` in terminal cells; ``unsafe_fixes``: whether ``--unsafe-fixes`` was given, so that unsafe fixes count as fixable.

    ``whole_lines``: source goes where no width is given, so that its lines need not be cut to fit.
    ``terminal``: whether a person looks at a terminal, so that even a diff has its control characters made visible.
    ``shown_path`` turns a path relative to the project root into the one to print (relative to the current folder), and
    ``repository_path`` into the one by which a service that hosts the repository knows the file. ``page`` is the text of a
    rule's page, by the rule's name.
    """

    width: int = 80
    colour: bool = False
    unsafe_fixes: bool = False
    shown_path: Callable[[str], str] = _unchanged
    terminal: bool = False
    whole_lines: bool = False
    repository_path: Callable[[str], str] = _unchanged
    page: Callable[[str], str] = _no_page

    @property
    def source_width(self) -> int:
        """Cells for a line of source with what stands before it."""
        return LONGEST_LINE if self.whole_lines else self.width

    def paint(self, text: str, style: Style) -> str:
        return paint(text, style, self.colour)

    def fixable(self, fix: Fix | None) -> bool:
        """Whether ``--fix``, with the options at hand, would apply it."""
        if fix is None:
            return False
        return fix.applicability is Applicability.SAFE or (self.unsafe_fixes and fix.applicability is Applicability.UNSAFE)


def terminal_width(isatty: bool) -> int:
    """Columns to fill: COLUMNS, or the terminal's, at least 40; 80 when the stream is no terminal and nothing says more."""
    if given := _given_columns():
        return max(40, given)
    if not isatty:
        return 80
    import shutil  # and with it every archive format there is

    return max(40, shutil.get_terminal_size((80, 24)).columns)


def is_width_known(isatty: bool) -> bool:
    """Whether something says how wide a line can be: a terminal, or COLUMNS."""
    return isatty or bool(_given_columns())


def _given_columns() -> int:
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() and len(given) <= _LONGEST_NUMBER else 0
