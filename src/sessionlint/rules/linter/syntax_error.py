"""SES001: a file that cannot be parsed is not checked.

Why: everything else the linter says rests on having read the file. Fix safety: there is no fix.
"""

from collections.abc import Iterator

from sessionlint.extract.prefilter import mentions_anything_of_interest, names_pattern
from sessionlint.link.project import Project
from sessionlint.link.vocabulary import session_names
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
        if module.problem is not None and _is_ours(project, path):
            yield Finding(RULE.code, Place(path, module.problem.span), module.problem.message, RULE.severity)


def _is_ours(project: Project, path: str) -> bool:
    """A file that speaks of nothing we look for is none of our business, broken or not."""
    data = project.sources[path].text.encode("utf-8", "surrogatepass")
    return mentions_anything_of_interest(data) or names_pattern(session_names(project)).search(data) is not None
