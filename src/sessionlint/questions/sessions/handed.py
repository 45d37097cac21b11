"""Where a body hands its session to a function of the project, or calls a method of the object that keeps it.

Such a call is followed into the function; a call that cannot have to do with the session is none of its business; behind any
other nothing is known.
"""

from collections.abc import Iterator

from sessionlint.flow.leaks import is_harmless
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ParameterBinding, Scope, Site, ValueBinding
from sessionlint.link.names.sites import mentions, sites
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Comprehension,
    Constant,
    Evaluate,
    FString,
    Jump,
    Lambda,
    Mapping,
    Name,
    Raise,
    Term,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import SESSION_METHODS, Act, Event, event_at
from sessionlint.questions.sessions.holding import parameter_for

_PLAIN = frozenset({"builtins.staticmethod", "builtins.classmethod", "typing.override", "typing_extensions.override"})
_LITERALS = (Constant, FString, Collection, Mapping, Comprehension)
_MAKING = frozenset({"dict", "list", "set", "frozenset", "defaultdict", "deque", "getLogger", "get_logger", "getChild", "bind"})
_OURS = ("sqlalchemy", "sqlmodel", "sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session")


@dataclass(frozen=True, slots=True)
class Handed:
    """A function that runs to its end where it is called, and what it calls the session: ``db``, or ``self.db``."""

    function: FunctionScope
    name: str


def events_around(project: Project, scope: Scope, name: str) -> Iterator[Event]:
    """Every mention of the session ``name`` (dotted) in ``scope``'s own body, and every call through which the object that keeps
    it may use it, in source order."""
    owner, dot, _ = name.partition(".")
    for site in mentions(scope, {name, owner}):
        if (event := event_at(project, site, name)) is not None:
            yield event
        elif dot and isinstance(site.term, Name) and site.term.id == owner and _may_use(project, site, name):
            yield Event(Act.PASSED, site)


def handed(project: Project, event: Event, name: str) -> Handed | None:
    """Where a call hands the session ``name`` to, if that can be followed; ``event`` mentions it, or the object that keeps it."""
    call = called_at(event.site)
    if call is None or event.site.in_lambda:
        return None
    callee = project.kind(call.func, event.site.scope)
    if (
        not isinstance(callee, kinds.FunctionKind)
        or callee.wrapped
        or not runs_at_once(project, callee.function, call, event.site)
    ):
        return None
    if call.func is event.site.path[0]:
        receiver = _receiver(project, callee.function)
    else:
        receiver = parameter_for(callee.function, call, event.site.term)
    kept = "" if walk.dotted(event.site.term) == name else "." + name.partition(".")[2]
    return Handed(callee.function, f"{receiver}{kept}") if receiver is not None else None


def called_at(site: Site) -> Call | None:
    """The call that a name is an argument of, or whose method belongs to it: ``f(name)``, ``name.method()``."""
    match site.path:
        case (Call() as call, *_) if any(given.term is site.term and not given.star for given in call.args):
            return call
        case (Attribute() as method, Call() as call, *_) if call.func is method:
            return call
        case _:
            return None


def runs_at_once(project: Project, function: FunctionScope, call: Call, site: Site) -> bool:
    """Whether a call runs the function at once, and nothing in its place."""
    outer = next((above for below, above in zip((site.term, *site.path), site.path, strict=False) if below is call), None)
    awaited = isinstance(outer, Await)
    if function.node.is_generator or function.node.is_async is not awaited or _is_left_to_others(function):
        return False
    return project.evaluator.decorators(function) <= _PLAIN


def _is_left_to_others(function: FunctionScope) -> bool:
    """A method that subclasses implement: ``pass``, ``...``, ``raise NotImplementedError``."""
    return function.owner is not None and all(
        isinstance(statement, Raise)
        or (isinstance(statement, Jump) and statement.kind == "pass")
        or (isinstance(statement, Evaluate) and not isinstance(statement.value, Call | Await))
        for statement in function.body
    )


def _receiver(project: Project, function: FunctionScope) -> str | None:
    """The name by which a method knows its object."""
    params = function.node.params
    is_bound = function.owner is not None and params and not project.evaluator.decorators(function) & _PLAIN
    return params[0].name if is_bound else None


# --- what the owner calls ---------------------------------------------------------------------------------------------


def _may_use(project: Project, site: Site, name: str) -> bool:
    """Whether the mention of an owner at ``site`` is part of a call that may do something to its session ``name``."""
    call = next((outer for outer in site.path if isinstance(outer, Call)), None)
    if call is None or _is_session(site, name) or isinstance(project.kind(site.term, site.scope), kinds.Extension):
        return False
    if any(given.term is site.term for given in call.args):
        return not _is_builtin(project.kind(call.func, site.scope))
    if any(_is_callback(project, given.term, site.scope) for given in call.args if _stands_in(site, given.term)):
        return True
    return _begins(call.func, site.term) and not _leaves_alone(project, call, site)


def _is_builtin(callee: kinds.Kind) -> bool:
    """``isinstance(self, Thing)``."""
    return isinstance(callee, kinds.External) and callee.name.startswith("builtins.")


def _is_session(site: Site, name: str) -> bool:
    """Whether the owner is mentioned in the session's own name."""
    return any(isinstance(outer, Attribute) and walk.dotted(outer) == name for outer in site.path)


def _stands_in(site: Site, term: Term) -> bool:
    return any(outer is term for outer in site.path)


def _begins(func: Term, owner: Term) -> bool:
    while isinstance(func, Attribute):
        func = func.value
    return func is owner


def _is_callback(project: Project, term: Term, scope: Scope) -> bool:
    """``run(self.save)``, ``run(lambda: self.save())``."""
    return isinstance(term, Lambda) or isinstance(project.kind(term, scope), kinds.FunctionKind | kinds.LambdaKind)


def _leaves_alone(project: Project, call: Call, site: Site) -> bool:
    """Whether what ``owner.something(...)`` calls cannot have to do with the owner's session."""
    if is_harmless(call):
        return True
    match project.kind(call.func, site.scope):
        case kinds.External(name=name):
            return not name.startswith(_OURS)
        case kinds.Factory(scoped=scoped) | kinds.Method(owner=kinds.Factory(scoped=scoped)):
            return not scoped
        case kinds.Method(owner=kinds.Engine() | kinds.Connection()):
            return True
        case kinds.FunctionKind(function=function):
            owner = walk.dotted(call.func.value) if isinstance(call.func, Attribute) else None
            return owner is not None and "." in owner and is_without_sessions(project, function)
        case _:
            return _is_of_something_else(project, call, site)


def _is_of_something_else(project: Project, call: Call, site: Site) -> bool:
    """``self.rows.append(...)``, ``self.client.get(...)``: a method of what is surely neither a session nor the project's."""
    match call.func:
        case Attribute(value=Attribute(value=Name(), attr=attr) as kept):
            match project.kind(kept.value, site.scope):
                case kinds.Instance(cls=cls):
                    bindings = [binding for one in project.evaluator.ancestors(cls) for binding in one.attributes.get(attr, ())]
                    return bool(bindings) and all(_is_foreign(project, binding, cls) for binding in bindings)
        case _:
            pass
    return False


def _is_foreign(project: Project, binding: object, cls: ClassScope) -> bool:
    if not isinstance(binding, ValueBinding) or binding.path:
        return False
    if binding.annotation is not None and _is_foreign_class(project, binding.annotation, binding.scope):
        return True
    match binding.value:
        case Call(func=func, args=args):
            lent = any(isinstance(project.kind(given.term, binding.scope), kinds.Session | kinds.Instance) for given in args)
            return _makes_foreign(project.kind(func, binding.scope)) and not lent
        case Name(id=name):
            given = binding.scope.bindings.get(name, [])
            return len(given) == 1 and isinstance(given[0], ParameterBinding) and _is_declared_foreign(project, given[0])
        case value:
            return isinstance(value, _LITERALS)


def _makes_foreign(called: kinds.Kind) -> bool:
    """Whether a call gives an object of another library: a class, or what makes a logger or a container."""
    if not isinstance(called, kinds.External) or called.name.startswith(_OURS):
        return False
    name = called.name.rpartition(".")[2]
    return name[:1].isupper() or name in _MAKING


def _is_declared_foreign(project: Project, binding: ParameterBinding) -> bool:
    annotation = binding.parameter.annotation
    return annotation is not None and _is_foreign_class(project, annotation, binding.function)


def _is_foreign_class(project: Project, annotation: Term, scope: Scope) -> bool:
    """``dict[str, str]``, ``httpx.Client``: a class of another library, of which an object knows nothing of our session."""
    named = project.kind(annotation, scope)
    return isinstance(named, kinds.External) and not named.name.startswith((*_OURS, "typing"))


def is_without_sessions(project: Project, function: FunctionScope) -> bool:
    """Whether nothing that ``function`` runs looks like a method of a session, as far as that can be followed."""
    return remembered(project, ("without sessions", function), True, _is_without_sessions, project, function)


def _is_without_sessions(project: Project, function: FunctionScope) -> bool:
    if _is_left_to_others(function) or not project.evaluator.decorators(function) <= _PLAIN:
        return False
    return all(_has_no_session(project, site.term, function) for site in sites(function) if isinstance(site.term, Call))


def _has_no_session(project: Project, call: Call, function: FunctionScope) -> bool:
    if isinstance(call.func, Attribute) and call.func.attr in SESSION_METHODS:
        return isinstance(project.kind(call.func, function), kinds.External)
    match project.kind(call.func, function):
        case kinds.FunctionKind(function=called):
            return is_without_sessions(project, called)
        case kinds.External() | kinds.ClassKind():
            return True
        case _:
            return is_harmless(call) or (isinstance(call.func, Attribute) and walk.dotted(call.func.value) not in ("self", "cls"))
