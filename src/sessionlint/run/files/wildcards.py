"""Patterns of file names as regular expressions that never take long.

``*a*a*a*b`` written down plainly tries every way to share a name among its stars, and there are more than anybody can wait
for. But where the text between two stars fits first is as good a place as any later one. So that place is settled (by a
lookahead, which gives nothing back; Python 3.10 has no atomic groups), and only what follows the last star moves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import count

from sessionlint.model.records import dataclass


class Wildcard(Enum):
    """``STAR`` is any text within a name, ``DEEP`` any text, ``FOLDERS`` nothing or any text that ends in a slash."""

    STAR = "[^/]*"
    DEEP = ".*"
    FOLDERS = "(?:.*/)?"


Token = str | Wildcard
"""An expression for one character, or a wildcard; FOLDERS stands at the start or behind a slash only."""

ANY_CHARACTER = "[^/]"
_SHORTEST: Mapping[Wildcard, str] = {Wildcard.STAR: "[^/]*?", Wildcard.DEEP: ".*?", Wildcard.FOLDERS: "(?:.*?/)??"}
_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class _Part:
    """The characters behind a wildcard up to the next one, as an expression; before the first wildcard there is none."""

    wildcard: Wildcard | None
    text: str


def expression(tokens: Iterable[Token]) -> str:
    """What ``tokens`` match, for ``re.DOTALL`` and a full match, alone or as an alternative among others."""
    stretches = _stretches(_parts(tokens))
    return "".join(_first_fit(_settled(stretch)) for stretch in stretches[:-1]) + _moving(stretches[-1])


def _parts(tokens: Iterable[Token]) -> Iterator[_Part]:
    wildcard: Wildcard | None = None
    text = ""
    for token in tokens:
        if isinstance(token, Wildcard):
            yield _Part(wildcard, text)
            wildcard, text = token, ""
        else:
            text += token
    yield _Part(wildcard, text)


def _stretches(parts: Iterable[_Part]) -> list[list[_Part]]:
    """Each wildcard that crosses folders with the parts up to the next one, which it can move as a whole."""
    stretches: list[list[_Part]] = [[]]
    for part in parts:
        if part.wildcard in (Wildcard.DEEP, Wildcard.FOLDERS):
            stretches.append([])
        stretches[-1].append(part)
    return stretches


def _settled(stretch: Sequence[_Part]) -> str:
    return "".join([_soonest(part) for part in stretch[:1]] + [_first_fit(_soonest(part)) for part in stretch[1:]])


def _moving(stretch: Sequence[_Part]) -> str:
    """The last stretch ends where the name does, so its last star takes what is left."""
    *before, last = stretch
    taken = last.wildcard.value if last.wildcard is not None else ""
    if not before:
        return taken + last.text
    first = before[0].wildcard.value + before[0].text if before[0].wildcard is not None else before[0].text
    return first + "".join(_first_fit(_soonest(part)) for part in before[1:]) + taken + last.text


def _soonest(part: _Part) -> str:
    return part.text if part.wildcard is None else _SHORTEST[part.wildcard] + part.text


def _first_fit(text: str) -> str:
    name = f"_{next(_NUMBERS)}"
    return f"(?=(?P<{name}>{text}))(?P={name})" if text else ""
