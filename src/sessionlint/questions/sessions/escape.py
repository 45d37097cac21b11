"""Does something read through a session leave the function? One function from one body to a yes or no.

What the session gives is followed through plain names. Numbers, strings and truth values made of it do not count;
whatever is returned, yielded, raised, stored, captured by a closure or handed to code we cannot see does.
"""

from collections.abc import Callable

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ParameterBinding, Site
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Call,
    Collection,
    For,
    FString,
    Name,
    Operation,
    Raise,
    Return,
    Statement,
    Term,
    Walrus,
    With,
    Yield,
)

_MAKES_PLAIN = frozenset({"len", "int", "float", "str", "bool", "sum", "any", "all", "repr", "isinstance", "print", "hash", "id"})
_PLAIN_METHODS = frozenset({"count", "rowcount", "commit", "rollback", "flush", "close", "add", "delete", "expunge", "refresh"})
_LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "is", "is not", "in", "not in", "not"})


def derived_names(function: FunctionScope | ModuleScope, names: frozenset[str]) -> frozenset[str]:
    """The names of a body that may hold something read through (or added to) the session, its own names included."""
    return names_through(function, names, _bound_by)


def names_through(
    function: FunctionScope | ModuleScope,
    names: frozenset[str],
    bound_by: Callable[[Statement, frozenset[str]], set[str]],
) -> frozenset[str]:
    """``names`` and all that ``bound_by`` says a statement of the body binds to something of theirs, whatever the order."""
    while True:
        found = set(names)
        for statement in walk.statements(function.body):
            found |= bound_by(statement, frozenset(found))
        if found == names:
            return names
        names = frozenset(found)


def escapes(function: FunctionScope, names: frozenset[str], harmless: frozenset[Statement] = frozenset()) -> bool:
    """Whether the session known by ``names``, or something read through it, outlives the function's body.

    The ``harmless`` statements may let it out.
    """
    tainted = derived_names(function, names)
    if any(_is_lent(name, function) for name in tainted - names):
        return True  # `db.add(user)` with a `user` that the caller keeps
    if any(_mentions(site.term, tainted) for inner in inner_functions(function) for site in sites(inner)):
        return True
    return any(
        _leaves(site, function, names, tainted) for site in sites(function) if not site.path and site.statement not in harmless
    )


def _leaves(site: Site, function: FunctionScope, names: frozenset[str], tainted: frozenset[str]) -> bool:
    statement, term = site.statement, site.term
    if isinstance(statement, Return | Raise) and carries(term, tainted):
        return True
    if isinstance(statement, Assign) and statement.value is term and carries(term, tainted) and _stores(statement):
        return True
    for inner, _ in walk.descend(term):
        if isinstance(inner, Yield) and inner.value is not None and carries(inner.value, tainted):
            return True
        if isinstance(inner, Call) and _hands_out(inner, function, names, tainted):
            return True
    return False


def _is_lent(name: str, function: FunctionScope) -> bool:
    """Whether ``name`` was there before the function: a parameter, a global."""
    bindings = function.bindings.get(name, [])
    return not bindings or any(isinstance(binding, ParameterBinding) for binding in bindings)


def _stores(statement: Assign) -> bool:
    return any(not isinstance(target, Name | Collection) for target in statement.targets)


def _hands_out(call: Call, function: FunctionScope, names: frozenset[str], tainted: frozenset[str]) -> bool:
    """Whether a call hands something read through the session (not the session itself) to code that may keep it."""
    if makes_plain(call):
        return False
    receiver = call.func.value if isinstance(call.func, Attribute) else None
    if receiver is not None and carries(receiver, tainted):
        return False
    return any(carries(given.term, tainted) and walk.dotted(given.term) not in names for given in call.args)


def carries(term: Term, tainted: frozenset[str]) -> bool:
    """Whether the value of ``term`` may hold on to one of ``tainted``."""
    match term:
        case Name() if term.id in tainted:
            return True
        case Attribute() if walk.dotted(term) in tainted:
            return True
        case FString():
            return False
        case Operation(op=op) if op in _COMPARISONS:
            return False
        case Call() if makes_plain(term):
            return False
        case Yield():
            return False
        case _:
            return any(carries(child, tainted) for child in walk.children(term))


def makes_plain(call: Call) -> bool:
    """Whether a call makes a number, a string or a truth value of its arguments, or only tells of them."""
    if isinstance(call.func, Attribute):
        return call.func.attr in _PLAIN_METHODS or call.func.attr in _LOGGING
    return isinstance(call.func, Name) and call.func.id in _MAKES_PLAIN


def _mentions(term: Term, tainted: frozenset[str]) -> bool:
    return isinstance(term, Name | Attribute) and walk.dotted(term) in tainted


def _bound_by(statement: Statement, tainted: frozenset[str]) -> set[str]:
    found: set[str] = set()
    match statement:
        case Assign(targets=targets, value=value) if value is not None and carries(value, tainted):
            for target in targets:
                found |= _names_in(target)
        case For(target=target, iter=iterated) if carries(iterated, tainted):
            found |= _names_in(target)
        case With(items=items):
            for item in items:
                if item.target is not None and carries(item.context, tainted):
                    found |= _names_in(item.target)
        case _:
            pass
    for top in walk.own_terms(statement):
        for term, _ in walk.descend(top):
            match term:
                case Walrus(target=target, value=value) if carries(value, tainted):
                    found.add(target.id)
                case Call(
                    func=Attribute(value=Name(id=owner), attr="add" | "add_all" | "merge" | "append" | "extend"), args=args
                ):
                    if owner in tainted:  # what is added to the session belongs to it from then on
                        for given in args:
                            found |= _names_in(given.term)
                    elif any(carries(given.term, tainted) for given in args):
                        found.add(owner)
                case _:
                    pass
    return found


def _names_in(target: Term) -> set[str]:
    match target:
        case Name(id=name):
            return {name}
        case Collection(items=items):
            return {name for item in items for name in _names_in(item)}
        case _:
            return set()
