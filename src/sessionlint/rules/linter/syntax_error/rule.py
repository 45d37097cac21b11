"""SES001: a file that cannot be parsed is not checked.

Why: everything else the linter says rests on having read the file. Fix safety: there is no fix.
"""

from collections.abc import Callable, Iterator

from sessionlint.index.interest import mentions_anything_of_interest
from sessionlint.index.words import finder_of_names
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.model.finding import Finding
from sessionlint.questions.frontier.session_names import session_names
from sessionlint.rules.linter.syntax_error import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    problem = module.facts.problem
    if problem is not None and _is_ours(project, module):
        yield RULE.finding(module.place(problem.span), problem.message)


def _is_ours(project: Project, module: ModuleScope) -> bool:
    """A file that speaks of nothing we look for is none of our business, broken or not."""
    data = project.source(module).data
    return mentions_anything_of_interest(data) or bool(_names_in(project)(data))


@question(finder_of_names(()))
def _names_in(project: Project) -> Callable[[bytes], set[str]]:
    return finder_of_names(session_names(project))
