"""Results of a connection or session that nobody has read yet: they end with it.

Rows are plain data and may leave; a result, a cursor or a transaction may not.
"""

from collections.abc import Iterable

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Call,
    Comprehension,
    Constant,
    FString,
    Name,
    Operation,
    Raise,
    Return,
    Statement,
    Subscript,
    Term,
    Walrus,
    With,
    Yield,
)
from sessionlint.questions.sessions.escape import names_through

# what reads, or says something that is known without reading
_READS = frozenset(
    {
        *("all", "fetchall", "fetchmany", "fetchone", "first", "one", "one_or_none", "scalar", "scalar_one"),
        *("scalar_one_or_none", "rowcount", "lastrowid", "inserted_primary_key", "returns_rows", "keys", "description"),
        *("get", "get_one", "count"),
        *("closed", "dialect", "in_transaction", "in_nested_transaction", "get_isolation_level"),
        *("commit", "rollback", "close", "aclose"),
    }
)
_CONSUMERS = frozenset(
    {
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "sorted",
        "len",
        "sum",
        "min",
        "max",
        "any",
        "all",
        "next",
        "print",
        "str",
        "bool",
    }
)


def unread_names(function: FunctionScope, names: frozenset[str]) -> frozenset[str]:
    """The local names that may hold the connection known by ``names`` or something of it that has not been read."""
    return names_through(function, names, _bound_by)


def leaves_unread(function: FunctionScope, names: frozenset[str]) -> bool:
    """Whether something of ``names`` that has not been read outlives the function's body."""
    if any(_mentions(site.term, names) for inner in inner_functions(function) for site in sites(inner)):
        return True
    return any(_leaves(site.statement, site.term, names) for site in sites(function) if not site.path)


def _leaves(statement: Statement, term: Term, names: frozenset[str]) -> bool:
    if isinstance(statement, Return | Raise) and is_unread(term, names):
        return True
    if isinstance(statement, Assign) and statement.value is term and is_unread(term, names):
        return any(not isinstance(target, Name) for target in statement.targets)
    for inner, _ in walk.descend(term):
        if isinstance(inner, Yield) and inner.value is not None and (inner.delegated or is_unread(inner.value, names)):
            return True
        if isinstance(inner, Call) and _hands_out(inner, names):
            return True
    return False


def _hands_out(call: Call, names: frozenset[str]) -> bool:
    """Whether a call gets something unread, other than the connection itself, that it may keep."""
    if isinstance(call.func, Name) and call.func.id in _CONSUMERS:
        return False
    return any(is_unread(given.term, names) and not isinstance(given.term, Name) for given in call.args)


def is_unread(term: Term, names: frozenset[str]) -> bool:
    """Whether the value of ``term`` may need the connection of ``names`` later."""
    match term:
        case Name(id=name):
            return name in names
        case Constant() | FString() | Subscript():
            return False
        case Await(value=value) | Walrus(value=value):
            return is_unread(value, names)
        case Attribute(value=value, attr=attr):
            return attr not in _READS and is_unread(value, names)
        case Call(func=Name(id=name)) if name in _CONSUMERS:
            return False
        case Call(func=func, args=args):
            return is_unread(func, names) or any(is_unread(given.term, names) for given in args)
        case Comprehension(kind=kind, element=element) if kind != "generator":
            return _any(element, names)
        case Operation(op=op) if op != "*":
            return False
        case _:
            return _any(walk.children(term), names)


def _any(terms: Iterable[Term], names: frozenset[str]) -> bool:
    return any(is_unread(term, names) for term in terms)


def _bound_by(statement: Statement, names: frozenset[str]) -> set[str]:
    found: set[str] = set()
    match statement:
        case Assign(targets=targets, value=value) if value is not None and is_unread(value, names):
            found |= {name for target in targets for name in _names_in(target)}
        case With(items=items):
            for item in items:
                if item.target is not None and is_unread(item.context, names):
                    found |= _names_in(item.target)
        case _:
            pass
    for top in walk.own_terms(statement):
        found |= {term.target.id for term, _ in walk.descend(top) if isinstance(term, Walrus) and is_unread(term.value, names)}
    return found


def _names_in(target: Term) -> set[str]:
    return {term.id for term, _ in walk.descend(target) if isinstance(term, Name)}


def _mentions(term: Term, names: frozenset[str]) -> bool:
    return isinstance(term, Name) and term.id in names
