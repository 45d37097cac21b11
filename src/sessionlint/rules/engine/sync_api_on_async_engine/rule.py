"""SES114 sync-api-on-async-engine: an asynchronous engine or connection is given to what works with synchronous ones only.

Why: ``create_all()``, ``inspect()``, ``pandas.read_sql()`` and event listeners know nothing of asyncio; an asynchronous
connection runs them in ``run_sync()``, with the synchronous connection behind it (SQLAlchemy, "Asynchronous I/O").

Fix safety: safe. The call raises whenever it runs; behind the fix it does what it says.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.engine.sync_api_on_async_engine import RULE
from sessionlint.rules.engine.sync_api_on_async_engine.search import LISTENING, Misgiven, misgiven


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in misgiven(project, module):
        yield _finding(project, found)


def _finding(project: Project, found: Misgiven) -> Finding:
    from sessionlint.rules.engine.sync_api_on_async_engine.fix import connection_name, run_sync_fix

    written = walk.dotted(found.given) or "what it is given"
    fails = f"raises {found.error}" if found.error else "fails"
    return RULE.finding(
        found.site.place,
        f"`{found.function}()` {fails}: `{written}` is an asynchronous {found.noun}, and it works with synchronous ones only",
        related=(Related(found.origin, "the engine is built here"),) if found.origin is not None else (),
        help=_help(found, written, connection_name(found.site.scope) or "connection"),
        fix=run_sync_fix(project, found),
    )


def _help(found: Misgiven, written: str, name: str) -> str:
    if found.function in LISTENING:
        return f"listen to the synchronous one behind it: `{written}.sync_{found.noun}`"
    if found.noun == "engine":
        return f"run it in a connection: `async with {written}.begin() as {name}: await {name}.run_sync(...)`"
    return f"let the connection run it: `await {written}.run_sync(...)`"
