"""SES208 scoped-session-in-async: a thread-local ``scoped_session`` used by coroutines.

Why: without a ``scopefunc`` the registry keeps one session for each thread, and all coroutines of an event loop run in
one thread: they share one session, one transaction and one another's rollbacks (SQLAlchemy, "Using Thread-Local Scope
with Web Applications"). ``async_scoped_session`` has no default scope and raises without one.

Fix safety: none; passing sessions on instead of looking them up is a matter of design.
"""

from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.model.role import Role
from sessionlint.questions.running.registries import AsyncUse, Registry, async_uses, providers, registries
from sessionlint.rules.factory.scoped_session_in_async import RULE

_SHOWN = 3


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for registry in registries(project, module):
        if registry.has_scope is not False:
            continue
        if registry.is_async:
            message = "`async_scoped_session` has no scope of its own: without `scopefunc` this call raises TypeError"
            advice = "give it `scopefunc=asyncio.current_task`, and `await` its `remove()` when the task ends"
            yield RULE.finding(
                registry.place,
                message,
                severity=Severity.ERROR,
                help=advice,
            )
        elif project.role(module) is Role.APPLICATION:  # a call that raises does so in any role: no ``silent_in``
            yield from _in_application(project, registry)


def _in_application(project: Project, registry: Registry) -> Iterator[Finding]:
    if found := async_uses(project, registry.place):
        yield _shared(registry, found)
    elif functions := providers(project, registry.place):
        yield _provided(registry, functions[0])


def _provided(registry: Registry, provider: FunctionScope) -> Finding:
    name = provider.node.name
    return RULE.finding(
        registry.place,
        f"requests for which FastAPI runs `{name}` in the same thread get the same session, also while another has it",
        related=(Related(provider.place, "this provider hands it out"),),
        help="open a session for each request: `with SessionLocal() as session: yield session`",
    )


def _shared(registry: Registry, uses: Sequence[AsyncUse]) -> Finding:
    names = f"`{uses[0].function.qualified_name}`" + (f" and {len(uses) - 1} more" if len(uses) > 1 else "")
    return RULE.finding(
        registry.place,
        f"all coroutines get the same session from this registry ({names}): one's rollback or error hits the others",
        related=tuple(Related(use.site.place, f"used while `{use.function.qualified_name}` runs") for use in uses[:_SHOWN]),
        help="open a session for each request or task and pass it on",
    )
