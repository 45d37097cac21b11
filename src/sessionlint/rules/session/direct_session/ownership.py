"""Sessions that a function opens only where its caller gave it none, and closes only then: ``db = self.db or SessionLocal()``."""

from collections.abc import Iterator
from dataclasses import replace

from sessionlint.link.names.scopes import FunctionScope, ParameterBinding, Site
from sessionlint.link.names.sites import Placed, inner_functions, placed, sites
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Block,
    BoolOp,
    Conditional,
    Constant,
    If,
    Name,
    Operation,
    Statement,
    Term,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.lives import Life, statement_mentions


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """``given`` is the caller's session where ``test`` (or, ``negated``, its opposite) holds; ``name`` holds it or our own.

    ``covered`` are the statements behind the ``opening`` that use it, ``closing`` those of them, at any depth, that close our
    own, ``flags`` the assignments to a name that only says which one it is.
    """

    name: str
    given: str
    test: Term
    negated: bool
    opening: Assign | If
    covered: Block
    closing: tuple[Statement, ...] = ()
    flags: tuple[Placed, ...] = ()


def ownership_of(project: Project, life: Life) -> Ownership | None:
    """Who owns the session, where that is plain: the name holds nothing else, and what closes it asks for the same."""
    function = life.scope
    if not isinstance(function, FunctionScope) or (found := _opened(life, function)) is None:
        return None
    if _is_changed(found, function) or _is_computed(project, found.given, function):
        return None
    return _closed(life, found, function)


# --- the opening ------------------------------------------------------------------------------------------------------


def _opened(life: Life, function: FunctionScope) -> Ownership | None:
    statement = life.opening.statement
    if not isinstance(statement, Assign) or len(statement.targets) != 1 or not isinstance(statement.targets[0], Name):
        return None
    name = statement.targets[0].id
    if life.opening.path:
        given = _given(life, statement)
        bound = function.bindings.get(name, ())
        if given is None or len(bound) != 1 or walk.dotted(given[0]) in (None, name):
            return None
        return Ownership(
            name, walk.dotted(given[0]) or "", given[1], given[2], statement, _using(life.opening.block, statement, name)
        )
    return _opened_under_if(statement, name, function)


def _given(life: Life, statement: Assign) -> tuple[Term, Term, bool] | None:
    """The caller's session, the test for it, and whether it is taken where the test fails."""
    match statement.value:
        case BoolOp(op="or", values=(Name() | Attribute() as given, opened)) if opened is life.opening.term:
            return given, given, False
        case Conditional(test=test, body=Name() | Attribute() as given, orelse=opened) if opened is life.opening.term:
            return (given, test, False) if _asks(test, given) is True else None
        case Conditional(test=test, body=opened, orelse=Name() | Attribute() as given) if opened is life.opening.term:
            return (given, test, True) if _asks(test, given) is False else None
        case _:
            return None


def _asks(test: Term, given: Term) -> bool | None:
    """True for ``given``, ``given is not None``; False for ``not given``, ``given is None``."""
    name = walk.dotted(given)
    match test:
        case Name() | Attribute() if walk.dotted(test) == name:
            return True
        case Operation(op="not", operands=(one,)) if walk.dotted(one) == name:
            return False
        case Operation(op="is" | "is not" as op, operands=(one, Constant(value=None))) if walk.dotted(one) == name:
            return op == "is not"
        case _:
            return None


def _opened_under_if(statement: Assign, name: str, function: FunctionScope) -> Ownership | None:
    """``if db is None: db = SessionLocal()``, for a parameter."""
    around = next((one for one in placed(function) if isinstance(one.statement, If) and statement in one.statement.body), None)
    bindings = function.bindings.get(name, ())
    given = [one for one in bindings if isinstance(one, ParameterBinding)]
    if around is None or len(given) != 1 or len(bindings) != 2 or not isinstance(around.statement, If):
        return None
    test, others = around.statement.test, [one for one in around.statement.body if one is not statement]
    if around.statement.orelse or _asks(test, statement.targets[0]) is not False or len(others) > 1:
        return None
    flags = tuple(_flags(others[0], function)) if others else ()
    if bool(others) != bool(flags):
        return None
    covered = _using(around.block, around.statement, name)
    return Ownership(
        name, name, test, True, around.statement, covered, flags=tuple(one for one in flags if one.statement not in others)
    )


def _flags(raised: Statement, function: FunctionScope) -> Iterator[Placed]:
    """``owned = True`` and its ``owned = False``, where nothing else is done with the name than to ask for it."""
    match raised:
        case Assign(targets=(Name(id=name),), value=Constant(value=True)):
            own = [one for one in placed(function) if _assigns_constant(one.statement, name)]
            if len(own) == len(function.bindings.get(name, ())) == 2:
                yield from own


def _assigns_constant(statement: Statement, name: str) -> bool:
    match statement:
        case Assign(targets=(Name(id=assigned),), value=Constant(value=bool())):
            return assigned == name
        case _:
            return False


def _using(block: Block, opening: Statement, name: str) -> Block:
    following = block[block.index(opening) + 1 :]
    last = max((index for index, one in enumerate(following) if statement_mentions(one, frozenset({name}))), default=-1)
    return following[: last + 1]


def _is_changed(found: Ownership, function: FunctionScope) -> bool:
    """Whether the caller's session may be another one by the time that the block is left."""
    if found.given == found.name:
        return False
    match function.bindings.get(found.given.partition(".")[0], ()):
        case [ParameterBinding()]:
            pass
        case _:
            return True
    assigned = (target for one in walk.statements(function.body) for target in _targets(one))
    return any(walk.dotted(target) == found.given for target in assigned)


def _is_computed(project: Project, given: str, function: FunctionScope) -> bool:
    """A property may give another session each time."""
    ancestors = project.evaluator.ancestors(function.owner) if function.owner is not None else []
    return given.count(".") > 1 or any(given.partition(".")[2] in one.methods for one in ancestors)


# --- the end ----------------------------------------------------------------------------------------------------------


def _closed(life: Life, found: Ownership, function: FunctionScope) -> Ownership | None:
    if not _is_used_inside(found, function):
        return None
    from sessionlint.edits.superfluous import superfluous_closes

    superfluous = set(superfluous_closes(life, found.covered))
    guards = [guard for site in life.closes if (guard := _guard(site.statement, found)) is not None]
    if not guards or len(guards) < len(life.closes) or any(site.statement not in superfluous for site in life.closes):
        return None
    asked = {id(guard.test) for guard in guards}
    if any(site.term not in _targets(site.statement) and id(site.term) not in asked for site in _flag_sites(found, function)):
        return None
    return replace(found, closing=tuple(guards))


def _is_used_inside(found: Ownership, function: FunctionScope) -> bool:
    """Whether the name is not mentioned behind the statements that use it, nor by code that runs who knows when."""
    spans = [found.opening.span, *(one.span for one in found.covered)]
    own = (site for site in sites(function) if walk.dotted(site.term) == found.name)
    behind = (site for site in own if site.term.span.start >= found.opening.span.start)
    return all(any(span.contains(site.term.span) for span in spans) for site in behind)


def _flag_sites(found: Ownership, function: FunctionScope) -> Iterator[Site]:
    names = {walk.dotted(target) for one in found.flags for target in _targets(one.statement)}
    for scope in (function, *inner_functions(function)):
        yield from (site for site in sites(scope) if isinstance(site.term, Name) and site.term.id in names)


def _targets(statement: Statement) -> tuple[Term, ...]:
    return getattr(statement, "targets", ())


def _guard(close: Statement, found: Ownership) -> If | None:
    """The ``if not self.db:`` around a close, and nothing but that."""
    for one in walk.statements(found.covered):
        if isinstance(one, If) and one.body == (close,) and not one.orelse:
            return one if _asks_for_ours(one.test, found) else None
    return None


def _asks_for_ours(test: Term, found: Ownership) -> bool:
    flag = next((walk.dotted(target) for one in found.flags for target in _targets(one.statement)), None)
    if flag is not None:
        return walk.dotted(test) == flag
    match test:
        case Operation(op="is not", operands=(Name(id=name), other)) if name == found.name != found.given:
            return walk.dotted(other) == found.given
        case Operation(op="not", operands=(one,)) | Operation(op="is", operands=(one, Constant(value=None))):
            return walk.dotted(one) == found.given
        case _:
            return False
