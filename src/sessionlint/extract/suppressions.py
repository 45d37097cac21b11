"""Suppression comments: ``# noqa``, ``# sessionlint: ignore[...]`` and ``# sessionlint: ignore-file``."""

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Literal

from sessionlint.model.facts import Suppression
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.source import Span
from sessionlint.text.logical_lines import LogicalLines

_CODE = r"(?:[A-Z]+[0-9]+|[A-Z]+(?:-[A-Z]+)+)"
_NOQA = regex(rf"#\s*noqa(?:\s*:\s*(?P<codes>{_CODE}(?:[,\s]+{_CODE})*))?(?![\w-])", re.IGNORECASE)
_FOREIGN = regex(r"noqa[ \t]*:[ \t]*[a-z]+[0-9]+(?![\w-])")
_OURS = regex(r"#\s*sessionlint\s*:\s*(?P<verb>[\w-]*)(?P<rest>.*)", re.IGNORECASE)
_UNTIL = regex(r"until\s*=\s*(?P<date>[^\s#]+)", re.IGNORECASE)
_BLANKS = regex(r"\s*")
_WORD = regex(r"[^\s,]+")
_EXAMPLE = "# sessionlint: ignore[SES301] until=2027-01-31 -- reason"


def suppressions(text: str) -> tuple[Suppression, ...]:
    """All suppressions of a text that has one which may be meant for us, in order. Comments only, never what a string says; the
    text need not parse."""
    lowered = text.lower()  # plain words take a tenth of the time of a pattern that ignores case
    if "sessionlint" not in lowered and all(map(_is_foreign, _behind_noqa(lowered))):
        return ()
    lines = LogicalLines(text)
    return tuple(found for comment in lines.comments for found in _in_comment(text, comment, lines))


def _behind_noqa(lowered: str) -> Iterator[str]:
    """Each line that says it, from there on."""
    start = lowered.find("noqa")
    while start >= 0:
        end = lowered.find("\n", start)
        yield lowered[start:] if end < 0 else lowered[start:end]
        start = lowered.find("noqa", end) if end >= 0 else -1


def _is_foreign(line: str) -> bool:
    """Whether it names nothing but rules of other linters."""
    return "ses" not in line and line.isascii() and line.count("noqa") == len(_FOREIGN.findall(line))


def _in_comment(text: str, comment: Span, lines: LogicalLines) -> Iterator[Suppression]:
    ours = _OURS.search(text, comment.start, comment.end)
    for noqa in _NOQA.finditer(text, comment.start, comment.end if ours is None else ours.start()):
        codes = _words(text, Span(*noqa.span("codes")) if noqa["codes"] else None)
        covers = lines.covered_by(comment)
        yield Suppression(Span(*noqa.span()), "noqa", tuple(code for code, _ in codes), tuple(span for _, span in codes), covers)
    if ours is not None:
        yield _own(text, ours, comment, lines)


def _own(text: str, comment: re.Match[str], whole: Span, lines: LogicalLines) -> Suppression:
    verb = comment["verb"].lower()
    style: Literal["ignore", "ignore-file"] = "ignore-file" if verb == "ignore-file" else "ignore"
    end = comment.start() + len(comment[0].rstrip())
    span = Span(comment.start(), end)
    rest = _rest(text, comment.start("rest"), whole.end)
    problem = _verb_problem(verb) or _rest_problem(text, comment["rest"], rest)
    if problem is not None or rest is None:
        return Suppression(span, style, (), (), Span(end, end), problem=problem)
    codes = _words(text, rest.codes)
    covers = Span(0, len(text)) if style == "ignore-file" else lines.covered_by(whole)
    return Suppression(
        span, style, tuple(code for code, _ in codes), tuple(at for _, at in codes), covers, rest.until, rest.reason or None
    )


@dataclass(frozen=True, slots=True)
class _Rest:
    """What stands behind the verb; ``codes`` is the inside of the brackets."""

    codes: Span | None
    until: str | None
    reason: str | None


def _rest(text: str, start: int, end: int) -> _Rest | None:
    """``[codes] until=date -- reason # something else``, each of it optional; None for anything else."""
    codes, offset = _bracketed(text, _behind_blanks(text, start, end), end)
    until, offset = _dated(text, _behind_blanks(text, offset, end), end)
    offset = _behind_blanks(text, offset, end)
    if text.startswith("--", offset, end):
        return _Rest(codes, until, text[offset + 2 : end].partition("#")[0].strip())
    return _Rest(codes, until, None) if offset == end or text[offset] == "#" else None


def _bracketed(text: str, offset: int, end: int) -> tuple[Span | None, int]:
    close = text.find("]", offset, end) if text.startswith("[", offset, end) else -1
    return (Span(offset + 1, close), close + 1) if close >= 0 else (None, offset)


def _dated(text: str, offset: int, end: int) -> tuple[str | None, int]:
    """The date and where it ends: before a reason that nothing separates from it, if what follows is no beginning of one."""
    found = _UNTIL.match(text, offset, end)
    if found is None:
        return None, offset
    behind = _behind_blanks(text, found.end(), end)
    if behind < end and text[behind] != "#" and not text.startswith("--", behind, end):
        dashes = text.rfind("--", found.start("date") + 1, found.end())
        if dashes >= 0:
            return text[found.start("date") : dashes], dashes
    return found["date"], found.end()


def _behind_blanks(text: str, offset: int, end: int) -> int:
    blanks = _BLANKS.match(text, offset, end)
    return blanks.end() if blanks is not None else offset


def _words(text: str, inside: Span | None) -> list[tuple[str, Span]]:
    return [(word[0], Span(*word.span())) for word in _WORD.finditer(text, *inside)] if inside is not None else []


def _verb_problem(verb: str) -> str | None:
    if verb in ("ignore", "ignore-file"):
        return None
    near = get_close_matches(verb, ["ignore", "ignore-file"], n=1)
    if near:
        return f"unknown directive '{verb}'; did you mean '{near[0]}'?"
    return f"{f'unknown directive {verb!r}' if verb else 'no directive'}; write for example: {_EXAMPLE}"


def _rest_problem(text: str, written: str, rest: _Rest | None) -> str | None:
    if rest is None:
        if "[" in written and "]" not in written:
            return f"the list of rules is not closed: ']' is missing; write for example: {_EXAMPLE}"
        return f"cannot understand '{written.strip()}'; write for example: {_EXAMPLE}"
    if rest.codes is not None and not text[slice(*rest.codes)].strip(" ,\t"):
        return "names no rule between the brackets; leave the brackets out to ignore all rules"
    return None if rest.until is None else _date_problem(rest.until)


def _date_problem(until: str) -> str | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", until, re.ASCII):
            date.fromisoformat(until)
            return None
    except ValueError:
        pass
    return f"'{until}' is not a date; write for example: until=2027-01-31"
