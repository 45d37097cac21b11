"""SES507 manual-provider-iteration: a generator provider is advanced with ``next``, ``anext`` or a loop that is left early.

Why: the code behind the provider's ``yield`` (commit, rollback, close) runs when somebody drives the generator to its end.
FastAPI does; ``next(get_db())`` does not. The temporary generator is collected at once, which closes the session *before*
its first use; an async one is closed by the event loop at some later time, in the middle of a query.

Fix safety: unsafe, driving the generator to its end runs a commit that has never run before.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.providers.consumptions import Consumption, Loop
from sessionlint.questions.providers.held_as import session_name
from sessionlint.questions.providers.usage_table import Provider
from sessionlint.rules.consumption.manual_provider_iteration.search import ManualIteration, OnError, manual_iterations

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
        "async generator ignored GeneratorExit",
        "GeneratorExit",
        "RecursionError: maximum recursion depth exceeded",
    ),
    hints=("anext(", "next(", "__anext__", "athrow", "__aexit__"),
    yields_to=("SES303", "SES305", "SES502"),
    uncovers=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    iterations = tuple(manual_iterations(project, module, RULE.code))
    if not iterations:
        return
    from sessionlint.edits.entered import driven_fixes

    fixes = driven_fixes(project, [one.consumption for one in iterations])
    for iteration in iterations:
        found = iteration.consumption
        severity = _severity(iteration)
        if severity is Severity.INFO and project.role(module) is Role.TEST:
            continue  # only the milder half of the rule is silent there: no ``silent_in``
        yield RULE.finding(
            found.place,
            _message(iteration),
            severity=severity,
            related=tuple(_related(iteration)),
            help=_help(project, found),
            fix=fixes.get(found),
            on_request=found.loop is Loop.ENDS,
        )


def _severity(iteration: ManualIteration) -> Severity:
    if iteration.closed_here:
        return Severity.WARNING
    return RULE.severity if iteration.consumption.loop in (None, Loop.LEFT) else Severity.INFO


def _related(iteration: ManualIteration) -> Iterator[Related]:
    if iteration.consumption.definition is not None:
        yield Related(iteration.consumption.definition, "the provider is defined here")
    yield from (Related(other.place, "driven by hand here, too") for other in iteration.others)


def _message(iteration: ManualIteration) -> str:
    found = iteration.consumption
    written, asynchronous = found.written, found.provider is Provider.ASYNC_GENERATOR
    if iteration.closed_here:
        more = f" (and at {len(iteration.others)} more places of this module)" if iteration.others else ""
        twice = "it closes the session before its first use, and this function again"
        return f"nobody finishes the generator of `{written}`: {twice}{more}"
    skipped = {
        OnError.ROLLS_BACK: "its rollback is skipped",
        OnError.CLOSES: "the event loop ends it at some later time" if asynchronous else "it ends when it is collected",
        OnError.UNKNOWN: "what it does about errors is skipped",
    }
    match found.loop:
        case Loop.LEFT:
            return f"the loop over `{written}` is left early, and what the provider does after its `yield` is skipped"
        case Loop.LENT:
            return f"an exception of the borrower does not reach `{written}` through this loop: {skipped[iteration.on_error]}"
        case Loop.ENDS:
            return f"a loop over `{written}` hands no exception to the provider: {skipped[iteration.on_error]}"
    if asynchronous:
        return f"nobody finishes the generator of `{written}`: the event loop closes the session at some later time"
    return f"nobody finishes the generator of `{written}`: it is collected, and its session closed, before or during use"


def _help(project: Project, found: Consumption) -> str:
    held = session_name(project, found)
    name = found.written.removesuffix("()")
    if found.provider is Provider.ASYNC_GENERATOR:
        return f"enter it: `async with asynccontextmanager({name})() as {held}:`"
    return f"enter it: `with contextmanager({name})() as {held}:`"
