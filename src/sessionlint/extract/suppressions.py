"""Suppression comments: ``# noqa``, ``# sessionlint: ignore[...]`` and ``# sessionlint: ignore-file``."""

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Literal

from sessionlint.extract.logical_lines import LogicalLines
from sessionlint.model.facts import Suppression
from sessionlint.model.source import Span

_CODE = r"(?:[A-Z]+[0-9]+|[A-Z]+(?:-[A-Z]+)+)"
_NOQA = re.compile(rf"#\s*noqa(?:\s*:\s*(?P<codes>{_CODE}(?:[,\s]+{_CODE})*))?(?![\w-])", re.IGNORECASE)
_OURS = re.compile(r"#\s*sessionlint\s*:\s*(?P<verb>[\w-]*)(?P<rest>.*)", re.IGNORECASE)
_REST = re.compile(
    r"\s*(?:\[(?P<codes>[^\]]*)\])?\s*(?:until\s*=\s*(?P<until>[^\s#]+))?\s*(?:--\s*(?P<reason>.*?))?\s*(?:#.*)?$", re.IGNORECASE
)
_WORD = re.compile(r"[^\s,]+")
_EXAMPLE = "# sessionlint: ignore[SES301] until=2027-01-31 -- reason"


def suppressions(text: str) -> tuple[Suppression, ...]:
    """All suppressions of a text, in order. Comments only, never what a string says; the text need not parse."""
    lowered = text.lower()  # plain words take a tenth of the time of a pattern that ignores case
    if "noqa" not in lowered and "sessionlint" not in lowered:
        return ()
    lines = LogicalLines(text)
    return tuple(found for comment in lines.comments for found in _in_comment(text, comment, lines))


def _in_comment(text: str, comment: Span, lines: LogicalLines) -> Iterator[Suppression]:
    ours = _OURS.search(text, comment.start, comment.end)
    for noqa in _NOQA.finditer(text, comment.start, comment.end if ours is None else ours.start()):
        codes = _words(noqa, "codes")
        covers = lines.covered_by(comment)
        yield Suppression(Span(*noqa.span()), "noqa", tuple(code for code, _ in codes), tuple(span for _, span in codes), covers)
    if ours is not None:
        yield _own(text, ours, comment, lines)


def _own(text: str, comment: re.Match[str], whole: Span, lines: LogicalLines) -> Suppression:
    verb = comment["verb"].lower()
    style: Literal["ignore", "ignore-file"] = "ignore-file" if verb == "ignore-file" else "ignore"
    end = comment.start() + len(comment[0].rstrip())
    span = Span(comment.start(), end)
    rest = _REST.match(text, comment.start("rest"), whole.end)
    problem = _verb_problem(verb) or _rest_problem(comment["rest"], rest)
    if problem is not None or rest is None:
        return Suppression(span, style, (), (), Span(end, end), problem=problem)
    codes = _words(rest, "codes")
    covers = Span(0, len(text)) if style == "ignore-file" else lines.covered_by(whole)
    return Suppression(
        span, style, tuple(code for code, _ in codes), tuple(at for _, at in codes), covers, rest["until"], rest["reason"] or None
    )


def _words(match: re.Match[str], group: str) -> list[tuple[str, Span]]:
    start, end = match.span(group)
    return [(word[0], Span(*word.span())) for word in _WORD.finditer(match.string, start, end)] if start >= 0 else []


def _verb_problem(verb: str) -> str | None:
    if verb in ("ignore", "ignore-file"):
        return None
    near = get_close_matches(verb, ["ignore", "ignore-file"], n=1)
    if near:
        return f"unknown directive '{verb}'; did you mean '{near[0]}'?"
    return f"{f'unknown directive {verb!r}' if verb else 'no directive'}; write for example: {_EXAMPLE}"


def _rest_problem(written: str, rest: re.Match[str] | None) -> str | None:
    if rest is None:
        if "[" in written and "]" not in written:
            return f"the list of rules is not closed: ']' is missing; write for example: {_EXAMPLE}"
        return f"cannot understand '{written.strip()}'; write for example: {_EXAMPLE}"
    if rest["codes"] is not None and not rest["codes"].strip(" ,\t"):
        return "names no rule between the brackets; leave the brackets out to ignore all rules"
    return None if rest["until"] is None else _date_problem(rest["until"])


def _date_problem(until: str) -> str | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", until, re.ASCII):
            date.fromisoformat(until)
            return None
    except ValueError:
        pass
    return f"'{until}' is not a date; write for example: until=2027-01-31"
