"""Which findings a comment hides, and which comments hid something."""

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from sessionlint.model.facts import ModuleFacts, Suppression
from sessionlint.model.finding import Finding, Rule
from sessionlint.model.outcome import Suppressed
from sessionlint.model.source import Span
from sessionlint.sift.comments import WHOLE, Use, holds, is_ours
from sessionlint.sift.naming import matches


class Sifted(NamedTuple):
    """``open``: what no comment hides. ``used``: all comments, and codes in them, that hide something."""

    open: list[Finding]
    suppressed: list[Suppressed]
    used: frozenset[Use]


def suppress(findings: Iterable[Finding], modules: Mapping[str, ModuleFacts], rules: Sequence[Rule], today: date) -> Sifted:
    """Sift ``findings``; a comment counts at any place of a finding's trace."""
    by_code = {rule.code: rule for rule in rules}
    sifted, suppressed, used = [], [], set[Use]()
    comments = {path: _Comments(module.suppressions, today) for path, module in modules.items() if module.suppressions}
    for finding in findings:
        hits = list(_hits(finding, by_code[finding.code], comments))
        used.update(use for use, _ in hits)
        if hits:
            suppressed.append(Suppressed(finding, hits[0][0].path, hits[0][1]))
        else:
            sifted.append(finding)
    return Sifted(sifted, suppressed, frozenset(used))


def suppress_by_name(
    findings: Iterable[Finding], modules: Mapping[str, ModuleFacts], rules: Sequence[Rule], today: date
) -> Sifted:
    """As ``suppress``, for findings about comments: only a comment that names their rule hides them, its own included.

    Otherwise every comment without codes would excuse itself from being called unused.
    """
    named = {path: module for path, module in modules.items() if any(comment.codes for comment in module.suppressions)}
    sifted = suppress(findings, named, rules, today)
    blanket = [entry.finding for entry in sifted.suppressed if not entry.suppression.codes]
    return Sifted([*sifted.open, *blanket], [entry for entry in sifted.suppressed if entry.suppression.codes], sifted.used)


class _Comments:
    """The comments of one file that can hide something, by the place that they cover: there may be as many as findings."""

    def __init__(self, comments: Sequence[Suppression], today: date) -> None:
        holding = [comment for comment in comments if holds(comment, today)]
        self._everywhere = [comment for comment in holding if comment.style == "ignore-file"]
        local = [comment for comment in holding if comment.style != "ignore-file"]
        reaches = [(span, number) for number, comment in enumerate(local) for span in {comment.covers, comment.span}]
        self._local = local
        self._reaches = sorted(reaches)
        self._ends = list(accumulate((span.end for span, _ in self._reaches), max))  # the last one up to there

    def at(self, offset: int) -> list[Suppression]:
        """Those that cover the place, in the order of the text."""
        found = set()
        index = bisect_right(self._reaches, (Span(offset, sys.maxsize), 0)) - 1
        while index >= 0 and self._ends[index] >= offset:
            span, number = self._reaches[index]
            if span.end >= offset:
                found.add(number)
            index -= 1
        chosen = [*self._everywhere, *(self._local[number] for number in found)]
        return sorted(chosen, key=lambda comment: comment.span)


def _hits(finding: Finding, rule: Rule, comments: Mapping[str, _Comments]) -> Iterator[tuple[Use, Suppression]]:
    for place in finding.trace:
        for comment in comments[place.path].at(place.span.start) if place.path in comments else ():
            if place != finding.place and not comment.codes and comment.style == "noqa":
                continue  # said to another linter, of a line that only belongs to the story
            for index in _naming(comment, rule):
                yield Use(place.path, comment.span, index), comment


def _naming(comment: Suppression, rule: Rule) -> list[int]:
    if not comment.codes:
        return [WHOLE]
    return [index for index, code in enumerate(comment.codes) if is_ours(comment, code) and matches(code, rule)]
