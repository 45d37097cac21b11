"""SES705 object-in-background-task: a mapped object is given to work that runs when its session has ended.

Why: what has expired, or was never loaded, is loaded through the object's session, and that is closed or used by somebody else
by then. An id is all that such work needs: it can load the object through a session of its own.

Fix safety: there is no fix; the work has to take an id.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.rules.object.object_in_background_task import RULE
from sessionlint.rules.object.object_in_background_task.search import HandedOver, handed_over


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in handed_over(project, module):
        yield RULE.finding(
            found.place,
            _message(found),
            related=tuple(_related(found)),
            help="hand over the id, and load the object there through a session of its own",
            severity=RULE.severity if found.is_certain else Severity.INFO,
            on_request=not found.is_certain,
        )


def _message(found: HandedOver) -> str:
    begin = f"`{found.written}` is given to {found.runner}"
    if found.is_serialized:
        return f"{begin}, which cannot send a mapped object: hand over its id"
    if found.is_kept:
        return f"{begin}: when it is taken out, its session may have ended, and what is not loaded cannot be read"
    if found.expired is not None:
        return f"{begin} and has expired: what that reads of it needs a session that has ended by then"
    if found.reads is not None:
        return f"{begin}, which reads `{found.attribute}`: that needs a session that has ended by then"
    return f"{begin}, which runs when its session has ended: what is not loaded by then cannot be read"


def _related(found: HandedOver) -> Iterator[Related]:
    if found.reads is not None:
        yield Related(found.reads, "it is read here")
    if found.expired is not None:
        yield Related(found.expired, "this expires it")
    if found.loaded_at is not None:
        yield Related(found.loaded_at, "the object comes from here")
