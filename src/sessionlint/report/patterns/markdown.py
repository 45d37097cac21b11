"""The document: the providers of each database, an example for each kind of code, and what is forbidden."""

from collections.abc import Iterator, Mapping, Sequence

from sessionlint.model.finding import Rule
from sessionlint.model.records import dataclass
from sessionlint.questions.inventory.records import Code, Inventory, Part, Provider, Standing
from sessionlint.questions.inventory.ways import DatabaseWays, Manner, Way
from sessionlint.report.map.data import shape_of
from sessionlint.report.patterns import examples
from sessionlint.report.patterns.forbidden import Wrong, wrong_ways
from sessionlint.report.visible import visible

_INTRODUCTION = """\
<!-- Written by `sessionlint patterns`; `sessionlint patterns --check FILE` says when it is out of date. -->

# How this project opens a session
"""
_NOTHING = "\nNo factory and no provider of sessions was found that code of the application could import.\n"
_ORDER = (Standing.SOURCE, Standing.DELEGATE, Standing.DUPLICATE, Standing.ALONE, Standing.HANDS_ON)


@dataclass(frozen=True, slots=True)
class Patterns:
    """What the document is made of. ``policy``: the helper that the configuration names, "" for none. ``rules`` are those that
    are on, ``faulty`` is code in which something is found, so that it is no example to follow.
    """

    databases: Sequence[DatabaseWays]
    test: Way | None
    inventory: Inventory
    rules: Mapping[str, Rule]
    policy: str = ""
    faulty: frozenset[Code] = frozenset()


def render(patterns: Patterns) -> str:
    if not patterns.databases:
        return _INTRODUCTION + _NOTHING
    parts = [_INTRODUCTION]
    for number, database in enumerate(patterns.databases):
        parts += _database(database, patterns, is_first=number == 0)
    return "\n".join(parts)


def _database(database: DatabaseWays, patterns: Patterns, *, is_first: bool) -> Iterator[str]:
    yield f"## Sessions of {_code(database.name)}\n"
    yield from _providers(database)
    route, block = database.route, database.block
    if route is not None:
        yield from _section("In a route", _of_route(route), examples.route(route), _seen(route, Part.ROUTE, patterns))
    if block is not None:
        yield from _section("In a service", _of_block(block), examples.service(block), _seen(block, Part.SERVICE, patterns))
        yield from _section("In a background task", _OF_TASK, examples.task(block), _seen(block, Part.TASK, patterns))
        yield from _section("In a script", _of_script(database), examples.script(block), _seen(block, Part.SCRIPT, patterns))
    yield from _tests(database, patterns, is_first=is_first)
    yield from _forbidden(database, patterns)


def _providers(database: DatabaseWays) -> Iterator[str]:
    if not database.providers:
        return
    yield "| provider | what it is | standing |\n|---|---|---|"
    for one in sorted(database.providers, key=lambda one: (_ORDER.index(one.standing), one.code.place)):
        yield f"| {_code(one.code.full_name)} | {shape_of(one).replace('|', ' ')} | {_standing(one, database)} |"
    yield ""


def _standing(provider: Provider, database: DatabaseWays) -> str:
    place, names = provider.code.place, {one.code.place: one.code.full_name for one in database.providers}
    behind = [_code(names[each]) for each in provider.delegates_to if each in names]
    told = [f"has its sessions from {', '.join(behind)}"] if behind and not provider.opens else []
    if database.route is not None and database.route.code.place == place:
        told.insert(0, "the one for `Depends`")
    if database.block is not None and database.block.code.place == place:
        told.insert(0, "the one for blocks")
    if not told and provider.standing is Standing.DUPLICATE and provider.of is not None and provider.of in names:
        told = [f"duplicates {_code(names[provider.of])}"]
    return "; ".join(told) or provider.standing.value


def _section(title: str, told: str, example: str, seen: str) -> Iterator[str]:
    yield f"### {title}\n"
    yield f"{told}\n"
    yield f"```python\n{example}```\n"
    if seen:
        yield f"So does {seen}.\n"


def _seen(way: Way, part: Part, patterns: Patterns) -> str:
    """Code of the project that does so, is no provider itself, and in which nothing is found."""
    unfit = patterns.faulty | {one.code for one in patterns.inventory.providers}
    uses = (use.by for use in patterns.inventory.uses_of(way.code.place) if use.by.part is part and not use.via)
    opened = (one.by for one in patterns.inventory.openings if one.source == way.code.place and one.by.part is part)
    wanted = opened if way.manner in (Manner.FACTORY, Manner.CLASS) else uses if way.manner is not Manner.WRAPPED else iter(())
    found = next((by for by in wanted if by.name and by not in unfit), None)
    return _code(found.full_name) if found is not None else ""


def _of_route(way: Way) -> str:
    name, commit = _code(way.code.name), f"{'await ' if way.is_async else ''}{way.session}.commit()"
    end = f"does not commit: a route that writes says `{commit}`"
    if way.commits:
        end = "commits when the route has ended without an error"
    kind = "" if way.is_async else " A route with this session is a plain `def`: FastAPI runs it in a thread."
    return f"FastAPI gives a route its session, and ends it after the response. {name} {end}.{kind}"


def _of_block(way: Way) -> str:
    end = "rolls back what was not committed: what shall stay is committed in it"
    if way.commits:
        end = "commits at its end, and rolls back after an error"
    wrapped = f" There is no context manager for this yet: {_code(way.name)} makes one, defined once."
    told = f"What is given a session by its caller uses that. Who has none opens one in a block, which {end}."
    return told + (wrapped if way.manner is Manner.WRAPPED else "")


_OF_TASK = "A task outlives the request that starts it: it gets identifiers from there, no session, and opens its own."


def _of_script(database: DatabaseWays) -> str:
    engine = database.engine
    if engine is None or not engine.is_async:
        return "A script opens one session for its work, in a function, so that importing the file opens nothing."
    return "A script runs one event loop, and opens its session in it: the connections of an engine belong to the loop."


def _tests(database: DatabaseWays, patterns: Patterns, *, is_first: bool) -> Iterator[str]:
    route, fixture = database.route, patterns.test
    if fixture is not None and is_first:
        told = f"The fixture {_code(fixture.name)} of {_code(fixture.code.module)} gives a test its session."
        yield from _section("In a test", told, examples.with_fixture(fixture), "")
    elif route is not None:
        told = f"A test of routes gives them its own session in place of that of {_code(route.code.name)}."
        yield from _section("In a test", told, examples.with_override(route), "")


def _forbidden(database: DatabaseWays, patterns: Patterns) -> Iterator[str]:
    found = [wrong for wrong in wrong_ways(database, patterns.policy) if wrong.rule in patterns.rules]
    if found:
        yield "### What is forbidden\n"
    for wrong in found:
        yield from _wrong(wrong, patterns.rules[wrong.rule])


def _wrong(wrong: Wrong, rule: Rule) -> Iterator[str]:
    yield f"**{rule.code} {rule.name}**: {rule.why}\n"
    yield f"```python\n{wrong.code}\n```\n"
    yield f"Instead: `{wrong.instead}`\n"


def _code(text: str) -> str:
    """``text`` as code; a name of Python has no backtick, a file's may."""
    return f"`{visible(text).replace('`', ' ')}`"
