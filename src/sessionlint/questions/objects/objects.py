"""The objects of each function: what is looked at, handed on and returned of what its sessions give."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sessionlint.link.names.functions import return_values
from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question, remembered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Await, Call, Name, Return, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.objects.entity import Entity
from sessionlint.questions.objects.expiry import anything_expires
from sessionlint.questions.objects.following import Following, catches
from sessionlint.questions.objects.giving import LOADING, NOTHING, SOMETHING, Giving, Values
from sessionlint.questions.objects.knowledge import Look
from sessionlint.questions.objects.reasons import expires_objects, has_reason
from sessionlint.questions.requests.needs import needs, provider_function
from sessionlint.questions.requests.routes import is_route

_CONCERNED = LOADING | {"add", "add_all"}


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """``looks``: what an object may be where it is looked at; ``given``: where a call gets it; ``returned``: where it leaves."""

    function: FunctionScope
    looks: dict[Look, frozenset[Entity | None]]
    given: dict[tuple[Call, Term], frozenset[Entity | None]]
    returned: dict[Return, Values]
    assigned: dict[tuple[Attribute, Term], frozenset[tuple[Entity | None, Entity | None]]]


def objects_in(project: Project, module: ModuleScope) -> Iterator[Objects]:
    """The objects of every function of a module that has any, and something that may go wrong with them."""
    return (objects_of(project, function) for function in _worth_following(project, module))


@collected
def _worth_following(project: Project, module: ModuleScope) -> Iterator[FunctionScope]:
    for function in module.functions:
        if has_objects(project, function) and _is_worth_following(project, function):
            yield function


def _is_worth_following(project: Project, function: FunctionScope) -> bool:
    if has_reason(project, function):
        return True
    if not anything_expires(project):
        return False
    callees = [*_callees(project, function)]
    sessions = [session for one in (function, *callees) for session in _sessions(project, one)]
    sessions += _bound_sessions(project, function) if callees else ()  # a callee may load with one
    return expires_objects(project, function, sessions) or any(_expires(project, callee) for callee in callees)


@question(False)
def _expires(project: Project, function: FunctionScope) -> bool:
    return expires_objects(project, function, _sessions(project, function))


def _sessions(project: Project, function: FunctionScope) -> Sequence[kinds.Session]:
    return _loading(project, function.module).get(function, ())


def _bound_sessions(project: Project, function: FunctionScope) -> Iterator[kinds.Session]:
    """The sessions that a body names: it may hand them on."""
    for name, bindings in function.bindings.items():
        if any(isinstance(one, EnteredBinding | ValueBinding) and isinstance(one.value, Call) for one in bindings):
            kind = project.evaluator.name_kind(name, function)
            if isinstance(kind, kinds.Session) and not kind.scoped:
                yield kind


def _follow(project: Project, function: FunctionScope) -> Objects:
    giving = Giving(project, function, lambda other: returned_objects(project, other))
    following = Following(project, function, never_returns_in(project, function), giving, catches(function))
    exits = following.follow(_given_parameters(project, function))
    returned: dict[Return, set[Entity | None]] = defaultdict(set)
    for key, value in exits.returns | exits.falls:
        if isinstance(key, Return):
            returned[key].add(value)
    return Objects(
        function,
        {look: frozenset(values) for look, values in following.looks.items()},
        {key: frozenset(values) for key, values in following.given.items()},
        {statement: frozenset(values) for statement, values in returned.items()},
        {key: frozenset(pairs) for key, pairs in following.assigned.items()},
    )


def objects_of(project: Project, function: FunctionScope) -> Objects:
    """The objects of one function; none while they are being looked for."""
    return _followed(project, function) or Objects(function, {}, {}, {}, {})


def _followed(project: Project, function: FunctionScope) -> Objects | None:
    return remembered(project, ("objects of", function), None, _follow, project, function)


def returned_objects(project: Project, function: FunctionScope) -> Values:
    """What a function may return, apart from None."""
    if not has_objects(project, function) or function.node.is_generator:
        return SOMETHING
    found = _followed(project, function)
    if found is None:
        return SOMETHING
    values = [found.returned.get(statement, NOTHING) for statement in found.returned]
    given = frozenset(value for each in values for value in each)
    return given if given else SOMETHING


def _given_parameters(project: Project, function: FunctionScope) -> dict[str, Values]:
    """What FastAPI gives a function: the object that a dependency returns."""
    found: dict[str, Values] = {}
    for dependency in needs(project, function):
        provider = provider_function(project, dependency)
        if dependency.parameter is not None and provider is not None and has_objects(project, provider):
            found[dependency.parameter.name] = _of_request(returned_objects(project, provider))
    return found


def _of_request(values: Values) -> Values:
    return frozenset(replace(one, session="?", own=False) if one is not None and one.session else one for one in values)


def has_objects(project: Project, function: FunctionScope) -> bool:
    """Whether a body gets objects of a session, from it or from a function that returns them."""
    if function in _loading(project, function.module):
        return True
    if not _may_need(project, function) and function not in _called_functions(project, function.module):
        return False
    return _gets_objects(project, function)


@question(False)
def _gets_objects(project: Project, function: FunctionScope) -> bool:
    return any(returns_objects(project, callee) for callee in _callees(project, function))


def _callees(project: Project, function: FunctionScope) -> Iterator[FunctionScope]:
    yield from _called_functions(project, function.module).get(function, ())
    for dependency in needs(project, function) if _may_need(project, function) else ():
        provider = provider_function(project, dependency)
        if provider is not None:
            yield provider


def _may_need(project: Project, function: FunctionScope) -> bool:
    return bool(function.node.params) and (is_route(project, function) or _names_depends(project, function.module))


@question(False)
def _names_depends(project: Project, module: ModuleScope) -> bool:
    return project.mentions(module, "Depends")


@question(dict[FunctionScope, list[FunctionScope]]())
def _called_functions(project: Project, module: ModuleScope) -> dict[FunctionScope, list[FunctionScope]]:
    found: dict[FunctionScope, list[FunctionScope]] = defaultdict(list)
    for site in project.calls_of(kinds.FunctionKind, within=module):
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else kinds.UNKNOWN
        if isinstance(callee, kinds.FunctionKind) and isinstance(site.scope, FunctionScope):
            found[site.scope].append(callee.function)
    return dict(found)


def returns_objects(project: Project, function: FunctionScope) -> bool:
    """Whether a function may return objects of a session: it has such, or calls what returns them, and returns anything."""
    return remembered(project, ("returns objects", function), False, _returns_objects, project, function)


def _returns_objects(project: Project, function: FunctionScope) -> bool:
    values = return_values(function)
    if not values:
        return False
    if function in _loading(project, function.module):
        return True
    return any(returns_objects(project, callee) for value in values for callee in _called(project, value, function))


def _called(project: Project, value: Term, function: FunctionScope) -> Iterator[FunctionScope]:
    """The function that gives a value: called there, or where its name is bound."""
    terms: list[Term] = [value]
    if isinstance(value, Name):
        bindings = function.bindings.get(value.id, ())
        terms = [one.value for one in bindings if isinstance(one, ValueBinding) and one.value is not None]
    for term in terms:
        term = term.value if isinstance(term, Await) else term
        callee = project.kind(term.func, function) if isinstance(term, Call) else kinds.UNKNOWN
        if isinstance(callee, kinds.FunctionKind):
            yield callee.function


@question(dict[FunctionScope, list[kinds.Session]]())
def _loading(project: Project, module: ModuleScope) -> dict[FunctionScope, list[kinds.Session]]:
    """The functions of a module that ask a session for objects, or add some to it, each with its sessions."""
    found: dict[FunctionScope, list[kinds.Session]] = defaultdict(list)
    for site in project.calls_of(kinds.Method, within=module):
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else kinds.UNKNOWN
        match callee:
            case kinds.Method(owner=kinds.Session(scoped=False) as session, name=name) if name in _CONCERNED:
                if isinstance(site.scope, FunctionScope):
                    found[site.scope].append(session)
    return dict(found)
