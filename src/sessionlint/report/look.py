"""How results are shown: what every report needs to know of the terminal and of the options."""

from collections.abc import Callable

from sessionlint.model.finding import Applicability, Fix
from sessionlint.model.records import dataclass
from sessionlint.report.colour import Style, paint


def _unchanged(path: str) -> str:
    return path


@dataclass(frozen=True, slots=True)
class Look:
    """``width`` in terminal cells; ``unsafe_fixes``: whether ``--unsafe-fixes`` was given, so that unsafe fixes count as fixable.

    ``terminal``: whether a person looks at a terminal, so that even a diff has its control characters made visible.
    ``shown_path`` turns a path relative to the project root into the one to print (relative to the current folder).
    """

    width: int = 80
    colour: bool = False
    unsafe_fixes: bool = False
    shown_path: Callable[[str], str] = _unchanged
    terminal: bool = False

    def paint(self, text: str, style: Style) -> str:
        return paint(text, style, self.colour)

    def fixable(self, fix: Fix | None) -> bool:
        """Whether ``--fix``, with the options at hand, would apply it."""
        if fix is None:
            return False
        return fix.applicability is Applicability.SAFE or (self.unsafe_fixes and fix.applicability is Applicability.UNSAFE)


def terminal_width(isatty: bool) -> int:
    """Columns to fill: the terminal's (or COLUMNS), at least 40; 80 when the stream is not a terminal."""
    if not isatty:
        return 80
    import shutil  # and with it every archive format there is

    return max(40, shutil.get_terminal_size((80, 24)).columns)
