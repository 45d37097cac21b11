"""As pylint prints with ``--output-format=parseable``: ``path:line: [E301(bare-session), ] SES301 message``.

For what reads pylint, such as the parser of Jenkins' Warnings plugin (``jenkinsci/analysis-model``, PyLintParser): it wants a
letter, which says the severity, and digits, so our code stands behind that.
"""

from collections.abc import Mapping

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible

_LETTERS = {Severity.ERROR: "E", Severity.WARNING: "W", Severity.INFO: "I"}


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return "".join(f"{_line(finding, outcome, sources, look)}\n" for finding in outcome.findings)


def _line(finding: Finding, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    rule = outcome.rules.get(finding.code)
    kind = _LETTERS[finding.severity] + finding.code.removeprefix("SES")
    where = f"{visible(look.shown_path(finding.place.path))}:{start_of(finding.place, sources).line}"
    return f"{where}: [{kind}({rule.name if rule else finding.code}), ] {finding.code} {visible(finding.message)}"
