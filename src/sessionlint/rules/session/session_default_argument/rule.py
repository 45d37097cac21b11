"""SES305 session-default-argument: ``def f(db=SessionLocal())``.

Why: Python evaluates a default once, when the function is defined. Every call that gives no session of its own gets the
same one, and nothing ever closes it: a global session in disguise.

Fix safety: unsafe; each call that gives no session gets one of its own, which is closed at the end of the call and commits
nothing by itself.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.session_default_argument import RULE
from sessionlint.rules.session.session_default_argument.search import DefaultSession, default_sessions


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for default in default_sessions(project, module):
        from sessionlint.rules.session.session_default_argument.fix import owned_session_fix

        yield RULE.finding(
            default.place,
            _message(default),
            related=tuple(_related(default)),
            help="let callers pass the session, or default to None and open one in a `with` block",
            fix=owned_session_fix(project, default),
        )


def _message(default: DefaultSession) -> str:
    shared = f"all calls of `{default.function.node.name}` that give no `{default.parameter.name}` share one session"
    return f"{shared}: one failed flush or rollback hits all of them, and nothing closes it"


def _related(default: DefaultSession) -> Iterator[Related]:
    if default.origin is not None and default.origin != default.place:
        yield Related(default.origin, "the session factory is built here")
