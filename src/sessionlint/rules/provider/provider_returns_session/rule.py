"""SES402 provider-returns-session: a dependency returns its session instead of lending it by ``yield``.

Why: FastAPI closes nothing that a dependency returns. A ``finally`` or a ``with`` around the ``return`` is no help: it closes
the session before the route gets it, and a closed session opens again with its next use, for nobody to close.

Fix safety: safe when ``Depends`` is the only use of the function, unsafe when some use cannot be followed, and none when
somebody calls it: a direct caller would get a generator.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.provider.provider_returns_session import RULE
from sessionlint.rules.provider.provider_returns_session.search import ReturnedSession, returned_sessions


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in returned_sessions(project, module):
        from sessionlint.rules.provider.provider_returns_session.fix import lent_session_fix

        yield RULE.finding(
            found.place,
            _message(found),
            related=tuple(_related(project, found)),
            help="lend it: `yield` inside a `with` block",
            fix=lent_session_fix(project, found),
        )


def _message(found: ReturnedSession) -> str:
    if found.closed:
        return (
            f"`{found.name}` closes its session before the route gets it; "
            "the first query opens it again, and nobody closes it: its connection stays checked out"
        )
    return (
        f"`{found.name}` returns its session to FastAPI, which closes nothing: its connection stays checked out after the request"
    )


def _related(project: Project, found: ReturnedSession) -> Iterator[Related]:
    from sessionlint.rules.provider.provider_returns_session.fix import direct_use

    yield Related(found.life.place, "the session is opened here")
    if found.returned != found.life.place:
        yield Related(found.returned, "`yield` is meant here")
    yield Related(found.use.place, "FastAPI calls it here")
    direct = direct_use(project, found)
    if direct is not None:
        yield Related(direct, "this would get a generator: it needs the return")
