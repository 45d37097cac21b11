"""Whether a text holds ``db.engine``, for many modules and names: it is read once."""

import re

_LETTERS = re.compile(r"(\w\w)\.(?=(\w\w))")


def letters_around_dots(text: str) -> frozenset[tuple[str, str]]:
    """The two letters before and behind each dot of ``text``, as far as there are two."""
    return frozenset(_LETTERS.findall(text))


def letters_of(before: str, after: str) -> tuple[str, str] | None:
    """Those that a text has to have which holds ``before.after``; None where there are none, and any text may."""
    found = _LETTERS.search(f"{before[-2:]}.{after[:2]}")
    return (found[1], found[2]) if found is not None else None
