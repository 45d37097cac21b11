"""SES001: a file that cannot be parsed is not checked.

Why: everything else the linter says rests on having read the file. Fix safety: there is no fix.
"""

from collections.abc import Iterator, Sequence

from sessionlint.extract.prefilter import finder_of_names, mentions_anything_of_interest
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule, Severity
from sessionlint.model.source import Place
from sessionlint.questions.frontier.session_names import session_names

RULE = Rule(
    code="SES001",
    name="syntax-error",
    severity=Severity.ERROR,
    why="A file that cannot be parsed is not checked, and Python cannot import it either.",
    symptoms=("SyntaxError", "IndentationError", "UnicodeDecodeError", "source code cannot contain null bytes"),
)


def check(project: Project) -> Iterator[Finding]:
    broken = [(path, module.problem) for path, module in project.facts.items() if module.problem is not None]
    ours = _ours(project, [path for path, _ in broken])
    for path, problem in broken:
        if path in ours:
            yield RULE.finding(Place(path, problem.span), problem.message)


def _ours(project: Project, paths: Sequence[str]) -> frozenset[str]:
    """A file that speaks of nothing we look for is none of our business, broken or not."""
    texts = {path: project.sources[path].text.encode("utf-8", "surrogatepass") for path in paths}
    telling = {path for path, data in texts.items() if mentions_anything_of_interest(data)}
    names_in = finder_of_names(session_names(project) if len(telling) < len(texts) else ())
    return frozenset(path for path, data in texts.items() if path in telling or names_in(data))
