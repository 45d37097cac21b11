"""SES507 manual-provider-iteration: a generator provider is advanced with ``next``, ``anext`` or a loop that is left early.

Why: the code behind the provider's ``yield`` (commit, rollback, close) runs when somebody drives the generator to its end.
FastAPI does; ``next(get_db())`` does not. The temporary generator is collected at once, which closes the session *before*
its first use; an async one is closed by the event loop at some later time, in the middle of a query.

Fix safety: unsafe, driving the generator to its end runs a commit that has never run before.
"""

from collections.abc import Iterator

from sessionlint.edits.entered import driven_fix
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.providers.consumptions import Consumption, Loop, consumptions
from sessionlint.questions.providers.usage_table import Provider

RULE = Rule(
    code="SES507",
    name="manual-provider-iteration",
    severity=Severity.ERROR,
    why="Nobody drives the generator to its end, so the commit, rollback and close behind its `yield` run too early or never.",
    symptoms=(
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "The garbage collector is trying to clean up non-checked-in connection",
        "RuntimeError: aclose(): asynchronous generator is already running",
        "rows never saved, and no error raised",
    ),
    hints=("anext(", "next(", "__anext__", "athrow", "__aexit__"),
    yields_to=("SES303", "SES305", "SES502"),
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in consumptions(project, module, RULE.code):
        severity = RULE.severity if found.loop in (None, Loop.LEFT) else Severity.INFO
        if severity is Severity.INFO and project.role(module) is Role.TEST:
            continue  # only the milder half of the rule is silent there: no ``silent_in``
        yield RULE.finding(
            found.place,
            _message(found),
            severity=severity,
            related=(Related(found.definition, "the provider is defined here"),) if found.definition is not None else (),
            help=_help(found),
            fix=driven_fix(project, found),
        )


def _message(found: Consumption) -> str:
    asynchronous = found.provider is Provider.ASYNC_GENERATOR
    match found.loop:
        case Loop.LEFT:
            return f"the loop over `{found.written}` is left early, and what the provider does after its `yield` is skipped"
        case Loop.LENT:
            return f"an exception of the borrower does not reach `{found.written}` through this loop: its rollback is skipped"
        case Loop.ENDS:
            return f"a loop over `{found.written}` hands no exception to the provider: its rollback is skipped"
    if asynchronous:
        return f"nobody finishes the generator of `{found.written}`: the event loop closes the session at some later time"
    return f"nobody finishes the generator of `{found.written}`: it is collected, and its session closed, before or during use"


def _help(found: Consumption) -> str:
    name = found.written.removesuffix("()")
    if found.provider is Provider.ASYNC_GENERATOR:
        return f"enter it: `async with asynccontextmanager({name})() as session:`"
    return f"enter it: `with contextmanager({name})() as session:`"
