"""SES513 dependency-called-directly: a function that leaves its session to ``Depends`` is called without one.

Why: only FastAPI fills in what ``Depends`` stands for. In a plain call the parameter *is* the ``Depends`` object.

Fix safety: there is no fix: which session the caller should pass is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.consumption.dependency_called_directly import RULE
from sessionlint.rules.consumption.dependency_called_directly.search import direct_calls


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in direct_calls(project, module):
        name = found.parameter.name
        yield RULE.finding(
            found.site.place,
            f"`{name}` of `{found.written}` is a `Depends` object in this call, and no session: only FastAPI fills it in",
            related=(Related(found.function.module.place(found.parameter.span), "the default that only FastAPI understands"),),
            help=f"pass a session: `{name}=...`",
            on_request=found.function.module is not found.site.scope.module,
        )
