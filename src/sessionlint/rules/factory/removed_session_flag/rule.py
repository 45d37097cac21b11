"""SES207 removed-session-flag: ``autocommit=True`` or ``future=False``, which SQLAlchemy 2.0 refuses.

Why: the autocommit mode and the 1.x behaviour of sessions went with SQLAlchemy 2.0; every session that is given one of
the two raises ArgumentError when it is opened.

Fix safety: none yet; without autocommit, code has to commit, and only its author knows where.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.questions.engines.maker_flags import SessionFlag, session_flags
from sessionlint.rules.factory.removed_session_flag import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    if project.targets.sqlalchemy is not None and project.targets.sqlalchemy < (2, 0):
        return  # 1.4 still has both
    for flag in session_flags(project, module):
        if not flag.settled:
            yield RULE.finding(flag.place, _message(flag), help=_help(flag))


def _message(flag: SessionFlag) -> str:
    when = "this call raises" if flag.early else "the first session that is opened raises"
    return f"SQLAlchemy 2.0 has removed `{flag.keyword}={flag.value}`: {when} ArgumentError"


def _help(flag: SessionFlag) -> str:
    if flag.keyword == "future":
        return "drop it: every session of SQLAlchemy 2.0 is what `future=True` was"
    return (
        'drop it and commit where the work is done; `engine.execution_options(isolation_level="AUTOCOMMIT")` is the driver\'s own'
    )
