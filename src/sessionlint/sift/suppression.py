"""Which findings a comment hides, and which comments hid something."""

import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate

from sessionlint.model.facts import ModuleFacts, Suppression
from sessionlint.model.finding import Finding, Rule
from sessionlint.model.outcome import Suppressed
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.sift.comments import WHOLE, Use, holds, is_ours
from sessionlint.sift.naming import matches


@dataclass(frozen=True, slots=True)
class Sifted:
    """``open``: what no comment hides. ``used``: all comments, and codes in them, that hide something."""

    open: list[Finding]
    suppressed: list[Suppressed]
    used: frozenset[Use]


def suppress(findings: Iterable[Finding], modules: Mapping[str, ModuleFacts], rules: Sequence[Rule], today: date) -> Sifted:
    """Sift ``findings``; a comment counts at any place of a finding's trace, but for those that it counts in: what is said of
    one of several does not hide the others."""
    by_code = {rule.code: rule for rule in rules}
    sifted, suppressed, used = [], [], set[Use]()
    comments = {path: _Comments(module.suppressions, today) for path, module in modules.items() if module.suppressions}
    for finding in findings:
        hits = list(_hits(finding, finding.own_trace, by_code[finding.code], comments))
        used.update(use for use, _ in hits)
        used.update(use for use, _ in _hits(finding, finding.counted_in, by_code[finding.code], comments))
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


class _Group:
    """Comments that cover the same code."""

    def __init__(self) -> None:
        self.comments: list[Suppression] = []
        self._found: dict[tuple[str, bool], list[tuple[Span, int, Suppression]]] = {}

    def hits(self, rule: Rule, at_finding: bool) -> list[tuple[Span, int, Suppression]]:
        """The comments that hide findings of ``rule``, with their places and which of their codes do.

        All of them when first asked, then only the first: there may be as many findings as comments.
        """
        key = (rule.code, at_finding)
        if key in self._found:
            return self._found[key]
        meant = [comment for comment in self.comments if at_finding or comment.codes or comment.style != "noqa"]
        found = [(comment.span, index, comment) for comment in meant for index in _naming(comment, rule)]
        self._found[key] = found[:1]
        return found


class _Comments:
    """The comments of one file that can hide something, by what they cover."""

    def __init__(self, comments: Sequence[Suppression], today: date) -> None:
        self._everywhere = _Group()
        groups: defaultdict[Span, _Group] = defaultdict(_Group)
        for comment in comments:
            if holds(comment, today) and comment.style == "ignore-file":
                self._everywhere.comments.append(comment)
            elif holds(comment, today):
                for span in {comment.covers, comment.span}:
                    groups[span].comments.append(comment)
        self._groups = sorted(groups.items(), key=lambda item: item[0])
        self._spans = [span for span, _ in self._groups]
        self._ends = list(accumulate((span.end for span in self._spans), max))  # the last one up to there

    def hits(self, offset: int, rule: Rule, at_finding: bool) -> list[tuple[Span, int, Suppression]]:
        """As those of the groups that cover the place, in the order of the text."""
        found = self._everywhere.hits(rule, at_finding)
        index = bisect_right(self._spans, Span(offset, sys.maxsize)) - 1
        while index >= 0 and self._ends[index] >= offset:
            span, group = self._groups[index]
            found = [*found, *group.hits(rule, at_finding)] if span.end >= offset else found
            index -= 1
        return sorted(found, key=lambda hit: hit[:2])


def _hits(
    finding: Finding, places: Iterable[Place], rule: Rule, comments: Mapping[str, _Comments]
) -> Iterator[tuple[Use, Suppression]]:
    for place in places:
        if place.path in comments:  # a noqa without codes is said to another linter, at a place that only belongs to the story
            for span, index, comment in comments[place.path].hits(place.span.start, rule, place == finding.place):
                yield Use(place.path, span, index), comment


def _naming(comment: Suppression, rule: Rule) -> list[int]:
    if not comment.codes:
        return [WHOLE]
    return [index for index, code in enumerate(comment.codes) if is_ours(comment, code) and matches(code, rule)]
