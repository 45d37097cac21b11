"""SES111 engine-not-disposed: an asynchronous engine is never disposed, by the coroutine function that builds it for itself, or
when the process ends that keeps it.

Why: the garbage collector cannot close asynchronous connections. They stay open until the server notices, and SQLAlchemy and
the driver complain when the event loop is gone. SQLAlchemy asks for ``await engine.dispose()`` where an engine "is created
in a function scope" ("Asynchronous I/O").

Fix safety: unsafe, where the application has one lifespan of a simple form that can have the engine: it is disposed behind the
``yield``. Connections that are still in use then are closed.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call
from sessionlint.model.finding import Finding, Related
from sessionlint.model.records import dataclass
from sessionlint.questions.engines.engine_use import EngineEnds
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.rules.engine.engine_not_disposed import RULE
from sessionlint.rules.engine.engine_not_disposed.kept import KeptEngine, kept_engines

_LIFESPANS = frozenset({"contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class UndisposedEngine:
    """``site`` builds it in ``function``; ``in_lifespan``: the function is a context manager that yields while it is used."""

    site: Site
    function: FunctionScope
    in_lifespan: bool


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    told = set()
    for engine in undisposed_engines(project, module):
        told.add(engine.site.place)
        yield RULE.finding(
            engine.site.place,
            _message(engine),
            related=(Related(engine.function.place, "in this function"),),
            help="`await engine.dispose()` in a `finally`",
        )
    for kept in kept_engines(project, module):
        if kept.place not in told:
            yield _of_process(project, kept)


def _of_process(project: Project, kept: KeptEngine) -> Finding:
    from sessionlint.rules.engine.engine_not_disposed.fix import dispose_fix

    process, what = kept.process, f"`{kept.name}`" if kept.name else "the engine"
    return RULE.finding(
        kept.place,
        f"nothing disposes {what}, also not {process.end}:"
        " its asynchronous connections stay open, and nothing can close them later",
        related=(Related(process.place, process.told),),
        help=f"`await {kept.name or 'engine'}.dispose()` {process.end}",
        fix=dispose_fix(project, kept),
    )


def _message(engine: UndisposedEngine) -> str:
    when = "when the application stops" if engine.in_lifespan else f"when `{engine.function.node.name}` ends"
    return f"the engine is not disposed {when}: its asynchronous connections stay open, and nothing can close them later"


def undisposed_engines(project: Project, module: ModuleScope) -> Iterator[UndisposedEngine]:
    """Every asynchronous engine that ends in the coroutine function of ``module`` that builds it, without a ``dispose`` in it."""
    ends = EngineEnds(project)
    for site in project.calls_giving(kinds.Engine, within=module):
        function, call = site.scope, site.term
        if not isinstance(function, FunctionScope) or site.in_lambda:
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
