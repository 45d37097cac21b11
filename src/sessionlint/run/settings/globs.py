"""File patterns as ruff and git write them: ``*.py``, ``tests/*``, ``src/**/legacy_*.py``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from sessionlint.model.regex import regex
from sessionlint.run.files.wildcards import ANY_CHARACTER, Token, Wildcard, expression

_PIECE = regex(r"(?P<folders>\*\*/)|(?P<deep>\*\*+)|\[(?P<not>!?)(?P<class>[^]/]+)\]|.", re.DOTALL)

_WILDCARDS: Mapping[str, Token] = {"*": Wildcard.STAR, "?": ANY_CHARACTER}


def matches_any(patterns: Iterable[str], path: str) -> bool:
    return any(matches_glob(pattern, path) for pattern in patterns)


def matches_glob(pattern: str, path: str) -> bool:
    """Whether ``pattern`` covers ``path`` (relative, forward slashes) or a folder above it.

    A pattern without a slash is compared with each name of the path, one with a slash with the path from the root.
    """
    expression = _compiled(pattern)
    parts = path.split("/")
    if "/" not in pattern.strip("/"):
        return any(expression.fullmatch(part) for part in parts)
    return any(expression.fullmatch("/".join(parts[:count])) for count in range(1, len(parts) + 1))


def matches_last(patterns: tuple[str, ...], path: str) -> bool:
    """Whether a pattern covers ``path`` itself, for walks that have already looked at the folders above it."""
    names, paths = _alternatives(patterns)
    return names.fullmatch(path.rpartition("/")[2]) is not None or paths.fullmatch(path) is not None


@lru_cache(maxsize=16)
def _alternatives(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """One expression for the patterns without a slash, one for those with."""
    sides: tuple[list[str], list[str]] = ([], [])
    for pattern in patterns:
        sides["/" in pattern.strip("/")].append(f"(?:{_expression(pattern)})")
    return re.compile("|".join(sides[0]) or "(?!)", re.DOTALL), re.compile("|".join(sides[1]) or "(?!)", re.DOTALL)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern), re.DOTALL)


def _expression(pattern: str) -> str:
    plain = pattern.removeprefix("./").strip("/")
    if not any(special in plain for special in "*?["):
        return re.escape(plain)
    translated = expression(_tokens(plain))
    if "[" in plain:
        try:
            re.compile(translated)
        except re.error:  # a range that runs backwards: no pattern, so a name
            return re.escape(plain)
    return translated


def _tokens(pattern: str) -> Iterator[Token]:
    """``**`` crosses folders, ``*``, ``?`` and a class do not; an unclosed bracket is itself."""
    for found in _PIECE.finditer(pattern):
        at_name = found.start() == 0 or pattern[found.start() - 1] == "/"
        if found["folders"] and at_name:
            yield Wildcard.FOLDERS
        elif found["folders"] or found["deep"]:
            yield Wildcard.DEEP
            yield "/" if found["folders"] else ""
        elif found["class"]:
            yield f"(?!/)[{'^' if found['not'] else ''}{_class_body(found['class'])}]"
        else:
            yield _WILDCARDS.get(found[0]) or re.escape(found[0])


def _class_body(body: str) -> str:
    return re.sub(r"([\\^&~|\[])", r"\\\1", body)
