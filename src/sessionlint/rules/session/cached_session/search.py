"""Functions whose results are cached although a session goes in or out."""

from collections.abc import Iterator
from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.holding import holding_of

# whose cache looks at the arguments of the call, all of them
_BY_ARGUMENTS = frozenset({"functools.cache", "functools.lru_cache", "async_lru.alru_cache", "cachetools.cached"})
_CACHES = _BY_ARGUMENTS | {
    *("streamlit.cache_resource", "streamlit.experimental_singleton"),
    *("functools.cached_property", "werkzeug.utils.cached_property", "django.utils.functional.cached_property"),
}


class Flow(Enum):
    RETURNED = "every call gets the same session"
    GENERATED = "every call gets the same generator, which yields once"
    TAKEN = "the session is part of the cache's key"


@dataclass(frozen=True, slots=True, eq=False)
class CachedSession:
    """``decorator`` is the one that caches, called ``cache``; ``parameter`` the one that takes a session, for a TAKEN one."""

    function: FunctionScope
    decorator: Term
    cache: str
    flow: Flow
    parameter: str | None = None

    @property
    def place(self) -> Place:
        return Place(self.function.module.path, self.decorator.span)


def cached_sessions(project: Project, module: ModuleScope) -> Iterator[CachedSession]:
    """Every cached function of ``module`` that gives or takes a session."""
    for function in module.functions:
        for decorator in function.node.decorators:
            found = _cached(project, function, decorator)
            if found is not None:
                yield found
                break


def _cached(project: Project, function: FunctionScope, decorator: Term) -> CachedSession | None:
    outside = function.parent or function.module
    kind = project.kind(decorator.func if isinstance(decorator, Call) else decorator, outside)
    if not isinstance(kind, kinds.External) or kind.name not in _CACHES:
        return None
    name = kind.name.rpartition(".")[2]
    flow = _flow(project.evaluator.returned(function))
    if flow is not None and not (name == "cached_property" and _is_closed_property(project, function)):
        return CachedSession(function, decorator, name, flow)
    if kind.name not in _BY_ARGUMENTS or (isinstance(decorator, Call) and walk.argument(decorator, 1, "key") is not None):
        return None
    taken = _taken(project, function)
    return CachedSession(function, decorator, name, Flow.TAKEN, taken) if taken is not None else None


def _flow(given: kinds.Kind) -> Flow | None:
    match given:
        case kinds.Session(scoped=False) | kinds.Awaitable(value=kinds.Session(scoped=False)):
            return Flow.RETURNED
        case kinds.Generator(value=kinds.Session()):
            return Flow.GENERATED
        case _:
            return None


def _is_closed_property(project: Project, function: FunctionScope) -> bool:
    """``self.session.close()`` in the class: the property is how the object owns its session."""
    return function.owner is not None and holding_of(project).closes_attribute(function.owner, function.node.name)


def _taken(project: Project, function: FunctionScope) -> str | None:
    is_bound = function.owner is not None and "builtins.staticmethod" not in project.evaluator.decorators(function)
    for position, parameter in enumerate(function.node.params):
        is_self = is_bound and position == 0
        kind = project.evaluator.name_kind(parameter.name, function)
        if not is_self and isinstance(kind, kinds.Session) and not kind.scoped:
            return parameter.name
    return None
