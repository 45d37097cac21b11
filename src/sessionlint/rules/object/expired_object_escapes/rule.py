"""SES702 expired-object-escapes: an object leaves the block of its session behind a commit that expired it.

Why: by default a commit expires every object of the session, to be loaded again by the next look at it. Behind the block there
is no session that could: the first attribute that anybody reads raises DetachedInstanceError. A rollback expires them, too.

Fix safety: there is no fix; whether the factory keeps what was read, or the block returns a value, is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.objects.entity import Stage
from sessionlint.questions.objects.failing import FailingLook, failing_looks
from sessionlint.questions.objects.faults import Why
from sessionlint.questions.objects.reasons import SILENT_IN
from sessionlint.rules.object.expired_object_escapes.search import Escape, escapes, is_closed_in

RULE = Rule(
    code="SES702",
    name="expired-object-escapes",
    severity=Severity.ERROR,
    why="A commit expires what was read, and behind the block no session can load it again: the first look at it raises.",
    symptoms=(
        "DetachedInstanceError: Instance <User> is not bound to a Session; attribute refresh operation cannot proceed",
        "DetachedInstanceError: Instance is not bound to a Session; attribute refresh operation cannot proceed",
    ),
    hints=("_load_expired", "load_scalar_attributes"),
    speaking_against=("_emit_lazyload", "_load_for_state"),
    silent_in=SILENT_IN,
    about_use=True,
)
_HELP = "give the factory `expire_on_commit=False`, `refresh` the object before the block ends, or return a value made of it"


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for escape in escapes(project, module):
        yield RULE.finding(escape.place, _message(escape), related=tuple(_related(escape)), help=_HELP)
    for failing in failing_looks(project, module):
        entity = failing.entity
        if failing.fault.why is Why.EXPIRED and entity.stage is Stage.DETACHED and is_closed_in(failing.function, entity):
            yield RULE.finding(failing.place, _of_look(failing), related=tuple(_around(failing)), help=_HELP)


def _message(escape: Escape) -> str:
    return (
        f"`{escape.written}` has expired when the session is closed: the first attribute that the caller reads raises"
        " DetachedInstanceError"
    )


def _of_look(failing: FailingLook) -> str:
    return f"`{failing.written}` has expired, and its session is closed: DetachedInstanceError"


def _related(escape: Escape) -> Iterator[Related]:
    if escape.entity.expired is not None:
        yield Related(escape.entity.expired, "this expires it")
    if escape.entity.closed is not None and escape.entity.closed != escape.entity.expired:
        yield Related(escape.entity.closed, "the session is closed with this")


def _around(failing: FailingLook) -> Iterator[Related]:
    if failing.entity.expired is not None:
        yield Related(failing.entity.expired, "this expires it")
    if failing.loaded_at is not None:
        yield Related(failing.loaded_at, "the object comes from here")
    yield from (Related(place, "this is read as well", is_counted_in=True) for place in failing.others)
