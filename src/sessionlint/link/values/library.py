"""What calls into SQLAlchemy, FastAPI and the standard library give."""

from collections.abc import Callable

from sessionlint.link.names.scopes import Scope
from sessionlint.link.values import kinds
from sessionlint.link.values.asking import Values
from sessionlint.link.values.externals import ENGINE_BUILDERS, canonical
from sessionlint.link.values.kinds import UNKNOWN, Kind
from sessionlint.model import walk
from sessionlint.model.facts import Call, Term
from sessionlint.model.source import Place


def library_call(evaluator: Values, dotted: str, call: Call, scope: Scope) -> Kind:
    name = canonical(dotted)
    given = _GIVEN.get(name)
    return given(evaluator, name, call, scope) if given is not None else UNKNOWN


def gives_something(dotted: str) -> bool:
    """Whether it is known what a call of a library object gives; of most it is not."""
    return canonical(dotted) in _GIVEN


def _engine(_: Values, name: str, call: Call, scope: Scope) -> Kind:
    return kinds.Engine(ENGINE_BUILDERS[name], _place(call, scope))


def _factory(evaluator: Values, _: str, call: Call, scope: Scope) -> Kind:
    chosen = walk.argument(call, None, "class_")
    session = evaluator.session_type(evaluator.kind(chosen, scope)) if chosen is not None else None
    # a class that cannot be followed may be either: a factory without an origin is one that nobody vouches for
    hidden = any(argument.star == "**" for argument in call.args)
    certain = session is not None or (chosen is None and not hidden)
    is_async = session is not None and session.is_async
    return kinds.Factory(is_async, origin=_place(call, scope) if certain else None, borrows=_borrows(evaluator, call, scope))


def _async_factory(evaluator: Values, _: str, call: Call, scope: Scope) -> Kind:
    return kinds.Factory(True, origin=_place(call, scope), borrows=_borrows(evaluator, call, scope))


def _registry(_: Values, name: str, call: Call, scope: Scope) -> Kind:
    return kinds.Factory(name.startswith("async"), scoped=True, origin=_place(call, scope))


def _manager(evaluator: Values, name: str, call: Call, scope: Scope) -> Kind:
    """``contextmanager(get_db)``."""
    given = _first(evaluator, name, call, scope)
    if isinstance(given, kinds.FunctionKind):
        return kinds.FunctionKind(given.function, wrapped=name)
    return _manager_of(given) if isinstance(given, kinds.Callback) else UNKNOWN


def _closing(evaluator: Values, name: str, call: Call, scope: Scope) -> Kind:
    return kinds.ContextManager(_first(evaluator, name, call, scope), name.endswith("aclosing"))


def _next(evaluator: Values, name: str, call: Call, scope: Scope) -> Kind:
    given = _first(evaluator, name, call, scope)
    return given.value if isinstance(given, kinds.Generator) else UNKNOWN


def _new_type(evaluator: Values, _: str, call: Call, scope: Scope) -> Kind:
    """As an annotation, the name stands for what it was made of; calling it opens nothing."""
    made_of = walk.argument(call, 1, "tp")
    return evaluator.annotated(made_of, scope) if made_of is not None else UNKNOWN


def _cast(evaluator: Values, _: str, call: Call, scope: Scope) -> Kind:
    first, target = walk.argument(call, 0, ""), walk.argument(call, 1, "val")
    value = evaluator.kind(target, scope) if target is not None else UNKNOWN
    return value if value != UNKNOWN or first is None else evaluator.annotated(first, scope)


def _first(evaluator: Values, _: str, call: Call, scope: Scope) -> Kind:
    """The first argument."""
    first = walk.argument(call, 0, "")
    return evaluator.kind(first, scope) if first is not None else UNKNOWN


def _place(call: Call, scope: Scope) -> Place:
    return Place(scope.module.path, call.span)


def _borrows(evaluator: Values, call: Call, scope: Scope) -> bool:
    """Whether a factory is bound to a connection, by its kind or, where nothing is known of it, by its name."""
    bind = walk.argument(call, 0, "bind")
    if bind is None:
        return False
    kind = evaluator.kind(bind, scope)
    return isinstance(kind, kinds.Connection | kinds.Session) or (isinstance(kind, kinds.Unknown) and is_named_connection(bind))


def is_named_connection(bind: Term) -> bool:
    """``conn``, ``self.connection``, ``get_connection()``"""
    name = (walk.dotted(bind.func if isinstance(bind, Call) else bind) or "").rpartition(".")[2].lower()
    return name.startswith("conn") or name.endswith(("conn", "connection"))


def _dependency(evaluator: Values, _: str, call: Call, scope: Scope) -> Kind:
    """What the parameter gets for ``Depends(provider)``: FastAPI enters generators and awaits coroutines."""
    provider = walk.argument(call, 0, "dependency")
    if provider is None:
        return kinds.Dependency(UNKNOWN)
    kind = evaluator.kind(provider, scope)
    given: Kind = UNKNOWN
    if isinstance(kind, kinds.FunctionKind):
        given = evaluator.result(kind)
    elif isinstance(kind, kinds.Callback) and kind.trusted:
        given = kind.value
    if isinstance(given, kinds.Generator | kinds.Awaitable):
        given = given.value
    return kinds.Dependency(given)


def _manager_of(provider: kinds.Callback) -> Kind:
    """``contextmanager(get_db)`` for a provider of which only what it gives is known."""
    lent = provider.value
    if not isinstance(lent, kinds.Generator):
        return UNKNOWN
    return kinds.Callback(kinds.ContextManager(lent.value, lent.is_async), provider.trusted)


_GIVEN: dict[str, Callable[[Values, str, Call, Scope], Kind]] = {
    **dict.fromkeys(ENGINE_BUILDERS, _engine),
    "sessionmaker": _factory,
    "async_sessionmaker": _async_factory,
    **dict.fromkeys(("scoped_session", "async_scoped_session"), _registry),
    "flask_sqlalchemy.SQLAlchemy": lambda *_: kinds.Extension(),
    "alembic.op.get_bind": lambda *_: kinds.Connection(False),
    "functools.partial": lambda *call: kinds.Partial(_first(*call)),
    **dict.fromkeys(("contextlib.contextmanager", "contextlib.asynccontextmanager"), _manager),
    **dict.fromkeys(("contextlib.closing", "contextlib.aclosing", "contextlib.nullcontext"), _closing),
    **dict.fromkeys(("functools.cache", "functools.lru_cache", "builtins.staticmethod", "builtins.classmethod"), _first),
    **dict.fromkeys(("builtins.next", "builtins.anext"), _next),
    "Depends": _dependency,
    "NewType": _new_type,
    "cast": _cast,
}


def library_method(value: Kind, attr: str) -> Kind:
    """What calling the method ``attr`` of something of SQLAlchemy's gives."""
    match value, attr:
        case kinds.Factory(is_async=is_async, origin=origin, trusted=trusted), "begin":
            return kinds.ContextManager(kinds.Session(is_async, origin=origin, trusted=trusted), is_async)
        case kinds.Engine(is_async=is_async), "connect" | "raw_connection":
            return kinds.Connection(bool(is_async))
        case kinds.Engine(is_async=is_async), "begin":
            return kinds.ContextManager(kinds.Connection(bool(is_async)), bool(is_async))
        case kinds.Engine() | kinds.Connection(), "execution_options":
            return value
        case _:
            return UNKNOWN
