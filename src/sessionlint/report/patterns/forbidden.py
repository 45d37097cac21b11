"""What must not be written, in a project's own names; the rule of each line is the one that finds it."""

from collections.abc import Iterator

from sessionlint.model.records import dataclass
from sessionlint.questions.inventory.ways import DatabaseWays, Manner, Way
from sessionlint.report.patterns.examples import QUERY, Words


@dataclass(frozen=True, slots=True)
class Wrong:
    """``code`` is wrong, as rule ``rule`` says; ``instead`` is right."""

    rule: str
    code: str
    instead: str


def wrong_ways(database: DatabaseWays, policy: str) -> Iterator[Wrong]:
    """``policy`` is the name of the helper through which the project wants all sessions to be opened, "" for none."""
    if database.factory is not None:
        yield from _of_factory(database.factory, database, policy)
    if database.block is not None and database.block.manner is Manner.WITH:
        yield from _of_manager(database.block, database.route)
    if database.route is not None:
        yield from _of_generator(database.route)


def _of_factory(factory: Way, database: DatabaseWays, policy: str) -> Iterator[Wrong]:
    words, right = Words(factory), _block(database.block or factory)
    yield Wrong("SES301", _loading(words, f"session = {factory.call}"), right)
    yield Wrong("SES303", f"session = {factory.call}", right)
    if factory.manner is not Manner.FACTORY:
        return
    if database.route is not None:
        yield Wrong("SES503", f"{words.define} load(session=Depends({factory.name})): ...", _depends(database.route))
    if database.block is not None and policy == database.block.code.name:
        query = f"        {words.wait}session.scalar({QUERY})"
        yield Wrong("SES311", f"{words.define} load():\n    {words.enter} {factory.call} as session:\n{query}", right)


def _of_manager(block: Way, route: Way | None) -> Iterator[Wrong]:
    words = Words(block)
    if route is not None:
        yield Wrong("SES501", f"{words.define} load(session=Depends({block.name})): ...", _depends(route))
    yield Wrong("SES505", _loading(words, f"session = {block.call}"), _block(block))


def _of_generator(route: Way) -> Iterator[Wrong]:
    words, call = Words(route), f"{route.code.name}()"
    yield Wrong("SES502", f"{words.define} load(session=Depends({call})): ...", _depends(route))
    taken = f"session = await anext({call})" if route.is_async else f"session = next({call})"
    yield Wrong("SES507", _loading(words, taken), _depends(route))


def _loading(words: Words, opening: str) -> str:
    return f"{words.define} load():\n    {opening}\n    return {words.wait}session.scalar({QUERY})"


def _block(way: Way) -> str:
    words = Words(way)
    return f"{words.enter} {words.opened} as {way.session}:"


def _depends(route: Way) -> str:
    return f"{route.session}: {route.name}" if route.manner is Manner.ALIAS else f"Depends({route.name})"
