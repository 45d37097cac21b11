"""Queries in SQLAlchemy's 1.x style on sessions that do not know it."""

from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call
from sessionlint.questions.sessions.session_methods import MethodCall, method_calls


def queries_of_async_sessions(project: Project) -> Iterator[MethodCall]:
    """Every ``session.query(...)`` on an async session outside of what ``run_sync`` runs."""
    for call in method_calls(project):
        if call.method == "query" and isinstance(call.owner, kinds.Session) and call.owner.is_async:
            in_run_sync = any(
                isinstance(outer, Call) and isinstance(outer.func, Attribute) and outer.func.attr == "run_sync"
                for outer in call.site.path
            )
            if not in_run_sync:
                yield call
