"""SES201 sync-factory-of-async-sessions: ``sessionmaker(class_=AsyncSession)`` instead of ``async_sessionmaker``.

Why: it works at run time, but is typed as a factory of synchronous sessions: mypy and pyright reject ``async with`` on
it, or, where SQLAlchemy is not installed, miss every forgotten ``await``. ``async_sessionmaker`` is "dedicated to the
AsyncSession object, including pep-484 typing support" (SQLAlchemy 2.0).

Fix safety: safe on SQLAlchemy 2.0 and newer. ``class_`` is dropped only when it is exactly
``sqlalchemy.ext.asyncio.AsyncSession``; a subclass (sqlmodel's has ``exec``) stays.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.factory.sync_factory_of_async_sessions import RULE
from sessionlint.rules.factory.sync_factory_of_async_sessions.search import (
    SyncFactoryOfAsyncSessions,
    sync_factories_of_async_sessions,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    if project.targets.sqlalchemy is not None and project.targets.sqlalchemy < (2, 0):
        return  # async_sessionmaker came with 2.0
    for factory in sync_factories_of_async_sessions(project, module):
        from sessionlint.rules.factory.sync_factory_of_async_sessions.fix import async_factory_fix

        yield RULE.finding(
            factory.site.place,
            f"`sessionmaker(class_={factory.written_class})` is typed as a factory of synchronous sessions",
            related=tuple(_related(factory)),
            help="use `async_sessionmaker`",
            fix=async_factory_fix(project, factory),
        )


def _related(factory: SyncFactoryOfAsyncSessions) -> Iterator[Related]:
    if factory.defined is not None:
        yield Related(factory.defined, "a subclass of AsyncSession")
