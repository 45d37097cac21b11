"""Where providers are used: every place that consumes a generator or a context manager of a session, or depends on one."""

from collections.abc import Iterator
from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ParameterBinding, Scope, Site, ValueBinding
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Block,
    BoolOp,
    Call,
    For,
    Jump,
    Name,
    Return,
    Term,
    While,
    With,
    Yield,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.leaving.ways import Way, is_left, ways_out
from sessionlint.questions.providers.usage_table import TABLE, Provider, Use, object_of, provider_of
from sessionlint.questions.requests.depends import Dependency, module_dependencies
from sessionlint.questions.sessions.holding import parameter_for


class Loop(Enum):
    """How a loop over a provider ends."""

    LEFT = "return or break inside the body, or one that always raises"
    LENT = "the body yields the session on"
    ENDS = "it runs to its end"


@dataclass(frozen=True, slots=True, eq=False)
class Consumption:
    """``place`` is the call (or the ``Depends``) that consumes; ``written`` the provider as the source names it.

    ``definition`` is the provider's own place where the project defines it, ``function`` its scope. ``loop`` is set for
    ``for`` and ``async for``. ``dependency`` is set for ``Depends``, else ``given`` is the call of the provider and ``used``
    where its result is consumed: the same site, or a mention of the name that holds it.
    """

    provider: Provider
    use: Use
    place: Place
    scope: Scope
    written: str
    definition: Place | None = None
    loop: Loop | None = None
    detail: str = ""
    function: FunctionScope | None = None
    dependency: Dependency | None = None
    given: Site | None = None
    used: Site | None = None

    @property
    def code(self) -> str | None:
        return TABLE[self.provider][self.use]


def consumptions(project: Project, module: ModuleScope, code: str) -> Iterator[Consumption]:
    """Every use of a provider in a module that the table gives to rule ``code``."""
    return (found for found in _consumptions(project, module) if found.code == code)


@collected
def _consumptions(project: Project, module: ModuleScope) -> Iterator[Consumption]:
    for dependency in module_dependencies(project, module):
        found = _depended(project, dependency)
        if found is not None:
            yield found
    for site in project.calls_giving(kinds.Generator, kinds.ContextManager, within=module):
        if isinstance(site.term, Call) and (provider := object_of(project.kind(site.term, site.scope))) is not None:
            yield from _consumed(project, site, provider)
    yield from _attributes_as_sessions(project, module)


def _attributes_as_sessions(project: Project, module: ModuleScope) -> Iterator[Consumption]:
    """``self.session.execute(...)``, where ``session`` is a property, or an attribute, that gives a context manager."""
    for site in module.calls_named(_ONLY_OF_SESSIONS):
        func = site.term.func if isinstance(site.term, Call) else None
        if not isinstance(func, Attribute) or site.in_lambda:
            continue
        held = _attribute_behind(func.value, site.scope)
        provider = object_of(project.kind(held, site.scope)) if held is not None else None
        if held is not None and provider in (Provider.CONTEXT_MANAGER, Provider.ASYNC_CONTEXT_MANAGER):
            function = _property(project, held, site.scope)
            definition = function.place if function is not None else None
            written, detail = walk.dotted(held) or "...", f".{func.attr}()"
            yield Consumption(provider, Use.AS_SESSION, site.place, site.scope, written, definition, detail=detail)


def _attribute_behind(term: Term, scope: Scope) -> Attribute | None:
    """``self.session``, by itself or under a local name."""
    if isinstance(term, Name) and isinstance(scope, FunctionScope):
        match scope.bindings.get(term.id, ()):
            case [ValueBinding(value=Attribute() as value, path=())]:
                return value
    return term if isinstance(term, Attribute) else None


def _property(project: Project, held: Attribute, scope: Scope) -> FunctionScope | None:
    owner = project.kind(held.value, scope)
    ancestors = project.evaluator.ancestors(owner.cls) if isinstance(owner, kinds.Instance) else ()
    return next((cls.methods[held.attr] for cls in ancestors if held.attr in cls.methods), None)


# --- Depends ----------------------------------------------------------------------------------------------------------


def _depended(project: Project, dependency: Dependency) -> Consumption | None:
    term, scope = dependency.provider, dependency.scope
    if term is None:
        declared = dependency.annotation
        if declared is None or provider_of(project, project.kind(declared, scope)) is not Provider.FACTORY:
            return None
        written = walk.dotted(declared) or "the class"
        return Consumption(
            Provider.FACTORY, Use.DEPENDS, dependency.place, scope, written, detail="no provider", dependency=dependency
        )
    if isinstance(term, Call):
        called = _called(project, term, scope)
        if called is not None:
            function = _function(project, term.func, scope)
            definition = function.place if function is not None else None
            return Consumption(
                called,
                Use.DEPENDS_CALLED,
                dependency.place,
                scope,
                _written(term),
                definition,
                function=function,
                dependency=dependency,
            )
    kind = project.kind(term, scope)
    provider = provider_of(project, kind)
    if provider is None:
        return None
    function = _function(project, term, scope)
    definition = function.place if function is not None else getattr(kind, "origin", None)
    written = walk.dotted(term) or "the provider"
    return Consumption(
        provider, Use.DEPENDS, dependency.place, scope, written, definition, function=function, dependency=dependency
    )


def _called(project: Project, call: Call, scope: Scope) -> Provider | None:
    """The provider that ``Depends(f())`` calls too early; a call that returns a dependency gives none."""
    kind = project.kind(call, scope)
    if (provider := object_of(kind)) is not None:
        return provider
    if isinstance(kind, kinds.Session | kinds.Awaitable):
        value = kind.value if isinstance(kind, kinds.Awaitable) else kind
        return Provider.RETURNS_SESSION if isinstance(value, kinds.Session) else None
    return None


def _written(call: Call) -> str:
    return f"{walk.dotted(call.func) or '...'}()"


def _function(project: Project, provider: Term, scope: Scope) -> FunctionScope | None:
    kind = project.kind(provider, scope)
    return kind.function if isinstance(kind, kinds.FunctionKind) else None


# --- calls of providers -----------------------------------------------------------------------------------------------

_BOTH_WAYS = kinds.External("contextlib.nullcontext")  # enters by `with` and by `async with`
_BY_HAND = frozenset({"__enter__", "__aenter__"})
_CONNECTIONLESS = frozenset({"bind", "get_bind", "info"})
_NEXT = {"__next__": Use.NEXT, "__anext__": Use.ANEXT}
_ADVANCING = {"builtins.next": Use.NEXT, "builtins.anext": Use.ANEXT}
# what only a session has: neither generators nor context managers offer these
_SESSION_METHODS = frozenset(
    {
        *("execute", "query", "scalar", "scalars", "exec", "add", "add_all", "commit", "rollback", "flush", "refresh"),
        *("delete", "get", "get_one", "merge", "begin", "begin_nested", "expunge", "stream", "stream_scalars", "run_sync"),
    }
)
_ONLY_OF_SESSIONS = tuple(sorted(_SESSION_METHODS | {"close"}))


def _consumed(project: Project, site: Site, provider: Provider) -> Iterator[Consumption]:
    call = site.term
    assert isinstance(call, Call)
    if site.in_lambda or project.kind(call.func, site.scope) == _BOTH_WAYS:
        return
    term: Term = call
    path = site.path
    while path and isinstance(path[0], BoolOp) and path[0].op == "or":
        term, path = path[0], path[1:]
    direct = _use(project, site, term, path, provider)
    if direct is not None:
        use, loop, detail = direct
        yield _consumption(project, site, site, provider, use, loop, detail)
    elif not path and isinstance(site.statement, Assign) and site.statement.value is term:
        yield from _through_name(project, site, provider)


def _consumption(
    project: Project, site: Site, used: Site, provider: Provider, use: Use, loop: Loop | None = None, detail: str = ""
) -> Consumption:
    call = site.term
    assert isinstance(call, Call)
    function = _function(project, call.func, site.scope)
    definition = function.place if function is not None else None
    return Consumption(
        provider, use, site.place, site.scope, _written(call), definition, loop, detail, function, given=site, used=used
    )


def _use(project: Project, site: Site, term: Term, path: walk.Path, provider: Provider) -> tuple[Use, Loop | None, str] | None:
    """What happens to the provider object ``term`` right where it stands."""
    if not path:
        return _statement_use(project, site, term)
    outer = path[0]
    match outer:
        case Await():
            return Use.AWAIT, None, ""
        case Yield(delegated=True):
            return Use.YIELD_FROM, None, ""
        case Attribute(attr=attr) if len(path) > 1 and isinstance(path[1], Call) and path[1].func is outer:
            return _method_use(attr, provider)
        case Call() if any(given.term is term and not given.star for given in outer.args):
            if len(path) > 1 and isinstance(path[1], Attribute) and path[1].attr in _CONNECTIONLESS:
                return None  # `next(get_db()).bind`: only asked for its engine
            return _argument_use(project, site.scope, outer, term)
        case _:
            return None


def _method_use(attr: str, provider: Provider) -> tuple[Use, Loop | None, str] | None:
    if attr in _BY_HAND:
        return Use.BY_HAND, None, f".{attr}()"
    if attr in _NEXT:
        return _NEXT[attr], None, ""
    closes = attr == "close" and provider not in (Provider.GENERATOR, Provider.ASYNC_GENERATOR)
    return (Use.AS_SESSION, None, f".{attr}()") if attr in _SESSION_METHODS or closes else None


def _argument_use(project: Project, scope: Scope, call: Call, term: Term) -> tuple[Use, Loop | None, str] | None:
    callee = project.kind(call.func, scope)
    if isinstance(callee, kinds.External) and callee.name in _ADVANCING:
        return _ADVANCING[callee.name], None, ""
    if isinstance(callee, kinds.FunctionKind) and (name := parameter_for(callee.function, call, term)) is not None:
        function = callee.function
        annotation = next((given.annotation for given in function.node.params if given.name == name), None)
        outside = function.parent or function.module
        if annotation is not None and isinstance(project.evaluator.annotated(annotation, outside), kinds.Session):
            return Use.AS_SESSION, None, f"parameter `{name}` of `{function.node.name}`"
    return None


def _statement_use(project: Project, site: Site, term: Term) -> tuple[Use, Loop | None, str] | None:
    match statement := site.statement:
        case With(items=items, is_async=is_async) if any(item.context is term for item in items):
            return (Use.ASYNC_WITH if is_async else Use.WITH), None, ""
        case For(iter=iterated, is_async=is_async) if iterated is term:
            return (Use.ASYNC_FOR if is_async else Use.FOR), _loop(project, statement, site.scope), ""
        case _:
            return None


def _loop(project: Project, statement: For, scope: Scope) -> Loop:
    if _leaves(statement.body) or (isinstance(scope, FunctionScope) and _always_raises(project, statement.body, scope)):
        return Loop.LEFT
    lent = any(
        isinstance(inner, Yield)
        for nested in walk.statements(statement.body)
        for own in walk.own_terms(nested)
        for inner, _ in walk.descend(own)
    )
    return Loop.LENT if lent else Loop.ENDS


def _always_raises(project: Project, block: Block, function: FunctionScope) -> bool:
    return ways_out(project, block, function) == {Way.RAISES} and is_left(project, block, function, loop=True)


def _leaves(block: Block, *, own_loop: bool = True) -> bool:
    """Whether a ``return``, or a ``break`` of this very loop, stands in the block."""
    for statement in block:
        if isinstance(statement, Return) or (own_loop and isinstance(statement, Jump) and statement.kind == "break"):
            return True
        if isinstance(statement, For | While):
            if _leaves(statement.body, own_loop=False) or _leaves(statement.orelse, own_loop=own_loop):
                return True
        elif any(_leaves(inner, own_loop=own_loop) for inner in walk.blocks(statement)):
            return True
    return False


# --- through a local name ---------------------------------------------------------------------------------------------


def _through_name(project: Project, site: Site, provider: Provider) -> Iterator[Consumption]:
    """``source = get_db()``, and what is done with ``source`` then; at most one consumption."""
    assert isinstance(site.statement, Assign)
    targets = site.statement.targets
    if len(targets) != 1 or not isinstance(targets[0], Name) or not _is_only_value(site, targets[0].id):
        return
    mentions = list(_mentions(site, targets[0].id))
    found = [(mention, _use(project, mention, mention.term, mention.path, provider)) for mention in mentions]
    uses = [(mention, use) for mention, use in found if use is not None]
    if any(use in (Use.WITH, Use.ASYNC_WITH, Use.BY_HAND) and TABLE[provider][use] != "SES506" for _, (use, _, _) in uses):
        return  # somebody enters it: it may be a session on one branch and a context manager on the other
    for mention, (use, loop, detail) in uses:
        if use in (Use.NEXT, Use.ANEXT) and len(mentions) > 1 and TABLE[provider][use] == "SES507":
            return  # kept to be closed, or iterated further, by the same function
        if (
            use is Use.AS_SESSION
            and _is_given(site, targets[0].id)
            and not isinstance(site.path[-1] if site.path else None, BoolOp)
        ):
            return  # `if db is None: db = ...`: which one the use sees is a matter of paths
        yield _consumption(project, site, mention, provider, use, loop, detail)
        return


def _is_only_value(site: Site, name: str) -> bool:
    if not isinstance(site.scope, FunctionScope) or name in site.scope.declared:
        return False
    others = [
        binding
        for binding in site.scope.bindings.get(name, ())
        if not isinstance(binding, ParameterBinding)
        and not (
            isinstance(binding, ValueBinding) and isinstance(site.statement, Assign) and binding.value is site.statement.value
        )
    ]
    return not others


def _is_given(site: Site, name: str) -> bool:
    return isinstance(site.scope, FunctionScope) and any(
        isinstance(binding, ParameterBinding) for binding in site.scope.bindings.get(name, ())
    )


def _mentions(site: Site, name: str) -> Iterator[Site]:
    """Later places that read ``name``, in inner functions, too."""
    assert isinstance(site.scope, FunctionScope)
    for scope in (site.scope, *inner_functions(site.scope)):
        for mention in sites(scope):
            if isinstance(mention.term, Name) and mention.term.id == name and mention.term.span.start > site.term.span.start:
                yield mention
