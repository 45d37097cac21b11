"""SES103 engine-per-call: an engine is built in a function that runs once per request, task or session.

Why: an engine is a pool of connections. Built per call, each one opens connections of its own to the server, keeps them
until the garbage collector runs, and starts with an empty cache of compiled statements. SQLAlchemy: "not per-object or
per-function call" ("Working with Engines and Connections").

Fix safety: none; who keeps the engine is for a person to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.questions.engines.engine_use import per_call_engines
from sessionlint.questions.engines.fresh import PerCall
from sessionlint.questions.running.callers import Caller
from sessionlint.rules.engine.engine_per_call import RULE

_DIRECT = (Caller.ROUTE, Caller.MIDDLEWARE, Caller.PROVIDER, Caller.TASK)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for engine in per_call_engines(project, module):
        yield RULE.finding(
            engine.place,
            _message(engine),
            severity=Severity.ERROR if engine.caller in _DIRECT else Severity.WARNING,
            related=tuple(_related(engine)),
            help="build it once and keep it: in a cached `get_engine()`, or when the application starts",
        )


def _message(engine: PerCall) -> str:
    what = f"{engine.caller.value} `{engine.user.node.name}`" if engine.caller in _DIRECT else f"`{engine.user.node.name}`"
    return f"an engine is built each time {what} runs: each has a pool of its own, and its connections stay open behind it"


def _related(engine: PerCall) -> Iterator[Related]:
    if engine.use.place != engine.site.place:
        yield Related(engine.use.place, "asked for here, used, and never disposed")
    else:
        yield Related(engine.user.place, "in this function")
