"""As pylint prints with ``--output-format=parseable``: ``path:line: [SES301(bare-session), ] message``.

For what reads pylint, such as the parser of Jenkins' Warnings plugin (``jenkinsci/analysis-model``, PyLintParser).
"""

from collections.abc import Mapping

from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return "".join(f"{_line(finding, outcome, sources, look)}\n" for finding in outcome.findings)


def _line(finding: Finding, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    rule = outcome.rules.get(finding.code)
    symbol = f"({rule.name})" if rule else ""
    path = visible(look.shown_path(finding.place.path))
    return f"{path}:{start_of(finding.place, sources).line}: [{finding.code}{symbol}, ] {visible(finding.message)}"
