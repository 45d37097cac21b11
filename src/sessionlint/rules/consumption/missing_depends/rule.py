"""SES504 missing-depends: a route or dependency wants a session, and nothing tells FastAPI where to get it.

Why: FastAPI takes a parameter without ``Depends`` for a part of the request. A session is no such thing, so the application does
not start; without an annotation it starts, and the route gets the provider function itself.

Fix safety: unsafe, where a generator function stands without its ``Depends``; none where nothing says which provider is meant.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.providers.missing_depends import Undeclared, undeclared_sessions

RULE = Rule(
    code="SES504",
    name="missing-depends",
    severity=Severity.ERROR,
    why="FastAPI takes a parameter without `Depends` for a part of the request, and a session is no such thing.",
    symptoms=(
        "FastAPIError: Invalid args for response field! Hint: check that <class 'sqlalchemy.orm.session.Session'> is a valid",
        "AttributeError: 'function' object has no attribute 'scalar'",
        "TypeError: cannot pickle 'generator' object",
    ),
    uncovers=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in undeclared_sessions(project, module):
        from sessionlint.edits.dependency_calls import declared_fix

        provider = found.provider or "get_db"
        yield RULE.finding(
            found.place,
            _message(found),
            related=(Related(found.definition, "the provider is defined here"),) if found.definition is not None else (),
            help=f"tell FastAPI the provider: `{found.parameter.name}: Annotated[Session, Depends({provider})]`",
            fix=declared_fix(project, found),
        )


def _message(found: Undeclared) -> str:
    name = found.parameter.name
    if found.called:
        return f"`{name}` defaults to one `{found.provider}()` made at import: FastAPI needs `Depends({found.provider})`"
    if found.provider is None:
        return f"FastAPI takes `{name}` for a part of the request, and fails at import: `Depends` is missing"
    return f"`{found.provider}` stands here without `Depends`: FastAPI does not call it, and `{name}` gets no session"
