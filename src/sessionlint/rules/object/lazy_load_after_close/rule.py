"""SES703 lazy-load-after-close: a relationship is read on an object whose session was closed before it was loaded.

Why: the first look at such a relationship asks the object's session for it, and there is none any more: DetachedInstanceError.

Fix safety: unsafe; the query loads more than before.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Fix, Related, Rule, Severity
from sessionlint.questions.objects.entity import Stage
from sessionlint.questions.objects.failing import FailingLook, failing_looks
from sessionlint.questions.objects.faults import Why
from sessionlint.questions.objects.reasons import SILENT_IN

RULE = Rule(
    code="SES703",
    name="lazy-load-after-close",
    severity=Severity.ERROR,
    why="A relationship that was not loaded while the session was open cannot be loaded when it is closed.",
    symptoms=(
        "DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed",
        "DetachedInstanceError: Parent instance <User> is not bound to a Session; lazy load operation of attribute 'items'"
        " cannot proceed",
        "DetachedInstanceError: Parent instance <User> is not bound to a Session; deferred load operation of attribute 'text'"
        " cannot proceed",
    ),
    hints=("_load_for_state", "_emit_lazyload"),
    silent_in=SILENT_IN,
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for failing in failing_looks(project, module):
        if failing.entity.stage is Stage.DETACHED and failing.fault.why is not Why.EXPIRED:
            yield RULE.finding(
                failing.place,
                _message(failing),
                related=tuple(_related(failing)),
                help="load it with the query (`selectinload`), or read it before the session is closed",
                fix=_fix(project, failing),
            )


def _message(failing: FailingLook) -> str:
    owner = failing.written.rpartition(".")[0]
    what = f"`{failing.written}`" if failing.is_direct else f"`{failing.fault.attribute}` of `{owner}`"
    left_out = "was left out of the query" if failing.fault.why is Why.DEFERRED else "was not loaded"
    return f"{what} {left_out} before the session was closed: DetachedInstanceError"


def _related(failing: FailingLook) -> Iterator[Related]:
    if failing.via is not None:
        yield Related(failing.via, "it is read here")
    if failing.entity.closed is not None:
        yield Related(failing.entity.closed, "the session is closed with this")
    if failing.loaded_at is not None:
        yield Related(failing.loaded_at, "the object comes from here")


def _fix(project: Project, failing: FailingLook) -> Fix | None:
    if failing.fault.why is not Why.LAZY:
        return None
    from sessionlint.edits.eager_loading import load_eagerly

    return load_eagerly(project, failing.entity.origin, failing.entity.where, failing.entity.written, failing.fault.attribute)
