"""SES502 depends-called: ``Depends(get_db())`` calls the provider when the module is imported.

Why: ``Depends`` wants the function, which FastAPI calls for each request. What a call of a provider gives (a generator, a
context manager, a session) is not callable, so the application does not start; a context manager of contextlib's happens
to be callable and fails with the first request.

Fix safety: safe, a certain error at import becomes working code. None where the call has arguments, or gives what ``Depends``
cannot use either.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.providers.consumptions import consumptions

RULE = Rule(
    code="SES502",
    name="depends-called",
    severity=Severity.ERROR,
    why="FastAPI calls the provider for each request; here it is called once, at import, and its result is no provider.",
    symptoms=(
        "TypeError: <generator object get_db> is not a callable object",
        "TypeError: <async_generator object get_db> is not a callable object",
        "<sqlalchemy.orm.session.Session object> is not a callable object",
    ),
    uncovers=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in consumptions(project, module, RULE.code):
        from sessionlint.edits.dependency_calls import uncalled_fix

        yield RULE.finding(
            found.place,
            f"`{found.written}` is called at import, and `Depends` gets what it gave instead of the provider",
            related=(Related(found.definition, "the provider is defined here"),) if found.definition is not None else (),
            help=f"give the provider itself, without calling it: `Depends({found.written.removesuffix('()')})`",
            fix=uncalled_fix(project, found),
        )
