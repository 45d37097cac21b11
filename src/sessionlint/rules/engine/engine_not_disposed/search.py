"""Asynchronous engines that a function builds for itself and never disposes."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call
from sessionlint.model.records import dataclass
from sessionlint.questions.engines.engine_use import EngineEnds
from sessionlint.questions.engines.engines import is_engine_builder

_LIFESPANS = frozenset({"contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class UndisposedEngine:
    """``site`` builds it in ``function``; ``in_lifespan``: the function is a context manager that yields while it is used."""

    site: Site
    function: FunctionScope
    in_lifespan: bool


def undisposed_engines(project: Project, module_paths: frozenset[str]) -> Iterator[UndisposedEngine]:
    """Every asynchronous engine that ends in the coroutine function that builds it, without a ``dispose`` anywhere in it."""
    ends = EngineEnds(project)
    for site in project.calls_giving(kinds.Engine):
        function, call = site.scope, site.term
        if function.module.path not in module_paths or not isinstance(function, FunctionScope) or site.in_lambda:
            continue
        if not isinstance(call, Call) or not function.node.is_async or not is_engine_builder(project, call, site):
            continue
        engine = project.kind(call, function)
        if not (isinstance(engine, kinds.Engine) and engine.is_async) or _mentions_dispose(function):
            continue
        if ends.has_pool_worth_keeping(call, site) and ends.ends_here(site):
            in_lifespan = bool(project.evaluator.decorators(function) & _LIFESPANS)
            yield UndisposedEngine(site, function, in_lifespan)


def _mentions_dispose(function: FunctionScope) -> bool:
    return any(
        isinstance(site.term, Attribute) and site.term.attr == "dispose"
        for scope in (function, *inner_functions(function))
        for site in sites(scope)
    )
