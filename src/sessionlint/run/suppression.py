"""Which findings a comment hides, and which comments hid something."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sessionlint.model.facts import ModuleFacts, Suppression
from sessionlint.model.finding import Finding, Rule
from sessionlint.model.naming import matches
from sessionlint.model.outcome import Suppressed
from sessionlint.model.source import Place, Span
from sessionlint.rules.comments import WHOLE, Use, holds, is_ours


class Sifted(NamedTuple):
    """``open``: what no comment hides. ``used``: all comments, and codes in them, that hide something."""

    open: list[Finding]
    suppressed: list[Suppressed]
    used: frozenset[Use]


def suppress(findings: Iterable[Finding], modules: Mapping[str, ModuleFacts], rules: Sequence[Rule], today: date) -> Sifted:
    """Sift ``findings``; a comment counts at any place of a finding's trace."""
    by_code = {rule.code: rule for rule in rules}
    sifted, suppressed, used = [], [], set[Use]()
    for finding in findings:
        hits = list(_hits(finding, by_code[finding.code], modules, today))
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


def _hits(finding: Finding, rule: Rule, modules: Mapping[str, ModuleFacts], today: date) -> Iterator[tuple[Use, Suppression]]:
    for place in finding.trace:
        module = modules.get(place.path)
        for comment in module.suppressions if module else ():
            if not (holds(comment, today) and _covers(comment, place)):
                continue
            if place != finding.place and not comment.codes and comment.style == "noqa":
                continue  # said to another linter, of a line that only belongs to the story
            for index in _naming(comment, rule):
                yield Use(place.path, comment.span, index), comment


def _covers(comment: Suppression, place: Place) -> bool:
    start = Span(place.span.start, place.span.start)
    return comment.covers.contains(start) or comment.span.contains(start)


def _naming(comment: Suppression, rule: Rule) -> list[int]:
    if not comment.codes:
        return [WHOLE]
    return [index for index, code in enumerate(comment.codes) if is_ours(comment, code) and matches(code, rule)]
