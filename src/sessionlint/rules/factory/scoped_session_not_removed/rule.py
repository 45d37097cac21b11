"""SES209 scoped-session-not-removed: the application uses a registry of sessions, and nothing removes them.

Why: a ``scoped_session`` keeps one session for each thread (or each value of its ``scopefunc``) until somebody calls
``remove()``. The session keeps its transaction and its connection as long, and the next request in that thread goes on with both.

Fix safety: none; where a request ends is for the framework to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.factory.scoped_session_not_removed import RULE
from sessionlint.rules.factory.scoped_session_not_removed.search import UnremovedRegistry, unremoved_registries

_SHOWN = 3


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in unremoved_registries(project, module):
        yield RULE.finding(
            found.place,
            _message(found),
            related=tuple(_related(found)),
            help="call its `remove()` when a request or a task has ended" if not found.registry.is_async else _ADVICE,
            on_request=found.job is None,
        )


_ADVICE = "`await` its `remove()` when the task ends"


def _related(found: UnremovedRegistry) -> Iterator[Related]:
    if found.job is not None:
        yield Related(found.job.place, f"`{found.job.node.name}` leaves its session to the next job of its thread")
    for place in found.uses[:_SHOWN]:
        yield Related(place, "its session is used here")


def _message(found: UnremovedRegistry) -> str:
    if found.registry.is_async or found.registry.has_scope:
        return "nothing removes the sessions of this registry: each scope leaves one behind, with its connection, for ever"
    return "nothing removes the sessions of this registry: each thread keeps its own, with its transaction and its connection"
