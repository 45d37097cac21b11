"""Where ``ast`` says that something stands: offsets in characters to lines and columns in UTF-8."""

from bisect import bisect_right
from itertools import accumulate


class Lines:
    """The lines of a text, which end at "\\n". The text itself may begin in the middle of a file, at ``line`` and ``column``."""

    def __init__(self, text: str, line: int = 1, column: int = 0) -> None:
        lines = text.split("\n")
        self._starts = [0, *accumulate([len(each) + 1 for each in lines])]
        self._wide = (
            {} if text.isascii() else {number: _bytes_before(each) for number, each in enumerate(lines, 1) if not each.isascii()}
        )
        self._line = line - 1
        self._column = column

    def position(self, offset: int) -> tuple[int, int]:
        """The line, from 1, and the column, from 0, of an offset."""
        line = bisect_right(self._starts, offset)
        column = offset - self._starts[line - 1]
        if line in self._wide:
            column = self._wide[line][column]
        return line + self._line, column if line > 1 else column + self._column


def _bytes_before(line: str) -> list[int]:
    """By number of characters, how many bytes they take; one more for the end of the line."""
    return [0, *accumulate([len(character.encode("utf-8", "surrogatepass")) for character in line])]
