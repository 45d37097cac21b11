"""SES202 factory-bind-mismatch: asynchronous sessions on a synchronous engine, or the reverse; a pool that refuses its engine.

Why: AsyncSession accepts nothing but an AsyncEngine, and a synchronous Session cannot wait for an asynchronous
connection. A pool class that takes no ``pool_size`` makes ``create_engine`` raise (SQLAlchemy, error pcls, and
``create_engine``).

Fix safety: none; whether the engine or the factory is meant to be asynchronous cannot be told.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.model.role import Role
from sessionlint.rules.factory.factory_bind_mismatch import RULE
from sessionlint.rules.factory.factory_bind_mismatch.search import (
    BindMismatch,
    PoolMismatch,
    bind_mismatches,
    is_unused_factory,
    pool_mismatches,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for mismatch in bind_mismatches(project, module):
        yield _of_bind(mismatch, is_unused=project.role(module) is Role.TEST and is_unused_factory(project, mismatch.maker))
    if project.targets.sqlalchemy is not None and project.targets.sqlalchemy < (2, 0):
        return  # 1.4 chooses other pools
    for pool in pool_mismatches(project, module):
        yield RULE.finding(pool.site.place, _pool_message(pool), help=_pool_help(pool))


def _of_bind(mismatch: BindMismatch, *, is_unused: bool) -> Finding:
    if mismatch.gets_factory:
        return _of_factory(mismatch)
    if mismatch.is_async:
        what = f"`{mismatch.maker.name}` makes asynchronous sessions, but its engine is synchronous"
        message = f"{what}: {_when(mismatch)} raises ArgumentError"
        advice = "build the engine with `create_async_engine`, or use `sessionmaker`"
    else:
        message = f"`{mismatch.maker.name}` makes synchronous sessions, but its engine is asynchronous: the first query raises"
        advice = "use `async_sessionmaker`, or build the engine with `create_engine`"
    related = Related(mismatch.engine, "the engine is built here")
    return RULE.finding(
        mismatch.site.place,
        message,
        severity=Severity.INFO if is_unused else RULE.severity,
        related=(related,),
        help=advice,
        on_request=is_unused,
    )


def _of_factory(mismatch: BindMismatch) -> Finding:
    raises = f"{_when(mismatch)} raises ArgumentError" if mismatch.is_async else "the first query raises AttributeError"
    return RULE.finding(
        mismatch.site.place,
        f"`{mismatch.maker.name}` gets a session factory where it expects an engine: {raises}",
        related=(Related(mismatch.engine, "the session factory is built here"),),
        help="call the factory, or give the engine",
    )


def _when(mismatch: BindMismatch) -> str:
    return "the first session" if mismatch.maker.is_factory else "this call"


def _pool_message(mismatch: PoolMismatch) -> str:
    if mismatch.option is None:
        kind = "an asynchronous" if mismatch.is_async else "a synchronous"
        return f"`{mismatch.pool}` cannot serve {kind} engine: this call raises ArgumentError"
    whose = f"`{mismatch.pool}`" if mismatch.chosen else f"`{mismatch.pool}`, the pool of an in-memory SQLite database,"
    return f"{whose} takes no `{mismatch.option}`: this call raises TypeError"


def _pool_help(mismatch: PoolMismatch) -> str:
    if mismatch.option is not None:
        return f"drop `{mismatch.option}`, or choose a pool that has it"
    return "drop `poolclass`: the default is the pool that fits"
