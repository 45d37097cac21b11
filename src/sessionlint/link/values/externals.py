"""The names of other distributions that mean something to us, under every path by which they can be imported."""

from collections.abc import Iterator

from sessionlint.link.values.kinds import SessionType


def _spellings() -> Iterator[tuple[str, str]]:
    for module in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.engine.create", "sqlmodel", "sqlalchemy.future"):
        yield f"{module}.create_engine", "create_engine"
        yield f"{module}.engine_from_config", "engine_from_config"
    for module in ("sqlalchemy.ext.asyncio", "sqlalchemy.ext.asyncio.engine"):
        yield f"{module}.create_async_engine", "create_async_engine"
        yield f"{module}.async_engine_from_config", "async_engine_from_config"
        yield f"{module}.AsyncEngine", "AsyncEngine"
        yield f"{module}.AsyncConnection", "AsyncConnection"
    for module in ("sqlalchemy.orm", "sqlalchemy.orm.session"):
        yield f"{module}.sessionmaker", "sessionmaker"
        yield f"{module}.Session", "sqlalchemy.orm.Session"
    for module in ("sqlalchemy.ext.asyncio", "sqlalchemy.ext.asyncio.session"):
        yield f"{module}.async_sessionmaker", "async_sessionmaker"
        yield f"{module}.AsyncSession", "sqlalchemy.ext.asyncio.AsyncSession"
    for module in ("sqlmodel", "sqlmodel.orm.session"):
        yield f"{module}.Session", "sqlmodel.Session"
    yield "sqlmodel.ext.asyncio.session.AsyncSession", "sqlmodel.ext.asyncio.session.AsyncSession"
    for module in ("sqlalchemy.orm", "sqlalchemy.orm.scoping"):
        yield f"{module}.scoped_session", "scoped_session"
    for module in ("sqlalchemy.ext.asyncio", "sqlalchemy.ext.asyncio.scoping"):
        yield f"{module}.async_scoped_session", "async_scoped_session"
    for module in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.engine.base"):
        yield f"{module}.Engine", "Engine"
        yield f"{module}.Connection", "Connection"
    for module in ("fastapi", "fastapi.params", "fastapi.param_functions"):
        yield f"{module}.Depends", "Depends"
        yield f"{module}.Security", "Depends"
    for module in ("typing", "typing_extensions", "collections.abc"):
        for name in _TYPING:
            yield f"{module}.{name}", name
    for name in ("AbstractContextManager", "AbstractAsyncContextManager"):
        yield f"contextlib.{name}", name.removeprefix("Abstract")
    for name in ("Generator", "AsyncGenerator"):
        yield f"types.{name}Type", name


_TYPING = (
    *("Annotated", "Any", "Callable", "Optional", "Union", "Final", "ClassVar", "Type", "Tuple", "Awaitable", "Coroutine"),
    *("Generator", "AsyncGenerator", "Iterator", "AsyncIterator", "Iterable", "AsyncIterable"),
    *("ContextManager", "AsyncContextManager", "TYPE_CHECKING", "cast", "NewType", "TypeAlias"),
)

_CANONICAL = dict(_spellings())

SESSION_TYPES = {
    "sqlalchemy.orm.Session": SessionType(False, "sqlalchemy.orm.Session"),
    "sqlmodel.Session": SessionType(False, "sqlmodel.Session"),
    "sqlalchemy.ext.asyncio.AsyncSession": SessionType(True, "sqlalchemy.ext.asyncio.AsyncSession"),
    "sqlmodel.ext.asyncio.session.AsyncSession": SessionType(True, "sqlmodel.ext.asyncio.session.AsyncSession"),
}

ENGINE_BUILDERS = {
    "create_engine": False,
    "engine_from_config": False,
    "create_async_engine": True,
    "async_engine_from_config": True,
}


def canonical(dotted: str) -> str:
    """One name for an object that can be imported under several; unknown names stay as they are.

    >>> canonical("sqlalchemy.orm.session.sessionmaker")
    'sessionmaker'
    """
    return _CANONICAL.get(dotted, dotted)
