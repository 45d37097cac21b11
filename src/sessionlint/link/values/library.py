"""What calls into SQLAlchemy, FastAPI and the standard library give."""

from sessionlint.link.names.scopes import Scope
from sessionlint.link.values import kinds
from sessionlint.link.values.asking import Values
from sessionlint.link.values.externals import ENGINE_BUILDERS, canonical
from sessionlint.link.values.kinds import UNKNOWN, Kind
from sessionlint.model import walk
from sessionlint.model.facts import Call
from sessionlint.model.source import Place


def library_call(evaluator: Values, dotted: str, call: Call, scope: Scope) -> Kind:
    place = Place(scope.module.path, call.span)
    name = canonical(dotted)
    if name in ENGINE_BUILDERS:
        return kinds.Engine(ENGINE_BUILDERS[name], place)
    first = walk.argument(call, 0, "")
    given = evaluator.kind(first, scope) if first is not None else UNKNOWN
    match name:
        case "sessionmaker":
            chosen = walk.argument(call, None, "class_")
            session = evaluator.session_type(evaluator.kind(chosen, scope)) if chosen is not None else None
            # a class that cannot be followed may be either: a factory without an origin is one that nobody vouches for
            hidden = any(argument.star == "**" for argument in call.args)
            certain = session is not None or (chosen is None and not hidden)
            is_async = session is not None and session.is_async
            return kinds.Factory(is_async, origin=place if certain else None, borrows=_borrows(evaluator, call, scope))
        case "async_sessionmaker":
            return kinds.Factory(True, origin=place, borrows=_borrows(evaluator, call, scope))
        case "scoped_session" | "async_scoped_session":
            return kinds.Factory(name.startswith("async"), scoped=True, origin=place)
        case "flask_sqlalchemy.SQLAlchemy":
            return kinds.Extension()
        case "alembic.op.get_bind":
            return kinds.Connection(False)
        case "functools.partial":
            return kinds.Partial(given)
        case "contextlib.contextmanager" | "contextlib.asynccontextmanager" if isinstance(given, kinds.FunctionKind):
            return kinds.FunctionKind(given.function, wrapped=name)
        case "contextlib.contextmanager" | "contextlib.asynccontextmanager" if isinstance(given, kinds.Callback):
            return _manager_of(given)
        case "contextlib.closing" | "contextlib.aclosing":
            return kinds.ContextManager(given, name.endswith("aclosing"))
        case "contextlib.nullcontext":
            return kinds.ContextManager(given, False)
        case "functools.cache" | "functools.lru_cache" | "builtins.staticmethod" | "builtins.classmethod":
            return given
        case "builtins.next" | "builtins.anext":
            return given.value if isinstance(given, kinds.Generator) else UNKNOWN
        case "Depends":
            return _dependency(evaluator, call, scope)
        case "NewType":  # as an annotation, the name stands for what it was made of; calling it opens nothing
            made_of = walk.argument(call, 1, "tp")
            return evaluator.annotated(made_of, scope) if made_of is not None else UNKNOWN
        case "cast":
            target = walk.argument(call, 1, "val")
            value = evaluator.kind(target, scope) if target is not None else UNKNOWN
            return value if value != UNKNOWN or first is None else evaluator.annotated(first, scope)
        case _:
            return UNKNOWN


def _borrows(evaluator: Values, call: Call, scope: Scope) -> bool:
    """Whether a factory is bound to a connection; unlike a session's, its ``bind`` is nearly always an engine: no guesses."""
    bind = walk.argument(call, 0, "bind")
    return bind is not None and isinstance(evaluator.kind(bind, scope), kinds.Connection | kinds.Session)


def _dependency(evaluator: Values, call: Call, scope: Scope) -> Kind:
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
