"""What is kept on ``request.state`` and ``app.state`` (Starlette, FastAPI, Litestar), wherever it was put there."""

from collections.abc import Iterator

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import ModuleScope, ParameterBinding, Scope, ValueBinding
from sessionlint.link.values import kinds
from sessionlint.link.values.asking import Values
from sessionlint.model.facts import Attribute, Call, Constant, Mapping, Name, Subscript, Term
from sessionlint.model.records import dataclass

_PACKAGES = frozenset({"fastapi", "starlette", "litestar"})
_CLASSES = {
    **dict.fromkeys(("FastAPI", "Starlette", "Litestar"), "app"),
    **dict.fromkeys(("Request", "WebSocket", "HTTPConnection", "ASGIConnection"), "request"),
}
_CALLED_SO = {
    **dict.fromkeys(("app", "_app", "application", "fastapi_app"), "app"),
    **dict.fromkeys(("request", "req", "websocket", "ws"), "request"),
}


@dataclass(frozen=True, slots=True)
class StateKey:
    """A name on the state of applications, or of requests."""

    holder: str
    name: str

    def __str__(self) -> str:
        return f"{self.holder}.state.{self.name}"


def state_key(values: Values, term: Term, scope: Scope) -> StateKey | None:
    """What ``app.state.name`` or ``request.state["name"]`` stands for; None for the state of anything else."""
    match term:
        case Attribute(value=Attribute(value=holder, attr="state"), attr=name):
            pass
        case Subscript(value=Attribute(value=holder, attr="state"), items=(Constant(value=str() as name),)):
            pass
        case (
            Attribute(value=Name(id="state"), attr=name)
            | Subscript(value=Name(id="state"), items=(Constant(value=str() as name),))
        ):
            return StateKey("app", name) if _is_state(_class_of(values, "state", scope)) else None
        case _:
            return None
    found = _holder(values, holder, scope)
    return StateKey(found, name) if found is not None else None


def _holder(values: Values, term: Term, scope: Scope) -> str | None:
    match term:
        case Attribute(attr=name):
            return _CALLED_SO.get(name)
        case Name(id=name):
            return _CALLED_SO.get(name) or _by_class(_class_of(values, name, scope))
        case _:
            return None


def _class_of(values: Values, name: str, scope: Scope) -> kinds.Kind:
    """The class that the only binding of a name says it is of: ``api = FastAPI()``, ``call: Request``."""
    home = values.home(name, scope)
    match home.bindings[name] if home is not None else ():
        case [ParameterBinding(function=function, parameter=parameter)] if parameter.annotation is not None:
            return values.kind(parameter.annotation, function)
        case [ValueBinding(value=Call(func=func), scope=made_in)]:
            return values.kind(func, made_in)
        case _:
            return kinds.UNKNOWN


def _is_state(cls: kinds.Kind) -> bool:
    """Litestar gives a handler the application's state as its parameter ``state: State``."""
    name = cls.name if isinstance(cls, kinds.External) else ""
    return name.startswith("litestar.") and name.rpartition(".")[2] in ("State", "ImmutableState")


def _by_class(cls: kinds.Kind) -> str | None:
    package, _, name = cls.name.rpartition(".") if isinstance(cls, kinds.External) else ("", "", "")
    return _CLASSES.get(name) if package.partition(".")[0] in _PACKAGES else None


def lifespan_state(values: Values, module: ModuleScope) -> Iterator[tuple[StateKey, Term, Scope]]:
    """What a lifespan yields under a name: Starlette puts it on the state of each request."""
    for function in module.functions:
        for term in yields(function) if function.node.is_async else ():
            if isinstance(term.value, Mapping) and "contextlib.asynccontextmanager" in values.decorators(function):
                for name, value in term.value.items:
                    if isinstance(name, Constant) and isinstance(name.value, str):
                        yield StateKey("request", name.value), value, function
