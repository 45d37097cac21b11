"""SES412 provider-yield-type: a provider's annotation names another kind of session than it yields.

Why: the annotation is what routes and type checkers believe. ``await session.execute(...)`` on what is a sync Session, or a
missing ``await`` on what is an AsyncSession, passes every check and fails in the request.

Fix safety: safe, nothing reads the annotation at run time; offered where the class that is yielded is certain.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.providers.lent_types import MistypedLoan, mistyped_loans
from sessionlint.rules.provider.provider_yield_type import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in mistyped_loans(project, module):
        from sessionlint.edits.lent_annotations import element_fix

        yield RULE.finding(
            found.function.module.place(found.span),
            _message(found),
            related=() if found.origin is None else (Related(found.origin, "the session factory is built here"),),
            help=f"say what is yielded: `{found.wanted}`" if found.wanted is not None else "yield a session of the factory",
            fix=element_fix(project, found),
        )


def _message(found: MistypedLoan) -> str:
    name = found.function.node.name
    if found.names_factory:
        return f"`{found.said}` is a session factory, not a type: a type checker refuses it, or takes `{name}` to yield anything"
    return f"`{name}` yields {found.lent}, but its annotation says {found.said}: callers written for that fail when they run"
