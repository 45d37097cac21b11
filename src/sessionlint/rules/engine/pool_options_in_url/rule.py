"""SES105 pool-options-in-url: an option of the connection pool stands in the URL's query.

Why: SQLAlchemy hands the query of a URL to the driver. The pool keeps its defaults, and the driver rejects an option that
it does not know when the first connection is made (SQLite ignores it).

Fix safety: unsafe; moving the options to ``create_engine`` changes the size of the pool, which is what was meant.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.engines.drivers import misplaced_options
from sessionlint.questions.engines.urls import EngineUrl, engine_urls
from sessionlint.rules.engine.pool_options_in_url import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for url in engine_urls(project, module):
        options = misplaced_options(url.drivername, url.options) if url.drivername is not None else ()
        if options:
            from sessionlint.rules.engine.pool_options_in_url.fix import pool_options_fix

            yield RULE.finding(
                url.site.place,
                _message(url, options),
                related=(Related(url.place, "the URL is written here"),),
                help=f"pass {_listed(options, '=...')} to the engine and leave the URL without",
                fix=pool_options_fix(project, url, options),
            )


def _message(url: EngineUrl, options: tuple[str, ...]) -> str:
    one = len(options) == 1
    where = f"{_listed(options)} in the URL {'does' if one else 'do'} not reach the pool, which keeps its defaults"
    if (url.drivername or "").startswith("sqlite"):
        return f"{where}: SQLite's driver ignores {'it' if one else 'them'}"
    return f"{where}: the driver gets {'it' if one else 'them'} and refuses to connect"


def _listed(options: tuple[str, ...], suffix: str = "") -> str:
    *others, last = (f"`{option}{suffix}`" for option in options)
    return f"{', '.join(others)} and {last}" if others else last
