"""One problem, one finding: where two rules meet, the more specific speaks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sessionlint.model.finding import Finding, Rule
from sessionlint.model.source import Place


def most_specific(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """``findings`` without those whose rule yields to another that speaks of the same place.

    They speak of the same place when the primary place of either belongs to the trace of the other; one problem of several that a
    finding counts in does not take the others with it.
    """
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_code[finding.code].append(finding)
    return [finding for finding in findings if not _gives_way(finding, _stronger(finding, rules, by_code))]


def markdown_table(rules: Iterable[Rule]) -> str:
    """Who gives way to whom, as the documentation shows it."""
    by_code = {rule.code: rule for rule in rules}
    lines = ["| where both see a problem, | this one speaks |", "|---|---|"]
    for rule in sorted(by_code.values(), key=lambda rule: rule.code):
        lines += [f"| {_named(rule)} | {_named(by_code[code])} |" for code in sorted(rule.yields_to)]
    return "\n".join(lines) + "\n"


def _named(rule: Rule) -> str:
    return f"{rule.code} `{rule.name}`"


def _stronger(finding: Finding, rules: Mapping[str, Rule], by_code: Mapping[str, list[Finding]]) -> Iterable[Finding]:
    return (other for code in rules[finding.code].yields_to for other in by_code.get(code, ()))


def _gives_way(finding: Finding, stronger: Iterable[Finding]) -> bool:
    return any(_within(finding.place, other.trace) or _within(other.place, finding.own_trace) for other in stronger)


def _within(place: Place, trace: Iterable[Place]) -> bool:
    return any(
        place.path == other.path and place.span.start < other.span.end and other.span.start < place.span.end for other in trace
    )
