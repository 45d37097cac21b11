"""SES704 object-of-another-session: an object that one open session holds is given to another one.

Why: an object belongs to one session at a time; a second one refuses it (SQLAlchemy, "Object is already attached to session").
``merge`` copies its state into the other session instead.

Fix safety: there is no fix; which session the object should be in is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.objects.reasons import SILENT_IN
from sessionlint.rules.object.object_of_another_session.search import Crossing, crossings

RULE = Rule(
    code="SES704",
    name="object-of-another-session",
    severity=Severity.ERROR,
    why="An object is in one session at a time: another one that is given it raises.",
    symptoms=(
        "InvalidRequestError: Object '<User at 0x...>' is already attached to session '6' (this is '5')",
        "InvalidRequestError: Instance '<User at 0x...>' is not persistent within this Session",
        "InvalidRequestError: Instance <User at 0x...> is not present in this Session",
    ),
    hints=("_before_attach", "_validate_persistent"),
    silent_in=SILENT_IN,
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for crossing in crossings(project, module):
        yield RULE.finding(
            crossing.place,
            _message(crossing),
            related=tuple(_related(crossing)),
            help="use one session for both, hand over the id and load the object there, or `merge` it",
        )


def _message(crossing: Crossing) -> str:
    held = f"`{crossing.holder}`" if crossing.holder != "?" else "another session"
    if crossing.along is not None:
        taken = f"`{crossing.along}` takes `{crossing.written}` along into `{crossing.taker}`"
        return f"{taken} while {held} still holds it: InvalidRequestError"
    taker = f"`{crossing.taker}`" if crossing.adds is None else "a session of its own"
    done = f"is given to {taker}" if crossing.adds is None else f"is added there to {taker}"
    return f"`{crossing.written}` {done} while {held} still holds it: InvalidRequestError"


def _related(crossing: Crossing) -> Iterator[Related]:
    if crossing.adds is not None:
        yield Related(crossing.adds, "it is added here")
    if crossing.loaded_at is not None:
        yield Related(crossing.loaded_at, "the object comes from here")
