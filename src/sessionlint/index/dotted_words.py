"""Whether a text holds ``db.engine``, for many modules and names: it is read once."""

from sessionlint.model.regex import regex

_LETTERS = regex(r"(\w\w)\.(?=(\w\w))")


def letters_around_dots(text: str) -> frozenset[str]:
    """Each dot of ``text`` that has two letters before and behind it, with these: ``db.en``."""
    return frozenset(f"{before}.{after}" for before, after in set(_LETTERS.findall(text)))


def letters_of(before: str, after: str) -> str | None:
    """Those that a text has to have which holds ``before.after``; None where there are none, and any text may."""
    letters = f"{before[-2:]}.{after[:2]}"
    return letters if _LETTERS.match(letters) is not None else None
