"""SES203 async-expire-on-commit: asynchronous sessions whose objects cannot be read after a commit.

Why: by default a commit expires every object of the session, and the next look at an attribute loads it again. An
AsyncSession cannot load on attribute access: it raises MissingGreenlet. SQLAlchemy's documentation says that
``expire_on_commit`` "should normally be set to False when using asyncio".

Fix safety: unsafe; objects keep the values they had before the commit, also where somebody relied on reading them anew.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Fix, Related, Severity
from sessionlint.questions.sessions.makers import Maker, takes_plain_arguments
from sessionlint.rules.factory.async_expire_on_commit import RULE
from sessionlint.rules.factory.async_expire_on_commit.search import ExpiringSessions, expiring_async_sessions


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for sessions in expiring_async_sessions(project, module):
        yield RULE.finding(
            sessions.maker.place,
            _message(sessions),
            severity=Severity.INFO if sessions.by_others else RULE.severity,
            related=tuple(_related(sessions)),
            help="give it `expire_on_commit=False`",
            fix=_fix(project, sessions.maker),
            on_request=sessions.by_others,
        )


def _fix(project: Project, maker: Maker) -> Fix | None:
    from sessionlint.edits.session_arguments import add_argument_fix

    if not takes_plain_arguments(project, maker.session_class):
        return None
    return add_argument_fix(project, maker.call, "expire_on_commit=False", maker.site.scope)


def _message(sessions: ExpiringSessions) -> str:
    whose = "the sessions of this factory" if sessions.maker.is_factory else "this session"
    if sessions.by_others:
        return f"objects of {whose} expire on commit: whoever gets them and reads an attribute afterwards meets MissingGreenlet"
    return f"objects of {whose} expire on commit: reading an attribute afterwards raises MissingGreenlet"


def _related(sessions: ExpiringSessions) -> Iterator[Related]:
    if sessions.commit is not None:
        yield Related(sessions.commit, "this commit expires them")
