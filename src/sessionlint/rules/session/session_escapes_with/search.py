"""Sessions and connections that leave the ``with`` block that closes them: returned, or kept by an object that stays."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Call,
    Collection,
    Evaluate,
    Mapping,
    Name,
    Return,
    Statement,
    Term,
    With,
    Yield,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.block_uses import OwnBlock, events, own_blocks
from sessionlint.questions.sessions.holding import Use, holding_of, parameter_for


@dataclass(frozen=True, slots=True, eq=False)
class BlockEscape:
    """``place`` is where it leaves; ``kept_as`` the attribute that keeps it, None when it is returned; ``keeper`` a class."""

    block: OwnBlock
    function: FunctionScope
    place: Place
    kept_as: str | None
    keeper: str | None


def block_escapes(project: Project, module: ModuleScope) -> Iterator[BlockEscape]:
    """Every place at which what a ``with`` opened leaves it, in a function of ``module`` that is no generator."""
    for function in module.functions:
        if function.node.is_generator or not function.withs:
            continue
        for block in own_blocks(project, function):
            for event in events(project, function, block.name):
                if _lies_in(event.site.statement, block.statement):
                    found = _escape(project, block, function, event.site)
                    if found is not None:
                        yield found


def _lies_in(statement: Statement, block: With) -> bool:
    return statement is not block and block.span.contains(statement.span)


def _escape(project: Project, block: OwnBlock, function: FunctionScope, site: Site) -> BlockEscape | None:
    carried = _carrier(project, site)
    if carried is None:
        return None
    keeper = walk.dotted(carried.func) if isinstance(carried, Call) else None
    match site.statement:
        case Return() if _is_value(site, carried, containers=True):
            return BlockEscape(block, function, site.place, None, keeper)
        case Assign(targets=(Attribute() as target,)) if _is_value(site, carried, containers=False):
            name = walk.dotted(target)
            if name is not None and _stays(name, site, block, function):
                return BlockEscape(block, function, site.place, name, keeper)
    return None


def _carrier(project: Project, site: Site) -> Term | None:
    """The session itself, or the object of a class of the project that is made with it, keeps it and does not close it."""
    outer = site.path[0] if site.path else None
    if not isinstance(outer, Call) or outer.func is site.term:
        return site.term
    kind = project.kind(outer.func, site.scope)
    if not isinstance(kind, kinds.ClassKind) or holding_of(project).closes_attribute(kind.cls):
        return None
    init = project.evaluator.instance_attribute(kind.cls, "__init__")
    parameter = parameter_for(init.function, outer, site.term) if isinstance(init, kinds.FunctionKind) else None
    if parameter is None or not isinstance(init, kinds.FunctionKind):
        return None
    return outer if holding_of(project).parameter(init.function, parameter) is Use.STORED else None


def _is_value(site: Site, carried: Term, *, containers: bool) -> bool:
    """Whether the value of the statement is what carries the session, alone or in a display."""
    around = site.path if carried is site.term else site.path[1:]
    return all(isinstance(outer, Await) or (containers and isinstance(outer, Collection | Mapping)) for outer in around)


def _stays(name: str, site: Site, block: OwnBlock, function: FunctionScope) -> bool:
    """Whether an attribute still has the session behind the block, and nothing in the block can have used it before."""
    others = [other for other in walk.statements(function.body) if isinstance(other, Assign) and other is not site.statement]
    if any(walk.dotted(target) == name for other in others for target in other.targets):
        return False
    start = site.statement.span.start
    behind = [statement for statement in walk.statements(block.statement.body) if statement.span.start > start]
    return site.block is block.statement.body and not any(_does_something(statement) for statement in behind)


def _does_something(statement: Statement) -> bool:
    if not isinstance(statement, Assign | Evaluate | Return):
        return True
    return any(
        isinstance(inner, Await | Yield | Call) for top in walk.own_terms(statement) for inner, _ in walk.descend(top)
    ) and not (isinstance(statement, Assign) and all(isinstance(target, Attribute) for target in statement.targets))


def is_only_called_beside(function: FunctionScope) -> bool:
    """Whether it stands in another function, which does nothing with it but to call it."""
    around = function.parent
    if not isinstance(around, FunctionScope) or function.node.decorators:
        return False
    named = [site for site in sites(around) if isinstance(site.term, Name) and site.term.id == function.node.name]
    return bool(named) and all(site.path and isinstance(call := site.path[0], Call) and call.func is site.term for site in named)
