"""GitHub workflow commands, which become annotations on the changed lines of a pull request.

Format and escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions and
``actions/toolkit``, packages/core/src/command.ts.
"""

from collections.abc import Mapping

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import end_of, start_of
from sessionlint.report.story import story
from sessionlint.report.visible import visible, without_brackets

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return without_brackets("".join(f"{_command(finding, sources, look)}\n" for finding in outcome.findings))


def _command(finding: Finding, sources: Mapping[str, Source], look: Look) -> str:
    start, end = start_of(finding.place, sources), end_of(finding.place, sources)
    properties = {
        "title": f"sessionlint ({finding.code})",
        "file": look.repository_path(finding.place.path),
        "line": start.line,
        "endLine": end.line,
        "col": start.column,
        "endColumn": end.column,
    }
    if end.line != start.line:  # GitHub refuses columns on an annotation of several lines
        del properties["col"], properties["endColumn"]
    text = f"{finding.code} {story(finding, sources, look.repository_path)}"
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return visible(text, keep="\t\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
