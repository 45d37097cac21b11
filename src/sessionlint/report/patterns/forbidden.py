"""What must not be written, in a project's own names; the rule of each line is the one that finds it."""

from collections.abc import Iterator

from sessionlint.model.records import dataclass
from sessionlint.questions.inventory.ways import DatabaseWays, Manner, Way


@dataclass(frozen=True, slots=True)
class Wrong:
    """``code`` is wrong, as rule ``rule`` says; ``instead`` is right. ``imports`` is what the code needs to stand in a file."""

    rule: str
    code: str
    instead: str
    imports: tuple[str, ...]


def wrong_ways(database: DatabaseWays, policy: str) -> Iterator[Wrong]:
    """``policy`` is the name of the helper through which the project wants all sessions to be opened, "" for none."""
    if database.factory is not None:
        yield from _of_factory(database.factory, database, policy)
    if database.block is not None and database.block.manner is Manner.WITH:
        yield from _of_manager(database.block, database.route)
    if database.route is not None:
        yield from _of_generator(database.route)


def _of_factory(factory: Way, database: DatabaseWays, policy: str) -> Iterator[Wrong]:
    name, right = factory.name, _block(database, factory)
    imports = (f"from {factory.module} import {name}",)
    wait, define = ("await ", "async def") if factory.is_async else ("", "def")
    yield Wrong(
        "SES301", f'{define} load():\n    session = {name}()\n    return {wait}session.scalar(text("select 1"))', right, imports
    )
    yield Wrong("SES303", f"session = {name}()", right, imports)
    if database.route is not None:
        yield Wrong("SES503", f"{define} load(session=Depends({name})): ...", _depends(database.route), imports)
    if policy == _block_name(database):
        enter = "async with" if factory.is_async else "with"
        yield Wrong(
            "SES311",
            f'{define} load():\n    {enter} {name}() as session:\n        {wait}session.scalar(text("select 1"))',
            right,
            imports,
        )


def _of_manager(block: Way, route: Way | None) -> Iterator[Wrong]:
    imports = (f"from {block.module} import {block.name}",)
    wait, define = ("await ", "async def") if block.is_async else ("", "def")
    if route is not None:
        yield Wrong("SES501", f"{define} load(session=Depends({block.name})): ...", _depends(route), imports)
    code = f'{define} load():\n    session = {block.name}()\n    return {wait}session.scalar(text("select 1"))'
    yield Wrong("SES505", code, f"{'async with' if block.is_async else 'with'} {block.name}() as {block.session}:", imports)


def _of_generator(route: Way) -> Iterator[Wrong]:
    name, right = route.code.name, _depends(route)
    imports = (f"from {route.home} import {name}",)
    define, taken = ("async def", f"await anext({name}())") if route.is_async else ("def", f"next({name}())")
    wait = "await " if route.is_async else ""
    yield Wrong("SES502", f"{define} load(session=Depends({name}())): ...", right, imports)
    yield Wrong(
        "SES507", f'{define} load():\n    session = {taken}\n    return {wait}session.scalar(text("select 1"))', right, imports
    )


def _block_name(database: DatabaseWays) -> str:
    return database.block.code.name if database.block is not None else ""


def _block(database: DatabaseWays, factory: Way) -> str:
    way = database.block or factory
    opened = "session_scope" if way.manner is Manner.WRAPPED else way.name
    return f"{'async with' if way.is_async else 'with'} {opened}() as {way.session}:"


def _depends(route: Way) -> str:
    return f"{route.session}: {route.name}" if route.manner is Manner.ALIAS else f"Depends({route.name})"
