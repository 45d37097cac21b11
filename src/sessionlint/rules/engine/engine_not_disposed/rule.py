"""SES111 engine-not-disposed: a coroutine function builds an asynchronous engine for itself and never disposes it.

Why: the garbage collector cannot close asynchronous connections. They stay open until the server notices, and SQLAlchemy and
the driver complain when the event loop is gone. SQLAlchemy asks for ``await engine.dispose()`` where an engine "is created
in a function scope" ("Asynchronous I/O").

Fix safety: none yet.
"""

from collections.abc import Iterator

from sessionlint.link.names.roles import Role
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.rules.engine.engine_not_disposed.search import UndisposedEngine, undisposed_engines

RULE = Rule(
    code="SES111",
    name="engine-not-disposed",
    severity=Severity.INFO,
    why="Asynchronous connections cannot be closed by the garbage collector: they stay open until the server drops them.",
    on=False,
    symptoms=(
        "RuntimeError: Event loop is closed",
        "The garbage collector is trying to clean up non-checked-in connection",
        "ResourceWarning: unclosed transport",
        "got Future attached to a different loop",
    ),
    yields_to=("SES103",),
)


def check(project: Project) -> Iterator[Finding]:
    roles = (Role.APPLICATION, Role.SCRIPT)
    paths = frozenset(path for path, module in project.modules.items() if project.role(module) in roles)
    for engine in undisposed_engines(project, paths):
        yield Finding(
            code=RULE.code,
            place=engine.site.place,
            message=_message(engine),
            severity=RULE.severity,
            related=(Related(engine.function.place, "in this function"),),
            help="`await engine.dispose()` in a `finally`",
        )


def _message(engine: UndisposedEngine) -> str:
    when = "when the application stops" if engine.in_lifespan else f"when `{engine.function.node.name}` ends"
    return f"the engine is not disposed {when}: its asynchronous connections stay open, and nothing can close them later"
