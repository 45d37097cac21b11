"""Which of its caller's sessions a coroutine, or a function that runs in another thread, uses."""

import sys

from sessionlint.link.names.scopes import FunctionScope, Scope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, Given, Lambda, Name, Term
from sessionlint.questions.sessions.holding import parameter_for
from sessionlint.questions.sessions.session_methods import SESSION_COROUTINES, is_shadowed, method_call

_DEPTH = 3
_PARTIAL = kinds.External("functools.partial")
_ASKING = SESSION_COROUTINES | {"query"}


def sessions_used(
    project: Project, call: Call, site: Site, given: frozenset[str] = frozenset(), depth: int = _DEPTH, *, sync: bool = False
) -> frozenset[str]:
    """The dotted names, as ``site`` writes them, of the async sessions on which running ``call`` awaits something.

    With ``sync``, also those of the sync sessions that it asks for something. ``given``: names that hold such a session,
    whatever their annotations say. A function of the project is looked into; what cannot be followed uses the sessions that
    it is given. Left out are sessions behind a lock, registries (each task has its own session there), and those that the
    coroutine opens itself.
    """
    here = Site(call, site.path, site.statement, site.block, site.scope)
    found = method_call(project, here)
    if found is not None:
        asks = found.is_coroutine or (sync and found.method in _ASKING)
        shared = asks and isinstance(found.owner, kinds.Session) and not found.owner.scoped
        return frozenset({found.receiver}) if shared and found.receiver is not None else frozenset()
    if isinstance(call.func, Attribute) and (receiver := walk.dotted(call.func.value)) in given and receiver is not None:
        return frozenset({receiver}) if call.func.attr in (_ASKING if sync else SESSION_COROUTINES) else frozenset()
    terms = (argument.term for argument in call.args)
    lent = {term: name for term in terms if (name := _session(project, term, site, given, sync=sync))}
    match project.kind(call.func, site.scope):
        case kinds.FunctionKind(function=function):
            params = frozenset(name for term in lent if (name := parameter_for(function, call, term)) is not None)
            names = _in_body(project, function, params, depth, sync=sync) if depth else frozenset()
            told = (_as_caller_says(project, name, function, call, site) for name in names)
            return frozenset(name for name in told if name is not None)
        case kinds.External(name=name) if _may_use(name):
            return frozenset(lent.values())
        case kinds.External():
            inner = [argument.term for argument in call.args if isinstance(argument.term, Call)]
            return frozenset(name for term in inner for name in sessions_used(project, term, site, given, depth, sync=sync))
        case kinds.Unknown():
            return frozenset(lent.values())
        case _:
            return frozenset()


def sessions_used_by(project: Project, work: Term, args: tuple[Given, ...], site: Site) -> frozenset[str]:
    """As ``sessions_used``, sync sessions included, for something callable that is handed on at ``site`` with its arguments."""
    work, args = without_partial(project, work, args, site.scope)
    if not isinstance(work, Lambda):
        return sessions_used(project, Call(*work.span, work, args), site, sync=True)
    found: set[str] = set()
    for term, path in walk.descend(work.body):
        if isinstance(term, Call):
            inside = Site(term, (*path, work, *site.path), site.statement, site.block, site.scope)
            found |= sessions_used(project, term, inside, sync=True)
    return frozenset(found)


def without_partial(project: Project, work: Term, args: tuple[Given, ...], scope: Scope) -> tuple[Term, tuple[Given, ...]]:
    """What ``functools.partial(work, ...)`` calls in the end, with all arguments."""
    if isinstance(work, Call) and work.args and project.kind(work.func, scope) == _PARTIAL:
        return work.args[0].term, (*work.args[1:], *args)
    return work, args


def _may_use(name: str) -> bool:
    """Whether a function of a library may use a session that it gets: not Python's own, nor SQLAlchemy's, nor a class."""
    package, _, rest = name.partition(".")
    own = package in sys.stdlib_module_names or package in ("builtins", "sqlalchemy", "sqlmodel")
    return bool(rest) and not own and not name.rpartition(".")[2][:1].isupper()


def _session(project: Project, term: Term, site: Site, given: frozenset[str], *, sync: bool) -> str | None:
    """The name of the session that an argument is."""
    if not isinstance(term, Name | Attribute) or is_shadowed(term, site):
        return None
    name = walk.dotted(term)
    if name in given:
        return name
    kind = project.kind(term, site.scope)
    return name if isinstance(kind, kinds.Session) and (kind.is_async or sync) and not kind.scoped else None


def _in_body(project: Project, function: FunctionScope, given: frozenset[str], depth: int, *, sync: bool) -> frozenset[str]:
    """The sessions, in the function's own words, that its body uses without a lock."""
    found: set[str] = set()
    for site in sites(function):
        if isinstance(site.term, Call) and not is_locked(project, site):
            found |= sessions_used(project, site.term, site, given, depth - 1, sync=sync)
    return frozenset(found)


def _as_caller_says(project: Project, name: str, function: FunctionScope, call: Call, site: Site) -> str | None:
    """What the function's ``name`` is called where ``call`` stands; None for what is the function's own."""
    root, dot, rest = name.partition(".")
    params = function.node.params
    if function.owner is not None and params and params[0].name == root and isinstance(call.func, Attribute):
        if not rest or rest.partition(".")[0] in function.owner.methods:  # a property may open a session each time
            return None
        return _joined(call.func.value, dot, rest, site)
    if any(parameter.name == root for parameter in params):
        given = next((given.term for given in call.args if parameter_for(function, call, given.term) == root), None)
        return _joined(given, dot, rest, site) if given is not None else None
    if root in function.bindings:
        return None
    home = project.evaluator.home(root, function)
    return name if home is not None and home is project.evaluator.home(root, site.scope) else None


def _joined(term: Term, dot: str, rest: str, site: Site) -> str | None:
    name = walk.dotted(term)
    return None if name is None or is_shadowed(term, site) else f"{name}{dot}{rest}"


def is_locked(project: Project, site: Site) -> bool:
    """Whether the statement stands in an ``async with`` on a lock, or on a semaphore that lets one through."""
    return any(
        block.is_async
        and block.span.contains(site.statement.span)
        and any(_locks(project, item.context, site.scope) for item in block.items)
        for block in site.scope.withs
    )


def _locks(project: Project, context: Term, scope: Scope) -> bool:
    name = (walk.dotted(context.func if isinstance(context, Call) else context) or "").lower()
    if "lock" in name or "mutex" in name:
        return True
    if not isinstance(context, Name):
        return False
    home = project.evaluator.home(context.id, scope)
    for binding in home.bindings[context.id] if home is not None else ():
        made = getattr(binding, "value", None)
        if isinstance(made, Call) and (walk.dotted(made.func) or "").rpartition(".")[2] in ("Lock", "Semaphore"):
            first = made.args[0].term if made.args else None
            return first is None or (isinstance(first, Constant) and first.value == 1)
    return False
