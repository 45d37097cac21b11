"""SES701 lazy-load-in-async: an attribute that has to be loaded first is read on an object of an asynchronous session.

Why: SQLAlchemy loads such an attribute on mere access, which an asynchronous driver cannot do: there is nothing to await. Its
documentation: "the application needs to avoid any points at which IO-on-attribute access may occur".

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
    code="SES701",
    name="lazy-load-in-async",
    severity=Severity.ERROR,
    why="An asynchronous session cannot load on mere access to an attribute: the look at it raises MissingGreenlet.",
    symptoms=(
        "MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here. Was IO attempted in an unexpected"
        " place?",
        "StatementError: (sqlalchemy.exc.MissingGreenlet) greenlet_spawn has not been called; can't call await_only() here. Was"
        " IO attempted in an unexpected place?",
        "MissingGreenlet: greenlet_spawn has not been called; can't call await_() here. Was IO attempted in an unexpected place?",
        "Error extracting attribute: MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here",
        "Error extracting attribute: MissingGreenlet",
    ),
    hints=("_emit_lazyload", "_load_for_state"),
    speaking_against=("loaded_dbapi.connect(", "_load_expired", "load_on_ident"),
    silent_in=SILENT_IN,
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for failing in failing_looks(project, module):
        if failing.entity.is_async and failing.entity.stage is Stage.LIVE:
            yield RULE.finding(
                failing.place,
                _message(failing),
                related=tuple(_related(failing)),
                help=_help(failing),
                fix=_fix(project, failing),
                severity=RULE.severity if failing.fault.is_certain else Severity.INFO,
                on_request=not failing.fault.is_certain,
            )


def _message(failing: FailingLook) -> str:
    loaded = f"`{failing.fault.attribute}`"
    what = f"`{failing.written}`" if failing.is_direct else f"{loaded} of `{failing.written.rpartition('.')[0]}`"
    match failing.fault.why:
        case Why.EXPIRED:
            return f"{what} has expired, and an asynchronous session cannot load it again on mere access: MissingGreenlet"
        case Why.DEFERRED:
            return f"{what} was left out of the query, and cannot be loaded on mere access here: MissingGreenlet"
        case _:
            unless = "" if failing.fault.is_certain else ", unless its object is in the session already"
            return f"{what} is loaded by the first look at it, which raises MissingGreenlet in asynchronous code{unless}"


def _help(failing: FailingLook) -> str:
    match failing.fault.why:
        case Why.EXPIRED:
            return "read it before, `await session.refresh(...)` the object, or give the factory `expire_on_commit=False`"
        case Why.DEFERRED:
            return "load it with the query (`undefer`), or `await` it from `awaitable_attrs`"
        case _:
            return f"load it with the query: `.options(selectinload({failing.entity.written}.{failing.fault.attribute}))`"


def _related(failing: FailingLook) -> Iterator[Related]:
    if failing.via is not None:
        yield Related(failing.via, "it is read here")
    if failing.fault.why is Why.EXPIRED and failing.entity.expired is not None:
        yield Related(failing.entity.expired, "this expires it")
    if failing.loaded_at is not None:
        yield Related(failing.loaded_at, "the object comes from here")
    if failing.fault.defined is not None:
        yield Related(failing.fault.defined, "the relationship")
    yield from (Related(place, "this is read as well", is_counted_in=True) for place in failing.others)


def _fix(project: Project, failing: FailingLook) -> Fix | None:
    if failing.fault.why is not Why.LAZY:
        return None
    from sessionlint.edits.eager_loading import load_eagerly

    return load_eagerly(project, failing.entity.origin, failing.entity.where, failing.entity.written, failing.fault.attribute)
