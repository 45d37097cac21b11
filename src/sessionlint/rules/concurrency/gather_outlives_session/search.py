"""``gather`` in the block of a session that some of what is gathered uses: the first error ends the block, and they go on."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Await, Call, Constant, Try
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.running.concurrency import Coroutine, gathered
from sessionlint.questions.sessions.block_uses import OwnBlock, own_blocks
from sessionlint.questions.sessions.mocks import is_mock
from sessionlint.questions.sessions.session_users import sessions_used


@dataclass(frozen=True, slots=True, eq=False)
class Outlived:
    """The block of ``session``, which a coroutine made at ``use`` still uses when another one that is gathered at ``site`` fails
    and the block ends."""

    site: Site
    session: str
    use: Place
    block: OwnBlock


def outlived(project: Project, module: ModuleScope) -> Iterator[Outlived]:
    """Each ``gather`` once, with the first session."""
    for site in project.calls_of_external("asyncio.gather", within=module):
        call = site.term
        if not isinstance(call, Call) or not isinstance(site.scope, FunctionScope) or not _raises_at_once(site, call):
            continue
        blocks = [block for block in own_blocks(project, site.scope) if _closes_around(block, site)]
        found = next(_used_in(project, site, call, blocks), None) if blocks else None
        if found is not None:
            yield found


def _raises_at_once(site: Site, call: Call) -> bool:
    """Whether it is awaited here, and the first error goes on while the others run."""
    awaited = bool(site.path) and isinstance(site.path[0], Await)
    told = any(given.star == "**" or given.keyword == "return_exceptions" for given in call.args)
    collected = walk.argument(call, None, "return_exceptions")
    return awaited and (not told or (isinstance(collected, Constant) and collected.value is False))


def _closes_around(block: OwnBlock, site: Site) -> bool:
    """Whether the error leaves the block: nothing in it may catch the error and wait for the others."""
    if not block.statement.is_async or not any(one.span.contains(site.statement.span) for one in block.statement.body):
        return False
    return not any(
        isinstance(one, Try) and any(statement.span.contains(site.statement.span) for statement in one.body)
        for one in walk.statements(block.statement.body)
    )


def _used_in(project: Project, site: Site, call: Call, blocks: list[OwnBlock]) -> Iterator[Outlived]:
    started = list(gathered(project, call, site))
    if len(started) < 2 and not any(one.loop is not None for one in started):
        return
    for one in started:
        for session in sorted(sessions_used(project, one.call, one.site)):
            block = next((block for block in reversed(blocks) if block.name == session), None)
            if block is not None and not is_mock(project, session, site.scope) and _is_in(block, one):
                yield Outlived(site, session, Place(site.place.path, one.call.span), block)


def _is_in(block: OwnBlock, coroutine: Coroutine) -> bool:
    """Whether the coroutine is made in the block; outside, the name may stand for another session."""
    return block.statement.span.contains(coroutine.call.span)
