"""SES106 engine-across-event-loops: a pooled asynchronous engine stays while event loops come and go.

Why: an asyncpg or aiomysql connection belongs to the event loop that opened it. The pool keeps it when the loop is gone, and
hands it to the next one (SQLAlchemy, "Using multiple asyncio event loops").

Fix safety: unsafe. ``poolclass=NullPool`` opens a connection for each use, wherever the engine is used.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.questions.running.callers import Caller
from sessionlint.rules.engine.engine_across_event_loops import RULE
from sessionlint.rules.engine.engine_across_event_loops.fixtures import FixtureEngine, engines_of_fixtures
from sessionlint.rules.engine.engine_across_event_loops.search import LoopEngine, engines_across_loops

_SHOWN = 3


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for engine in engines_across_loops(project, module):
        from sessionlint.rules.engine.engine_across_event_loops.fix import null_pool_fix

        yield RULE.finding(
            engine.place,
            _message(engine),
            severity=Severity.ERROR if engine.caller is Caller.TASK else RULE.severity,
            related=tuple(Related(run.site.place, "this starts a new event loop") for run in engine.runs[:_SHOWN]),
            help="give it `poolclass=NullPool`, or `await engine.dispose()` before each loop ends",
            fix=null_pool_fix(project, engine.site),
        )

    for kept in engines_of_fixtures(project, module):
        from sessionlint.rules.engine.engine_across_event_loops.fix import null_pool_fix

        yield RULE.finding(
            kept.site.place,
            _message_of_fixture(kept),
            related=(Related(kept.user.place, f"its loop lives for one {kept.loop}"),),
            help=f'give it `poolclass=NullPool`, or its tests and fixtures one loop: `loop_scope="{kept.scope}"`',
            fix=null_pool_fix(project, kept.site),
        )


def _message_of_fixture(kept: FixtureEngine) -> str:
    lives = f"the fixture `{kept.fixture.node.name}` keeps it for the {kept.scope}"
    when = f"{lives}, `{kept.user.node.name}` has an event loop for each {kept.loop}"
    return f"this engine's pool hands connections of one event loop to the next ({when}): asyncpg and aiomysql fail on them"


def _message(engine: LoopEngine) -> str:
    function = engine.runs[0].function
    if engine.caller is Caller.PAGE:
        when = "each rerun of the Streamlit page starts a new event loop"
    elif engine.caller is not None and function is not None:
        kind = "" if engine.caller is Caller.REACHED else f"{engine.caller.value} "
        when = f"{kind}`{function.node.name}` starts a new event loop each time it runs"
    elif len(engine.runs) > 1:
        when = f"{len(engine.runs)} event loops use it one after the other"
    else:
        when = "a loop starts one event loop after the other"
    return f"this engine's pool hands connections of one event loop to the next ({when}): asyncpg and aiomysql fail on them"
