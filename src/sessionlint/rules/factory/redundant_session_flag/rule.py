"""SES206 redundant-session-flag: ``autocommit=False`` or ``future=True``, which hold anyway.

Why: both are the only values that SQLAlchemy 2.0 accepts. They come from tutorials for 1.3 and make readers think that
there is a choice.

Fix safety: safe; the value is the default, too. Where the argument could overrule another one (at a call of the factory, in
``configure``), or go to an ``__init__`` of the project's own, no fix is offered.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.questions.engines.maker_flags import session_flags
from sessionlint.rules.factory.redundant_session_flag import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    if project.targets.sqlalchemy is not None and project.targets.sqlalchemy < (2, 0):
        return  # 1.4 has the choice
    for flag in session_flags(project, module):
        if flag.settled:
            from sessionlint.edits.session_arguments import drop_argument_fix

            message = f"`{flag.keyword}={flag.value}` changes nothing: SQLAlchemy 2.0 accepts no other value"
            fix = drop_argument_fix(project, flag.call, flag.argument, flag.scope) if flag.original else None
            yield RULE.finding(
                flag.place,
                message,
                help="drop it",
                fix=fix,
            )
