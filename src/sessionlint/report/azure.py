"""Logging commands of Azure Pipelines, which become issues of the run.

Format: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands; escapes:
``microsoft/azure-pipelines-task-lib``, node/taskcommand.ts.
"""

from collections.abc import Mapping

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.story import story
from sessionlint.report.visible import visible, without_brackets

_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "warning"}  # there is nothing milder


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return "".join(f"{_command(finding, sources, look)}\n" for finding in outcome.findings)


def _command(finding: Finding, sources: Mapping[str, Source], look: Look) -> str:
    start = start_of(finding.place, sources)
    properties = {
        "type": _TYPES[finding.severity],
        "sourcepath": look.repository_path(finding.place.path),
        "linenumber": str(start.line),
        "columnnumber": str(start.column),
        "code": finding.code,
    }
    listed = "".join(f"{key}={_property(value)};" for key, value in properties.items())
    return f"##vso[task.logissue {listed}]{_data(story(finding, sources, look.repository_path))}"


def _data(text: str) -> str:
    shown = without_brackets(visible(text, keep="\t\r\n"))
    return shown.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
