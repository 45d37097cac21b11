"""SES505 provider-not-entered: a generator or a context manager of a session is used as if it were the session.

Why: the provider has not been entered, so there is no session yet: the first use raises ``AttributeError``. Entered by hand on a
temporary (``get_db().__enter__()``), the context manager is collected at once, and the session is closed before its first use.

Fix safety: there is no fix: the block in which the session is wanted has to be chosen.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.providers.consumptions import Consumption, consumptions
from sessionlint.questions.providers.held_as import session_name
from sessionlint.questions.providers.usage_table import Provider, Use
from sessionlint.rules.consumption.provider_not_entered import RULE

_WHAT = {
    Provider.GENERATOR: "a generator",
    Provider.ASYNC_GENERATOR: "an async generator",
    Provider.CONTEXT_MANAGER: "a context manager",
    Provider.ASYNC_CONTEXT_MANAGER: "an async context manager",
}


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in consumptions(project, module, RULE.code):
        yield RULE.finding(
            found.place,
            _message(found),
            related=(Related(found.definition, "the provider is defined here"),) if found.definition is not None else (),
            help=_help(project, found),
        )


def _message(found: Consumption) -> str:
    if found.use is Use.BY_HAND:
        return (
            f"nobody keeps the context manager of `{found.written}`: it is collected at once, and its session closed before use"
        )
    return f"`{found.written}` gives {_WHAT[found.provider]}, not a session: {_failing(found.detail)} fails"


def _help(project: Project, found: Consumption) -> str:
    held = session_name(project, found)
    name = found.written.removesuffix("()")
    match found.provider:
        case Provider.GENERATOR:
            return f"enter it: `with contextmanager({name})() as {held}:`"
        case Provider.ASYNC_GENERATOR:
            return f"enter it: `async with asynccontextmanager({name})() as {held}:`"
        case Provider.ASYNC_CONTEXT_MANAGER:
            return f"enter it: `async with {found.written} as {held}:`"
        case _:
            return f"enter it: `with {found.written} as {held}:`"


def _failing(detail: str) -> str:
    return f"`{detail}`" if detail.startswith(".") else detail
