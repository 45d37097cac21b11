"""SES204 factory-per-call: a session factory is built in a function that runs once per request, task or session.

Why: a factory says how sessions are configured, and each `sessionmaker()` builds a class of its own for them. Built per call,
there is no one place to configure, to listen to or to replace in a test, and the next step is to build the engine there, too
(SES103). SQLAlchemy: "Just one time, somewhere in your application's global scope" ("Session Basics").

Fix safety: none; where the factory belongs is for a person to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.roles import Role
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.engines.fresh import PerCall
from sessionlint.questions.running.callers import Caller
from sessionlint.rules.factory.factory_per_call.search import per_call_factories

RULE = Rule(
    code="SES204",
    name="factory-per-call",
    severity=Severity.INFO,
    why="A factory per call builds a class per call, and there is no one factory that a test or a start-up could configure.",
)

_NAMED = (Caller.ROUTE, Caller.MIDDLEWARE, Caller.PROVIDER, Caller.TASK)


def check(project: Project) -> Iterator[Finding]:
    paths = frozenset(path for path, module in project.modules.items() if project.role(module) is Role.APPLICATION)
    for factory in per_call_factories(project, paths):
        yield Finding(
            code=RULE.code,
            place=factory.site.place,
            message=_message(factory),
            severity=RULE.severity,
            related=tuple(_related(factory)),
            help="build it once beside the engine, and call it here",
        )


def _message(factory: PerCall) -> str:
    what = f"{factory.caller.value} `{factory.user.node.name}`" if factory.caller in _NAMED else f"`{factory.user.node.name}`"
    return f"a session factory is built each time {what} runs: no test and no start-up code can configure its sessions"


def _related(factory: PerCall) -> Iterator[Related]:
    if factory.use.place != factory.site.place:
        yield Related(factory.use.place, "asked for here, called, and dropped")
    else:
        yield Related(factory.user.place, "in this function")
