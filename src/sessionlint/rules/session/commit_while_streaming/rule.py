"""SES320 commit-while-streaming: TODO what is wrong, in one sentence.

Why: TODO what goes wrong then, and where SQLAlchemy's documentation, or a proof on the page, says so.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule, Severity

RULE = Rule(
    code="SES320",
    name="commit-while-streaming",
    severity=Severity.WARNING,
    why="TODO What the rule protects from, in one sentence for the reader of a finding.",
    symptoms=("TODO the error text that people paste into a search box",),
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    """The findings in ``module``."""
    for site in module.calls_named(("todo",)):
        yield RULE.finding(site.place, "TODO what will happen here, in the words of the person who wrote the line")
