"""SES001: a file that cannot be parsed is not checked.

Why: everything else the linter says rests on having read the file. Fix safety: there is no fix.
"""

from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule, Severity
from sessionlint.model.source import Place

RULE = Rule(
    code="SES001",
    name="syntax-error",
    severity=Severity.ERROR,
    why="A file that cannot be parsed is not checked, and Python cannot import it either.",
    symptoms=("SyntaxError", "IndentationError", "UnicodeDecodeError", "source code cannot contain null bytes"),
)


def check(project: Project) -> Iterator[Finding]:
    for path, module in project.facts.items():
        if module.problem is not None:
            yield Finding(RULE.code, Place(path, module.problem.span), module.problem.message, RULE.severity)
