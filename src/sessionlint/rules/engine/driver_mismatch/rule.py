"""SES104 driver-mismatch: the URL names a driver that cannot serve this kind of engine.

Why: ``create_async_engine`` refuses a synchronous driver when it is called; ``create_engine`` accepts an asynchronous one
and fails with the first connection. ``postgres://`` names a dialect that SQLAlchemy removed in 1.4.

Fix safety: none yet; which driver is installed decides what the URL ought to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.model.source import Place
from sessionlint.questions.engines.drivers import Serves, driver_of, serves
from sessionlint.questions.engines.urls import engine_urls, is_wrapped_by_async_engine
from sessionlint.rules.engine.driver_mismatch import RULE
from sessionlint.rules.engine.driver_mismatch.handed import handed_urls


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for url in engine_urls(project, module):
        limit = serves(url.drivername, project.targets.sqlalchemy) if url.drivername is not None else None
        if limit is not None and url.drivername is not None and _fails(project, limit, url.site.place, url.is_async):
            yield RULE.finding(
                url.site.place,
                _message(project, url.drivername, limit),
                related=(Related(url.place, "the URL is written here"),),
                help=_help(url.drivername, limit),
            )
    for handed in handed_urls(project, module):
        limit = serves(handed.drivername, project.targets.sqlalchemy)
        if limit is not None and _fails(project, limit, handed.engine, handed.is_async):
            yield RULE.finding(
                handed.place,
                _message(project, handed.drivername, limit),
                related=(Related(handed.engine, "the engine is built here"),),
                help=_help(handed.drivername, limit),
            )


def _fails(project: Project, limit: Serves, engine: Place, is_async: bool | None) -> bool:
    """Whether a driver with this limit cannot serve an engine of this kind."""
    if is_wrapped_by_async_engine(project, engine):
        is_async = True
    return limit is Serves.NOTHING or (is_async is not None and is_async is not (limit is Serves.ASYNC))


def _message(project: Project, drivername: str, limit: Serves) -> str:
    if limit is Serves.NOTHING:
        return (
            "`postgres://` is no dialect any more: building the engine raises `Can't load plugin: sqlalchemy.dialects:postgres`"
        )
    driver = driver_of(drivername, project.targets.sqlalchemy)
    named = f"`{drivername}`" if "+" in drivername else f"`{drivername}://` means the driver {driver}, which"
    if limit is Serves.SYNC:
        return f"{named} is not async: `create_async_engine` raises InvalidRequestError"
    return f"{named} is async only: the first connection of this synchronous engine raises MissingGreenlet"


def _help(drivername: str, limit: Serves) -> str:
    if limit is Serves.NOTHING:
        return "write `postgresql://`"
    if limit is Serves.ASYNC:
        return "build it with `create_async_engine`, or name a synchronous driver"
    dialect = drivername.partition("+")[0]
    drivers = {"postgresql": "asyncpg", "sqlite": "aiosqlite", "mysql": "asyncmy", "mariadb": "asyncmy", "mssql": "aioodbc"}
    return f"name an asynchronous driver: `{dialect}+{drivers.get(dialect, 'oracledb_async')}://`"
