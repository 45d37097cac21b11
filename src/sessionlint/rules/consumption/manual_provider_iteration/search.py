"""What a provider that is driven by hand would have done, and who does it in its place."""

from collections.abc import Iterator, Set
from enum import Enum

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Statement, Try, With
from sessionlint.model.records import dataclass
from sessionlint.questions.providers.consumptions import Consumption, consumptions
from sessionlint.questions.providers.usage_table import Use
from sessionlint.questions.sessions.holding import CLOSING_METHODS
from sessionlint.questions.sessions.lives import Ending, life_of


class OnError(Enum):
    """What a provider does about an exception that it does not get."""

    ROLLS_BACK = "it rolls back"
    CLOSES = "it closes the session, as it does without one"
    UNKNOWN = "that cannot be told"


@dataclass(frozen=True, slots=True, eq=False)
class ManualIteration:
    """``closed_here``: the provider only closes, and so does who drives it by hand; ``others`` are more such places."""

    consumption: Consumption
    on_error: OnError
    closed_here: bool = False
    others: tuple[Consumption, ...] = ()


def manual_iterations(project: Project, module: ModuleScope, code: str) -> Iterator[ManualIteration]:
    """Every manual iteration; those that leave nothing undone, as one for each provider."""
    closed: dict[FunctionScope, list[Consumption]] = {}
    for found in consumptions(project, module, code):
        if found.function is not None and _leaves_nothing_undone(project, found, found.function):
            closed.setdefault(found.function, []).append(found)
        else:
            yield ManualIteration(found, on_error(project, found.function))
    for function, (first, *others) in closed.items():
        yield ManualIteration(first, on_error(project, function), True, tuple(others))


def on_error(project: Project, provider: FunctionScope | None) -> OnError:
    """What the provider does about an exception at its ``yield``."""
    if provider is None:
        return OnError.UNKNOWN
    calls = [site.term for site in sites(provider) if isinstance(site.term, Call)]
    if any(isinstance(call.func, Attribute) and call.func.attr == "rollback" for call in calls):
        return OnError.ROLLS_BACK
    delegated = any(term.delegated for term in yields(provider)) or any(
        not isinstance(project.kind(item.context.func, provider), kinds.Factory | kinds.SessionType)
        for block in provider.withs
        for item in block.items
        if isinstance(item.context, Call)
    )
    return OnError.UNKNOWN if delegated else OnError.CLOSES


def _leaves_nothing_undone(project: Project, found: Consumption, provider: FunctionScope) -> bool:
    """``db = next(get_db())`` of a provider that only closes, where every path closes ``db``: the early close is a reset."""
    if found.use is not Use.NEXT or found.used is None or not _only_closes(provider):
        return False
    session = project.evaluator.yielded(provider)
    advance = _advance(found.used)
    if advance is None or not isinstance(session, kinds.Session):
        return False
    life = life_of(project, advance, session)
    return life.ending is Ending.CLOSED and bool(life.closes)


def _only_closes(provider: FunctionScope) -> bool:
    lent = yields(provider)
    if len(lent) != 1 or lent[0].delegated:
        return False
    calls = (site for site in sites(provider) if isinstance(site.term, Call))
    behind = [site for site in calls if site.term.span.start > lent[0].span.start]
    handling = _handlers(provider)
    return all(_closes(site) or site.statement in handling for site in behind) and not any(
        _is_unknown(block) for block in provider.withs
    )


def _handlers(provider: FunctionScope) -> Set[Statement]:
    """What it does about an exception of its borrower, which never comes to a generator that was collected before."""
    tries = [statement for statement in walk.statements(provider.body) if isinstance(statement, Try)]
    return {statement for one in tries for handler in one.handlers for statement in walk.statements(handler.body)}


def _closes(site: Site) -> bool:
    assert isinstance(site.term, Call)
    return isinstance(site.term.func, Attribute) and site.term.func.attr in CLOSING_METHODS


def _is_unknown(block: With) -> bool:
    """Whether a block around the yield may do more than close: only a plain call, ``with SessionLocal() as db:``, is known."""
    return any(not isinstance(item.context, Call) or isinstance(item.context.func, Attribute) for item in block.items)


def _advance(used: Site) -> Site | None:
    """The ``next(...)`` around the provider's call."""
    for depth, outer in enumerate(used.path):
        if isinstance(outer, Call):
            return Site(outer, used.path[depth + 1 :], used.statement, used.block, used.scope)
        if not isinstance(outer, Await | Attribute):
            return None
    return None
