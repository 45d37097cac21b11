"""Which calls open a session that somebody must close?

Calling a factory or a session class opens one; so does calling a function of the project that opens one and returns it.
A registry (``scoped_session``) hands out its own; a session on a borrowed connection holds no connection of its own.
"""

from collections.abc import Iterator

from sessionlint.link.names.functions import return_values
from sessionlint.link.names.scopes import (
    EnteredBinding,
    FunctionScope,
    ImportBinding,
    ModuleScope,
    ParameterBinding,
    Scope,
    Site,
    ValueBinding,
)
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.library import is_named_connection
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Await, BoolOp, Call, Conditional, Constant, Name, Term, Walrus, With

_OPENING = (kinds.Factory, kinds.SessionType, kinds.ClassKind, kinds.Partial, kinds.FunctionKind, kinds.LambdaKind)


class Openings:
    """Finds opening calls, across functions."""

    def __init__(self, project: Project) -> None:
        self._evaluator = project.evaluator
        self._project = project

    def of(self, module: ModuleScope) -> Iterator[tuple[Site, kinds.Session]]:
        """Every call in ``module`` that opens a session its receiver has to close."""
        for site in self._project.calls_of(*_OPENING, within=module):
            if isinstance(site.term, Call) and self.opens(site.term, site.scope):
                session = self._evaluator.kind(site.term, site.scope)
                if isinstance(session, kinds.Awaitable):
                    session = session.value
                if isinstance(session, kinds.Session):
                    yield site, session

    def opens(self, call: Call, scope: Scope) -> bool:
        return self._opens(self._evaluator.kind(call.func, scope), call, scope)

    def borrows(self, call: Call, scope: Scope) -> bool:
        """Whether a call makes a session on a connection that somebody else holds: a ``with`` closes it as any other."""
        callee = self._evaluator.kind(call.func, scope)
        if isinstance(callee, kinds.Factory):
            return not callee.scoped and (callee.borrows or self._on_borrowed_connection(call, scope))
        return self._evaluator.session_type(callee) is not None and self._on_borrowed_connection(call, scope)

    def _opens(self, callee: kinds.Kind, call: Call, scope: Scope) -> bool:
        match callee:
            case kinds.Factory(scoped=scoped, borrows=borrows):
                return not scoped and not borrows and not self._on_borrowed_connection(call, scope)
            case kinds.SessionType():
                return not self._on_borrowed_connection(call, scope)
            case kinds.ClassKind():
                return self._evaluator.session_type(callee) is not None and not self._on_borrowed_connection(call, scope)
            case kinds.Partial(func=func):
                return self._opens(func, call, scope)
            case kinds.FunctionKind(function=function):
                return self.returns_opened(function)
            case kinds.LambdaKind(term=term, scope=inner):
                return remembered(self._project, ("fresh", inner, term), False, self._is_fresh, term.body, inner)
            case _:
                return False

    def _on_borrowed_connection(self, call: Call, scope: Scope) -> bool:
        """``Session(bind=connection)``: closing it does not return the connection, whoever opened that does."""
        bind = walk.argument(call, 0, "bind")
        if bind is None:
            return self._is_configured_so(call, scope) or (
                any(given.star for given in call.args) and isinstance(self._evaluator.kind(call.func, scope), kinds.SessionType)
            )
        if isinstance(bind, Name) and self._evaluator.home(bind.id, scope) is None:
            return True  # a lambda's parameter: nobody knows what it is given
        is_engine = isinstance(self._evaluator.kind(bind, scope), kinds.Engine)
        return self._is_connection(bind, scope) or (not is_engine and _is_named_bind(bind))

    def _is_configured_so(self, call: Call, scope: Scope) -> bool:
        """``SessionLocal.configure(bind=connection)``, above the call in the same body."""
        above = (
            site.term
            for site in self._project.calls_in(scope)
            if isinstance(site.term, Call) and site.term.span.end <= call.span.start and _is_configured(call, site.term)
        )
        last = max(above, key=lambda each: each.span, default=None)
        bind = walk.argument(last, None, "bind") if last is not None else None
        return bind is not None and self._is_connection(bind, scope)

    def _is_connection(self, bind: Term, scope: Scope) -> bool:
        """By its kind or, where nothing is known of it, by its name, or the one of what it is but for options."""
        for one in (bind, _without_options(bind, scope)):
            kind = self._evaluator.kind(one, scope)
            if isinstance(kind, kinds.Connection | kinds.Session):
                return True
            if not isinstance(kind, kinds.Engine) and is_named_connection(one):
                return True
        return False

    def returns_opened(self, function: FunctionScope) -> bool:
        """Whether calling ``function`` gives a session that it opened and that nobody else keeps."""
        return remembered(self._project, ("returns opened", function), False, self._returns_fresh, function)

    def _returns_fresh(self, function: FunctionScope) -> bool:
        if (given := self._evaluator.trust.given(function)) is not None:
            return isinstance(given.value if isinstance(given, kinds.Awaitable) else given, kinds.Session)
        names = self._evaluator.decorators(function)
        if function.node.is_generator or not names <= {"builtins.staticmethod", "builtins.classmethod"}:
            return False
        values = [value for value in return_values(function) if not _is_none(value)]
        return bool(values) and all(self._is_fresh(value, function) for value in values)

    def _is_fresh(self, term: Term, scope: Scope) -> bool:
        match term:
            case Await(value=value) | Walrus(value=value):
                return self._is_fresh(value, scope)
            case BoolOp(op="or", values=values):
                return all(self._is_fresh(value, scope) for value in values)
            case Conditional(body=body, orelse=orelse):
                return all(_is_none(option) or self._is_fresh(option, scope) for option in (body, orelse))
            case Call():
                return self.opens(term, scope)
            case Name(id=name):
                return self._is_fresh_local(name, scope)
            case _:
                return False

    def _is_fresh_local(self, name: str, scope: Scope) -> bool:
        """A local name bound only to fresh sessions and neither stored elsewhere nor entered in a ``with``."""
        if not isinstance(scope, FunctionScope) or name in scope.declared:
            return False
        return remembered(self._project, ("bound fresh", scope, name), False, self._is_bound_fresh, name, scope)

    def _is_bound_fresh(self, name: str, scope: FunctionScope) -> bool:
        bindings = scope.bindings.get(name, [])
        opened = [
            binding.value
            for binding in bindings
            if isinstance(binding, ValueBinding)
            and binding.value is not None
            and not binding.path
            and not _is_none(binding.value)
        ]
        if any(isinstance(binding, ParameterBinding | EnteredBinding | ImportBinding) for binding in bindings) or not opened:
            return False
        return all(self._is_fresh(value, scope) for value in opened) and not self._is_kept(name, scope)

    def _is_kept(self, name: str, scope: FunctionScope) -> bool:
        """Whether the local is also stored on an object or in a container, given away, or closed here."""
        for site in sites(scope):
            if not (isinstance(site.term, Name) and site.term.id == name):
                continue
            if isinstance(site.statement, Assign) and site.statement.value is site.term:
                return True
            if isinstance(site.statement, With) and not site.path:
                return True
            outer = site.path[0] if site.path else None
            if isinstance(outer, Call) and any(given.term is site.term for given in outer.args):
                return True
            if outer is not None and (walk.dotted(outer) or "").rpartition(".")[2] in ("close", "aclose"):
                return True
        return False


def _is_named_bind(term: Term) -> bool:
    """``op.get_bind()``, ``self.bind``"""
    return (walk.dotted(term.func if isinstance(term, Call) else term) or "").lower().endswith("bind")


def _without_options(term: Term, scope: Scope) -> Term:
    """What ``isolated = await connection.execution_options(...)`` is made of; any other term itself."""
    match scope.bindings.get(term.id, ()) if isinstance(term, Name) else ():
        case [ValueBinding(value=Await(value=Call(func=Attribute(value=owner, attr="execution_options"))))]:
            return owner
        case [ValueBinding(value=Call(func=Attribute(value=owner, attr="execution_options")))]:
            return owner
    return term


def _is_configured(call: Call, other: Call) -> bool:
    """Whether another call configures the factory that this one calls."""
    factory = walk.dotted(call.func)
    return factory is not None and walk.dotted(other.func) == f"{factory}.configure"


def _is_none(term: Term) -> bool:
    return isinstance(term, Constant) and term.value is None


def openings_of(project: Project) -> Openings:
    """Which calls of a project open a session."""
    return Openings(project)
