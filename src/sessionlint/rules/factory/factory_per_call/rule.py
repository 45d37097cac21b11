"""SES204 factory-per-call: a session factory is built in a function that runs once per request, task or session.

Why: a factory says how sessions are configured, and each `sessionmaker()` builds a class of its own for them. Built per call,
there is no one place to configure, to listen to or to replace in a test, and the next step is to build the engine there, too
(SES103). SQLAlchemy: "Just one time, somewhere in your application's global scope" ("Session Basics").

Fix safety: none; where the factory belongs is for a person to say.
"""

from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ParameterBinding, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import by_module, gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, If, Lambda, Name, Return, Term
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.engines.engine_use import factory_ends_here
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.engines.fresh import Fresh, PerCall, each_once, per_call
from sessionlint.questions.running.callers import Caller
from sessionlint.rules.factory.factory_per_call import RULE

_NAMED = (Caller.ROUTE, Caller.MIDDLEWARE, Caller.PROVIDER, Caller.TASK)
_MAKERS = frozenset({"sessionmaker", "async_sessionmaker"})
_DEPTH = 4


class _Constancy:
    """Whether a term has the same value each time its function runs."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._new_engines = Fresh(project, "any engine", kinds.Engine, self._builds)

    def _builds(self, call: Call, site: Site) -> bool | None:
        return is_engine_builder(self._project, call, site) or None

    def is_constant(self, term: Term, scope: Scope, depth: int = _DEPTH) -> bool:
        """What the function is given, an engine that is new, and what cannot be followed are not."""
        for inner, path in walk.descend(term):
            if isinstance(inner, Lambda):
                return False
            if isinstance(inner, Name) and not self._is_lasting(inner.id, scope, depth):
                return False
            if isinstance(inner, Call) and not self._gives_the_same(inner, path, scope):
                return False
        return True

    def _gives_the_same(self, call: Call, path: walk.Path, scope: Scope) -> bool:
        """A call counts when it gives an engine of which nobody is seen to build a new one."""
        if not isinstance(self._project.kind(call, scope), kinds.Engine):
            return False
        statement = next((one for one in walk.statements(scope.body) if one.span.contains(call.span)), None)
        return statement is not None and self._new_engines.built_by(Site(call, path, statement, (), scope)) is None

    def _is_lasting(self, name: str, scope: Scope, depth: int) -> bool:
        home = self._project.evaluator.home(name, scope)
        if not isinstance(home, FunctionScope):
            return True
        if name == "self" and home.owner is not None:
            return home.node.name != "__init__"
        bindings = home.bindings[name]
        only = bindings[0] if len(bindings) == 1 else None
        if not isinstance(only, ValueBinding) or only.value is None or depth == 0 or name in home.declared:
            return False
        return self.is_constant(only.value, only.scope, depth - 1)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for factory in per_call_factories(project, module):
        is_fallback = _is_fallback(project, factory)
        yield RULE.finding(
            factory.place,
            _message(factory),
            related=tuple(_related(factory)),
            help="build it once beside the engine, and call it here",
            on_request=is_fallback,
        )


def _is_fallback(project: Project, factory: PerCall) -> bool:
    """Whether the function has returned before where it is given a session: `if session is not None: return ...`."""
    return any(
        isinstance(one, If) and isinstance(one.body[-1], Return) and _asks_for_session(project, one.test, factory.user)
        for one in factory.user.body
        if one.span.end <= factory.use.term.span.start
    )


def _asks_for_session(project: Project, test: Term, function: FunctionScope) -> bool:
    return any(
        isinstance(term, Name)
        and any(isinstance(binding, ParameterBinding) for binding in function.bindings.get(term.id, ()))
        and isinstance(project.kind(term, function), kinds.Session)
        for term, _ in walk.descend(test)
    )


def _message(factory: PerCall) -> str:
    what = f"{factory.caller.value} `{factory.user.node.name}`" if factory.caller in _NAMED else f"`{factory.user.node.name}`"
    return f"a session factory is built each time {what} runs: no test and no start-up code can configure its sessions"


def _related(factory: PerCall) -> Iterator[Related]:
    if factory.use.place != factory.site.place:
        yield Related(factory.use.place, "asked for here, called, and dropped")
    else:
        yield Related(factory.user.place, "in this function")


@by_module
def per_call_factories(project: Project) -> Sequence[PerCall]:
    """The factories that end in a function of an application that runs per request, per task or per session, each once.

    Only one that would be the same each time: nothing in it depends on what the function is given or finds out, and its
    engine is not built with it.
    """
    return each_once(_ending(project))


@gathered
def _ending(project: Project, module: ModuleScope) -> Iterator[PerCall]:
    constant = _Constancy(project)

    def is_built_by(call: Call, site: Site) -> bool | None:
        callee = project.kind(call.func, site.scope)
        if not isinstance(callee, kinds.External) or callee.name not in _MAKERS:
            return None
        return all(not given.star and constant.is_constant(given.term, site.scope) for given in call.args)

    fresh = Fresh(project, "constant factory", kinds.Factory, is_built_by)
    return per_call(project, fresh, lambda site: factory_ends_here(project, site), module)
