"""How often each rule speaks: count, code, ``[*]`` when every finding of it is fixable, name; most frequent first."""

from collections.abc import Mapping
from itertools import groupby

from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    """A table in columns; ``[-]`` says that only some of a rule's findings are fixable, as ruff has it."""
    by_code = sorted(outcome.findings, key=lambda finding: finding.code)
    groups = [(code, list(findings)) for code, findings in groupby(by_code, key=lambda finding: finding.code)]
    groups.sort(key=lambda group: (-len(group[1]), group[0]))
    digits = max((len(str(len(findings))) for _, findings in groups), default=0)
    return "".join(_row(code, findings, digits, outcome, look) for code, findings in groups)


def _row(code: str, findings: list[Finding], digits: int, outcome: Outcome, look: Look) -> str:
    rule = outcome.rules.get(code)
    severity = min((finding.severity for finding in findings), key=lambda severity: severity.rank)
    count = look.paint(str(len(findings)).rjust(digits), "strong")
    return f"{count}  {look.paint(code, severity.value)}  {_mark(findings, look)}  {rule.name if rule else ''}".rstrip() + "\n"


def _mark(findings: list[Finding], look: Look) -> str:
    fixable = sum(look.fixable(finding.fix) for finding in findings)
    if not fixable:
        return "[ ]"
    return "[*]" if fixable == len(findings) else "[-]"
