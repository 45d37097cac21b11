"""SES606 async-session-query: ``query()`` of an async session, which has none.

Why: ``AsyncSession`` offers SQLAlchemy's 2.0 style only. ``db.query(User)`` raises ``AttributeError: 'AsyncSession'
object has no attribute 'query'`` wherever it runs.

Fix safety: none yet. A query has to be rewritten as ``select()``, statement by statement.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.sessions.session_methods import MethodCall, method_calls

RULE = Rule(
    code="SES606",
    name="async-session-query",
    severity=Severity.ERROR,
    why="AsyncSession has no query(): the line raises AttributeError every time it runs.",
    symptoms=("AttributeError: 'AsyncSession' object has no attribute 'query'",),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for call in queries_of_async_sessions(project, module):
        origin = getattr(call.owner, "origin", None)
        yield RULE.finding(
            call.site.place,
            f"`{call.written}` raises AttributeError: an async session has no `query`",
            related=(Related(origin, "the session's factory is built here"),) if origin not in (None, call.site.place) else (),
            help=f"select instead: `await {call.receiver or 'session'}.scalars(select(...))`",
        )


def queries_of_async_sessions(project: Project, module: ModuleScope) -> Iterator[MethodCall]:
    """Every ``session.query(...)`` on an async session outside of what ``run_sync`` runs."""
    for call in method_calls(project, module):
        if call.method == "query" and isinstance(call.owner, kinds.Session) and call.owner.is_async:
            in_run_sync = any(
                isinstance(outer, Call) and isinstance(outer.func, Attribute) and outer.func.attr == "run_sync"
                for outer in call.site.path
            )
            if not in_run_sync:
                yield call
