"""SES514 mixed-dependency-scope: one provider gives a request two sessions, because its uses disagree.

Why: FastAPI shares what a provider gives among all who depend on it in a request, but only where they ask for it alike:
``scope="function"`` here and not there, or ``use_cache=False``, opens another session.

Fix safety: there is no fix: somebody has to say which of the two is meant.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.requests.request_sessions import TwiceProvided, twice_provided
from sessionlint.rules.consumption.mixed_dependency_scope import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in twice_provided(project, module):
        yield RULE.finding(
            found.place,
            f"`{found.function.node.name}` gets two sessions of `{found.provider.node.name}`, because {_reason(found)}",
            related=(
                Related(found.first.dependency.place, "the other session is asked for here"),
                Related(found.function.place, "the function that gets both"),
                Related(found.provider.place, "the provider"),
            ),
            help="depend on it in the same way everywhere, best through one alias: `Db = Annotated[Session, Depends(...)]`",
        )


def _reason(found: TwiceProvided) -> str:
    if found.first.is_function_scoped != found.second.is_function_scoped:
        return 'one use says `scope="function"` and the other does not'
    return "`use_cache=False` opens another"
