"""Who uses which provider, and who opens sessions without one."""

from collections.abc import Iterator, Mapping

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Assign, Attribute, Await, Call, For, Name, Term, With, Yield
from sessionlint.model.source import Place
from sessionlint.questions.inventory.engines import sources
from sessionlint.questions.inventory.givers import Giver, givers, is_inside, source_of
from sessionlint.questions.inventory.parts import code_of, route_of
from sessionlint.questions.inventory.records import Opening, Use
from sessionlint.questions.requests.depends import Dependency
from sessionlint.questions.requests.needs import needs, provider_function, request_needs
from sessionlint.questions.sessions.lives import lives_of


@gathered
def uses(project: Project, module: ModuleScope) -> Iterator[Use]:
    """Every use of a provider: what FastAPI fills with its sessions, and every call; other providers use it, too."""
    known = givers(project)
    for function in module.functions if known else ():
        yield from _injected(project, function, known)
    yield from _called(project, module, known)


# --- Depends ----------------------------------------------------------------------------------------------------------


def _injected(project: Project, function: FunctionScope, known: Mapping[FunctionScope, Giver]) -> Iterator[Use]:
    """For a route everything that a request of it gets; for any other function its own dependencies."""
    route = route_of(function)
    if not route:
        for dependency in needs(project, function):
            yield from _use(project, function, dependency, (), known)
        return
    found: set[tuple[Place, tuple[str, ...]]] = set()
    for need in request_needs(project, function):
        via = tuple(name for name in (_dependency_name(project, each) for each in need.path[:-1]) if name)
        if any(_is_giver(project, each, known) for each in need.path[:-1]):
            continue  # whom a provider has its sessions from is that provider's business
        for use in _use(project, function, need.dependency, via, known):
            if (use.provider, via) not in found:
                found.add((use.provider, via))
                yield use


def _use(
    project: Project,
    function: FunctionScope,
    dependency: Dependency,
    via: tuple[str, ...],
    known: Mapping[FunctionScope, Giver],
) -> Iterator[Use]:
    provider = provider_function(project, dependency)
    if provider is not None and provider in known and provider is not function:
        code, own = code_of(project, function), dependency.parameter if dependency.function is function else None
        place = function.module.place(own.span) if own is not None else function.place
        name = own.name if own is not None else ""
        yield Use(code, place, provider.place, "Depends", name, route_of(function), via)


def _dependency_name(project: Project, dependency: Dependency) -> str:
    provider = provider_function(project, dependency)
    return provider.qualified_name if provider is not None else ""


def _is_giver(project: Project, dependency: Dependency, known: Mapping[FunctionScope, Giver]) -> bool:
    provider = provider_function(project, dependency)
    return provider is not None and provider in known


# --- calls ------------------------------------------------------------------------------------------------------------


def _called(project: Project, module: ModuleScope, known: Mapping[FunctionScope, Giver]) -> Iterator[Use]:
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind, within=module):
        assert isinstance(site.term, Call)
        provider = _provider(project, site.term, site.scope)
        if provider is not None and provider in known and not _is_within(site.scope, provider):
            scope = site.scope
            route = route_of(scope) if isinstance(scope, FunctionScope) else ""
            yield Use(code_of(project, scope), site.place, provider.place, _how(site), _name_of(site), route)


def _provider(project: Project, call: Call, scope: Scope) -> FunctionScope | None:
    kind = project.kind(call.func, scope)
    if isinstance(kind, kinds.ClassKind):
        entering = (project.evaluator.instance_attribute(kind.cls, name) for name in ("__aenter__", "__enter__"))
        kind = next((method for method in entering if isinstance(method, kinds.FunctionKind)), kind)
    return kind.function if isinstance(kind, kinds.FunctionKind) else None


def _is_within(scope: Scope, provider: FunctionScope) -> bool:
    """Whether a class's own methods, or the function itself, speak of it."""
    current: Scope | None = scope
    while current is not None:
        if current is provider or (current is provider.owner and provider.node.name.startswith("__")):
            return True
        current = current.parent
    return False


def _how(site: Site) -> str:
    """What is done with what the provider gives: ``with``, ``for``, ``next``, ``await``, or it is just called."""
    outer = site.path[0] if site.path else None
    match outer:
        case Call() if isinstance(outer.func, Attribute):
            return outer.func.attr
        case Call():
            return _callee(outer)
        case Await():
            return "await"
        case Yield(delegated=True):
            return "yield from"
        case None:
            return _of_statement(site)
        case _:
            return "call"


def _callee(call: Call) -> str:
    name: Term = call.func
    return getattr(name, "id", "call")


def _of_statement(site: Site) -> str:
    match site.statement:
        case With(items=items, is_async=is_async) if any(item.context is site.term for item in items):
            return "async with" if is_async else "with"
        case For(iter=iterated, is_async=is_async) if iterated is site.term:
            return "async for" if is_async else "for"
        case _:
            return "call"


def _name_of(site: Site) -> str:
    match site.statement:
        case With(items=items):
            targets = [item.target for item in items if item.context is site.term]
        case For(target=target):
            targets = [target]
        case Assign(targets=assigned):
            targets = [*assigned]
        case _:
            targets = []
    return next((target.id for target in targets if isinstance(target, Name)), "")


# --- without a provider -----------------------------------------------------------------------------------------------


@gathered
def openings(project: Project, module: ModuleScope) -> Iterator[Opening]:
    """Every session that is opened through a factory or a class, and not by a provider."""
    known, made = givers(project), sources(project)
    owners = {giver.function.owner for giver in known.values() if giver.is_entered}
    for life in lives_of(project, module):
        call = life.opening.term
        if is_inside(life.scope, known) or _owner(life.scope) in owners or not isinstance(call, Call):
            continue
        if not isinstance(project.kind(call.func, life.scope), kinds.FunctionKind):
            source = source_of(project, life.session, [life], made)
            yield Opening(code_of(project, life.scope), life.place, source, life.session.is_async, life.ending.value)


def _owner(scope: Scope) -> Scope | None:
    return scope.owner or scope if isinstance(scope, FunctionScope) else scope
