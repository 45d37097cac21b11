"""The output formats: what ``--output-format`` chooses among. A new one is a module of this package and a line here."""

from collections.abc import Mapping
from typing import NamedTuple


class Format(NamedTuple):
    """``told`` says in docs/reports.md what it prints; ``commands``: some of its lines are commands to the CI that runs it."""

    told: str
    commands: bool = False


FORMATS: Mapping[str, Format] = {
    "full": Format("findings with the code, the places behind them, and the fix (the default, above)"),
    "concise": Format("one line per finding"),
    "grouped": Format("one line per finding, under the name of its file"),
    "json": Format("one object, for programs (below)"),
    "json-lines": Format("one object per line and finding, as those in `findings` of `json`"),
    "sarif": Format("SARIF 2.1.0, for GitHub code scanning (below) and editors"),
    "github": Format("annotations on a pull request of GitHub", commands=True),
    "gitlab": Format("a Code Quality report of GitLab"),
    "azure": Format("issues of a run of Azure Pipelines", commands=True),
    "junit": Format("test results in JUnit's XML, a failing test per finding"),
    "rdjson": Format("what reviewdog reads"),
    "pylint": Format("one line per finding as pylint prints it, for what reads that"),
    "markdown": Format("a summary for people, such as that of a job of GitHub's"),
}


def module_of(name: str) -> str:
    """The module that renders a format."""
    return f"sessionlint.report.{name.replace('-', '_')}"
