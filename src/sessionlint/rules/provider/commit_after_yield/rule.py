"""SES405 commit-after-yield: the client is told that its data is saved before it is.

Why: up to FastAPI 0.105, and again since 0.118, the code behind a dependency's ``yield`` runs after the response was sent
("This behavior was reverted in 0.118.0, to make the exit code after `yield` be executed after the response is sent",
FastAPI, Advanced Dependencies). A commit there that fails has already been answered with 200, and the client's next
request can come before the commit.

Fix safety: unsafe; ``scope="function"`` in every ``Depends``, or nowhere: two scopes are two sessions in one request. None where
an older FastAPI is admitted, or where something that outlives the route gets a session.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.providers.commits import LenderCommit, late_commits
from sessionlint.rules.provider.commit_after_yield import RULE

_LAST_AFTER, _AGAIN_AFTER, _FUNCTION_SCOPE = (0, 105), (0, 118), (0, 121)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    fastapi = project.targets.fastapi
    if fastapi is not None and _LAST_AFTER < fastapi < _AGAIN_AFTER:
        return
    for found in late_commits(project, module):
        lender = found.lender
        late = [use for use in lender.uses if not use.is_function_scoped]
        if late and lender.is_dependency:
            from sessionlint.rules.provider.commit_after_yield.fix import function_scope_fix

            yield RULE.finding(
                found.place,
                f"`{lender.name}` commits after FastAPI has sent the response: "
                "if this fails, the client was told that its data is saved, and its next request may come before it is",
                related=(*_related(found), Related(late[0].place, "FastAPI calls it here")),
                help=_help(lender.name, fastapi),
                fix=function_scope_fix(project, lender),
            )


def _related(found: LenderCommit) -> Iterator[Related]:
    yield Related(found.lender.place(found.loan.term), "the response is sent while the provider waits here")
    if found.source is not None:
        yield Related(found.source, "the commit is written here")


def _help(name: str, fastapi: tuple[int, int] | None) -> str:
    if fastapi is not None and fastapi < _FUNCTION_SCOPE:
        return "commit in the route, before it returns"
    return f'commit in the route, or use `Depends({name}, scope="function")` everywhere (FastAPI 0.121)'
