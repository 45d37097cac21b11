"""What an annotation says of the value that carries it."""

from sessionlint.link.names.scopes import Scope
from sessionlint.link.values import kinds
from sessionlint.link.values.asking import Values
from sessionlint.link.values.externals import canonical
from sessionlint.link.values.kinds import NONE, UNKNOWN, External, Kind
from sessionlint.link.values.quoted import read_annotation
from sessionlint.model.facts import Attribute, Constant, Name, Operation, Subscript, Term

_INSTANCES: dict[str, Kind] = {
    "Engine": kinds.Engine(False),
    "AsyncEngine": kinds.Engine(True),
    "Connection": kinds.Connection(False),
    "AsyncConnection": kinds.Connection(True),
    "sessionmaker": kinds.Factory(False),
    "async_sessionmaker": kinds.Factory(True),
    "scoped_session": kinds.Factory(False, scoped=True),
    "async_scoped_session": kinds.Factory(True, scoped=True),
}


def annotated(evaluator: Values, annotation: Term, scope: Scope) -> Kind:
    """The kind of a value that carries this annotation."""
    match annotation:
        case Constant(value=str() as text):
            inner = read_annotation(text)
            return annotated(evaluator, inner, scope) if inner is not None else UNKNOWN
        case Constant(value=None):
            return NONE
        case Operation(op="|", operands=operands):
            return kinds.join([annotated(evaluator, operand, scope) for operand in operands])
        case Subscript(value=value, items=items):
            return _generic(evaluator, evaluator.kind(value, scope), items, scope)
        case Name() | Attribute():
            return _instance_of(evaluator, evaluator.kind(annotation, scope))
        case _:
            return UNKNOWN


def _instance_of(evaluator: Values, cls: Kind) -> Kind:
    match cls:
        case kinds.SessionType(is_async=is_async):
            return kinds.Session(is_async)
        case kinds.ClassKind(cls=scope):
            session = evaluator.session_type(cls)
            return kinds.Session(session.is_async) if session else kinds.Instance(scope)
        case External(name=name):
            return _INSTANCES.get(canonical(name), UNKNOWN)
        case kinds.Factory(is_async=is_async, trusted=True):
            return kinds.Session(is_async)  # a class of sessions that only the configuration knows
        case kinds.Session() | kinds.Engine() | kinds.Connection() | kinds.Unknown():
            return cls  # an alias: SessionDep = Annotated[Session, Depends(get_db)]
        case _:
            return UNKNOWN


def _generic(evaluator: Values, generic: Kind, items: tuple[Term, ...], scope: Scope) -> Kind:
    name = canonical(generic.name) if isinstance(generic, External) else ""
    first = annotated(evaluator, items[0], scope) if items else UNKNOWN
    match name:
        case "Annotated" | "Final" | "ClassVar" | "Optional":
            return first
        case "Union":
            return kinds.join([annotated(evaluator, item, scope) for item in items])
        case "Generator" | "Iterator" | "Iterable":
            return kinds.Generator(first, False)
        case "AsyncGenerator" | "AsyncIterator" | "AsyncIterable":
            return kinds.Generator(first, True)
        case "ContextManager" | "AsyncContextManager":
            return kinds.ContextManager(first, name.startswith("Async"))
        case "Awaitable":
            return kinds.Awaitable(first)
        case "Coroutine":
            return kinds.Awaitable(annotated(evaluator, items[-1], scope))
        case "Callable":
            return kinds.Callback(annotated(evaluator, items[-1], scope))
        case "Type" | "builtins.type":
            return _class_of(evaluator.kind(items[0], scope)) if items else UNKNOWN
        case "Tuple" | "builtins.tuple":
            return kinds.Tuple(tuple(annotated(evaluator, item, scope) for item in items))
        case "builtins.list" | "builtins.set":
            return kinds.Container(first)
        case "builtins.dict":
            return kinds.Container(annotated(evaluator, items[-1], scope))
        case "sessionmaker":
            return kinds.Factory(isinstance(first, kinds.Session) and first.is_async)
        case _:
            return _instance_of(evaluator, generic)


def _class_of(cls: Kind) -> Kind:
    return cls if isinstance(cls, kinds.SessionType | kinds.ClassKind) else UNKNOWN
