"""SES503 depends-on-factory: ``Depends`` is given a session factory or class instead of a provider.

Why: FastAPI reads the parameters of what it calls. A factory takes ``**local_kw``, which becomes a required query parameter,
and every request is answered with 422. Were it called, nobody would close the session.

Fix safety: there is no fix: which provider is meant is not known here.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.providers.consumptions import Consumption, consumptions
from sessionlint.rules.consumption.depends_on_factory import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in consumptions(project, module, RULE.code):
        yield RULE.finding(
            found.place,
            _message(found),
            related=(Related(found.definition, "the session factory is built here"),) if found.definition is not None else (),
            help="depend on a function that opens the session in a `with` block and yields it",
        )


def _message(found: Consumption) -> str:
    if found.detail == "no provider":
        return f"`Depends()` without a provider calls `{found.written}` itself: the session has no engine, and nothing closes it"
    return f"`{found.written}` is no provider: FastAPI asks every client for a query parameter, and nothing closes the session"
