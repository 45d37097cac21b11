"""One problem, one finding: where two rules meet, the more specific speaks."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from sessionlint.model.finding import Finding, Rule
from sessionlint.model.source import Place, Span


def most_specific(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """``findings`` without those whose rule yields to another that speaks of the same place.

    They speak of the same place when the primary place of either belongs to the trace of the other; one problem of several that a
    finding counts in does not take the others with it.
    """
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_code[finding.code].append(finding)
    spoken = {code: _Spoken(found) for code, found in by_code.items()}
    return [finding for finding in findings if not _gives_way(finding, _stronger(finding, rules, spoken))]


def markdown_table(rules: Iterable[Rule]) -> str:
    """Who gives way to whom, as the documentation shows it."""
    by_code = {rule.code: rule for rule in rules}
    lines = ["| where both see a problem, | this one speaks |", "|---|---|"]
    for rule in sorted(by_code.values(), key=lambda rule: rule.code):
        lines += [f"| {_named(rule)} | {_named(by_code[code])} |" for code in sorted(rule.yields_to)]
    return "\n".join(lines) + "\n"


def _named(rule: Rule) -> str:
    return f"{rule.code} `{rule.name}`"


class _Spoken:
    """Where one rule speaks: the traces of its findings, and their primary places."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.traces = _Places(place for finding in findings for place in finding.trace)
        self.places = _Places(finding.place for finding in findings)


class _Places:
    """Many places, of which it is asked whether one of them overlaps another."""

    def __init__(self, places: Iterable[Place]) -> None:
        spans: dict[str, list[Span]] = defaultdict(list)
        for place in places:
            spans[place.path].append(place.span)
        self._starts = {path: sorted(span.start for span in found) for path, found in spans.items()}
        # how far those reach that begin before or with each
        self._ends = {path: [*accumulate((span.end for span in sorted(found)), max)] for path, found in spans.items()}

    def overlap(self, place: Place) -> bool:
        ahead = bisect_left(self._starts.get(place.path, ()), place.span.end)
        return ahead > 0 and self._ends[place.path][ahead - 1] > place.span.start


def _stronger(finding: Finding, rules: Mapping[str, Rule], spoken: Mapping[str, _Spoken]) -> Iterable[_Spoken]:
    return (spoken[code] for code in rules[finding.code].yields_to if code in spoken)


def _gives_way(finding: Finding, stronger: Iterable[_Spoken]) -> bool:
    return any(other.traces.overlap(finding.place) or any(map(other.places.overlap, finding.own_trace)) for other in stronger)
