"""SES302 close-not-guaranteed: the session is closed, but not on every path.

Why: the one request that raises (or returns early) keeps its connection; a pool of fifteen survives fifteen of them.

Fix safety: ``with`` closes at the same point of the normal path. Safe when the session, and what was read through it, is
not used after the close; unsafe otherwise.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.facts import Call, Return
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.model.source import Place, Span
from sessionlint.questions.injection.resources import is_resumed
from sessionlint.questions.sessions.lives import Ending, Life, lives_of
from sessionlint.rules.session.close_not_guaranteed import RULE
from sessionlint.rules.session.close_not_guaranteed.after_request import closed_after_request


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for life in lives_of(project, module):
        if life.ending is Ending.PARTLY and not is_resumed(project, life.scope):
            from sessionlint.edits.with_block import with_block_fix

            yield RULE.finding(
                life.place,
                _message(project, life),
                severity=Severity.INFO if life.gives_back else RULE.severity,
                related=tuple(_related(life)),
                help=f"close it on every path: `{life.recipe}`",
                fix=with_block_fix(project, life),
            )
    for found in closed_after_request(project, module):
        yield RULE.finding(
            found.life.place,
            f"session `g.{found.name}` is closed in `after_request` only, which Flask does not call when another such function"
            " raises or the exception is propagated: its connection stays checked out",
            severity=Severity.WARNING,
            related=tuple(Related(place, "closed only here") for place in found.closes),
            help="close it in a `teardown_request` or `teardown_appcontext` function, which Flask always calls",
        )


def _message(project: Project, life: Life) -> str:
    then = "only its commit or rollback gives the connection back" if life.gives_back else "its connection stays checked out"
    return f"session `{life.name}` is not closed {_when(project, life)}: {then}"


def _when(project: Project, life: Life) -> str:
    source = project.source(life.scope)
    if (cause := _cause(life)) is not None:
        return f"when line {source.position(cause.start).line} raises"
    if life.leaks.on_exit:
        return f"on the path that leaves at line {source.position(life.leaks.on_exit[0].end).line}"
    return f"when line {source.position(life.leaks.on_error[0].start).line} raises"


def _related(life: Life) -> Iterator[Related]:
    path = life.scope.module.path
    behind = [close for close in life.closes if close.term.span.start > life.opening.term.span.start]
    for close in (behind or life.closes)[:1]:
        call = next((outer for outer in close.path if isinstance(outer, Call)), close.term)
        yield Related(Place(path, call.span), "closed only here" if len(life.closes) == 1 else "closed here")
    if (cause := _cause(life)) is not None:
        yield Related(Place(path, cause), "where this raises, the session stays open")
    else:
        for leak in life.leaks.on_exit[:1] or life.leaks.on_error[:1]:
            yield Related(Place(path, leak), "this path leaves with the session open")
    origin = life.session.origin
    if origin is not None and origin != life.place:
        yield Related(origin, "the session factory is built here")


def _cause(life: Life) -> Span | None:
    """What raises and is caught, where the place at which the path leaves says nothing of it: the end of the function, or what
    fails later."""
    last = life.scope.body[-1]
    at_the_end = not isinstance(last, Return) and life.leaks.on_exit[:1] == (last.span,)
    return life.cause if at_the_end or not life.leaks.on_exit else None
