"""SES205 redundant-session-class: ``async_sessionmaker(..., class_=AsyncSession)``.

Why: AsyncSession is what ``async_sessionmaker`` makes by default. The argument is a leftover of
``sessionmaker(class_=AsyncSession)``.

Fix safety: safe; the factory makes the same class without it. A subclass is no default and is not reported.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values.kinds import SessionType
from sessionlint.model.finding import Finding
from sessionlint.model.source import Place
from sessionlint.questions.sessions.makers import makers_of
from sessionlint.rules.factory.redundant_session_class import RULE

_DEFAULT = SessionType(True, "sqlalchemy.ext.asyncio.AsyncSession")


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for maker in makers_of(project, module):
        from sessionlint.edits.session_arguments import drop_argument_fix

        if maker.name != "async_sessionmaker" or maker.session_class != _DEFAULT:
            continue
        given = next(argument for argument in maker.call.args if argument.keyword == "class_")
        place = Place(maker.place.path, given.span)
        message = "`class_=AsyncSession` changes nothing: it is what `async_sessionmaker` makes by default"
        fix = drop_argument_fix(project, maker.call, given, maker.site.scope)
        yield RULE.finding(
            place,
            message,
            help="drop it",
            fix=fix,
        )
