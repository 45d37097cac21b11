"""What GitHub knows an alert by from one commit to the next: ``primaryLocationLineHash``.

It is a hash of the characters from the beginning of the line on, blanks left out, so that an alert stays the same one while lines
above it come and go (``github/codeql-action``, src/fingerprints.ts). We give it ourselves because GitHub makes it only where
its action has the files at hand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

from sessionlint.model.regex import regex
from sessionlint.model.source import Source

_WINDOW = 100  # characters that count
_BASE = 37
_MODULUS = 1 << 64
_END = "\uffff"
_LINE_END = regex(r"\r\n?")
_POWERS = [pow(_BASE, _WINDOW - 1 - index, _MODULUS) for index in range(_WINDOW)]


def line_hashes(source: Source, lines: Iterable[int]) -> Mapping[int, str]:
    """The hash of each of ``lines`` (from 1): hexadecimal digits, and which line of those that share them it is."""
    windows = _windows(_units(source))
    seen = Counter[str]()
    numbered = []
    for window in windows:
        seen[window] += 1
        numbered.append((window, seen[window]))
    return {line: f"{_hash(numbered[line - 1][0]):x}:{numbered[line - 1][1]}" for line in set(lines) if line <= len(numbered)}


def _units(source: Source) -> str:
    """The file as JavaScript has it, which takes it for UTF-8 whatever it is: a character beyond the first plane is two."""
    try:
        text = source.encode(source.text).decode("utf-8", "replace")
    except UnicodeError:
        text = source.text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[at] | data[at + 1] << 8) for at in range(0, len(data), 2))


def _windows(text: str) -> list[str]:
    """For each line the characters that are hashed."""
    lines = [line.replace(" ", "").replace("\t", "") for line in _LINE_END.sub("\n", text).split("\n")]
    whole = "\n".join(lines) + _END + "\0" * _WINDOW
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return [whole[start : start + _WINDOW] for start, _ in pairwise(starts)]


def _hash(window: str) -> int:
    return sum(ord(unit) * power for unit, power in zip(window, _POWERS, strict=True)) % _MODULUS
