"""SES404 provider-swallows-exception: an error of the route ends in the provider.

Why: FastAPI throws what the route raises into the provider. A provider that catches it and finishes leaves FastAPI without a
response: since 0.110 the client gets a 500, even for ``HTTPException(404)``, and the error itself is lost. Under
``@contextmanager`` the same body makes the ``with`` block swallow the caller's exception.

Fix safety: unsafe, to raise again is a change of behaviour. None where the handler leaves in the middle.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.providers.handlers import GuardedLoan, swallowing_handlers

RULE = Rule(
    code="SES404",
    name="provider-swallows-exception",
    severity=Severity.ERROR,
    why="An error that ends in the provider leaves FastAPI without a response: a 500 for everything, and no trace of the cause.",
    symptoms=(
        "FastAPIError: Response not awaited. There's a high chance that the application code is raising an exception",
        "FastAPIError: No response object was returned. There's a high chance that the application code is raising an exception",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)

_RERAISE = (0, 110)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    fastapi = project.targets.fastapi
    for found in swallowing_handlers(project, module):
        lender = found.lender
        matters = lender.is_manager or (lender.is_dependency and (fastapi is None or fastapi >= _RERAISE))
        if matters:
            from sessionlint.edits.provider_handlers import raised_again_fix

            yield RULE.finding(
                found.place,
                _message(project, found),
                related=(Related(lender.place(found.loan.term), "the error is raised at this `yield`"),),
                help="end the handler with `raise`",
                fix=raised_again_fix(project, found),
            )


def _message(project: Project, found: GuardedLoan) -> str:
    caught = found.handler.type
    source = project.source(found.lender.function)
    what = f"`{source.text[slice(*caught.span)]}`" if caught is not None else "exception"
    if found.lender.is_manager:
        block = f"`with {found.lender.name}()` block"
        return f"every {what} of a {block} ends here, and the code behind the block runs as if it had worked"
    if caught is not None and what not in ("`Exception`", "`BaseException`"):
        return f'every {what} of a route ends here: the client gets a 500 "Response not awaited", and the cause is lost'
    return 'every error of a route ends here: the client gets a 500 "Response not awaited" even for HTTPException(404)'
