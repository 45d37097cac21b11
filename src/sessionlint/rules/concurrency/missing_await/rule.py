"""SES604 missing-await: a coroutine of an async session, connection or engine is not awaited.

Why: ``AsyncSession.commit()``, ``delete()``, ``execute()`` and most others are coroutines: a call without ``await`` only
makes the coroutine object, and nothing reaches the database. Python says so in a RuntimeWarning that few logs show.
``begin()`` and ``begin_nested()`` are no coroutines, but alone on a line they begin nothing either.

Fix safety: unsafe, awaiting gives the code an effect that it does not have today. None where no ``await`` may stand.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Fix, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.running.awaits import MissingAwait, Treatment, idle_begins, missing_awaits
from sessionlint.questions.sessions.session_methods import MethodCall

RULE = Rule(
    code="SES604",
    name="missing-await",
    severity=Severity.ERROR,
    why="A coroutine that nobody awaits never runs: what it should have saved, deleted or read is silently missing.",
    symptoms=(
        "RuntimeWarning: coroutine 'AsyncSession.commit' was never awaited",
        "AttributeError: 'coroutine' object has no attribute 'scalars'",
        "TypeError: 'coroutine' object is not iterable",
        "TypeError: 'coroutine' object is not subscriptable",
        "rows never saved, and no error raised",
    ),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
    uncovers=True,
)

_LOST = {
    "commit": "nothing is saved",
    "delete": "the row is not deleted (unlike `add`, `delete` is a coroutine)",
    "merge": "nothing is merged (unlike `add`, `merge` is a coroutine)",
    "flush": "nothing is written",
    "rollback": "nothing is rolled back",
    "close": "nothing is closed, and the connection stays out of the pool",
    "aclose": "nothing is closed, and the connection stays out of the pool",
    "dispose": "no connection is closed",
    "refresh": "nothing is read",
}


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for missing in missing_awaits(project, module):
        from sessionlint.edits.awaiting import awaited_fix

        yield _finding(missing.call, _message(missing), f"write `{_awaited(missing)}`", awaited_fix(project, missing))
    for begin in idle_begins(project, module):
        message = f"`{begin.written}` alone begins nothing: it only makes an object that a block could enter"
        yield _finding(begin, message, f"write `async with {begin.written}:` around what belongs together")


def _finding(call: MethodCall, message: str, advice: str, fix: Fix | None = None) -> Finding:
    origin = getattr(call.owner, "origin", None)
    related = (Related(origin, "it comes from here"),) if origin is not None and origin.path != call.site.place.path else ()
    return RULE.finding(
        call.site.place,
        message,
        related=related,
        help=advice,
        fix=fix,
    )


def _awaited(missing: MissingAwait) -> str:
    call = f"await {missing.call.written}"
    if missing.treatment is not Treatment.ASKED:
        return call
    return f"({call}).{missing.detail}" if missing.detail else f"({call})"


def _message(missing: MissingAwait) -> str:
    call = f"`{missing.call.written}`"
    match missing.treatment:
        case Treatment.DROPPED:
            return f"{call} is not awaited: {_LOST.get(missing.call.method, 'it never runs')}"
        case Treatment.ASKED if missing.detail:
            return f"{call} is not awaited: the coroutine has no `{missing.detail}`, and this line raises AttributeError"
        case Treatment.TESTED:
            return f"{call} is not awaited: the test is always true, because it tests the coroutine"
        case Treatment.ITERATED | Treatment.ENTERED:
            return f"{call} is not awaited: this line raises TypeError, because it gets a coroutine"
        case Treatment.RETURNED:
            return f"{call} is not awaited: whoever awaits this function gets a coroutine instead of the result"
        case Treatment.KEPT:
            return f"{call} is never awaited: `{missing.detail}` holds a coroutine, and it never runs"
        case _:
            return f"{call} is not awaited: this uses the coroutine, not its result"
