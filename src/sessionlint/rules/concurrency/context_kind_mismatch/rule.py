"""SES607 context-kind-mismatch: ``with`` on an async session, or ``async with`` on a synchronous one.

Why: async sessions, transactions and connections can be entered by ``async with`` only, synchronous ones by ``with``
only. The other keyword raises TypeError (AttributeError before Python 3.11) before the first line of the block runs. So does
either on a factory or a registry that was not called.

Fix safety: ``with`` becomes ``async with`` where the function is asynchronous already, and a factory is called; safe, it turns
a certain error into working code. There is none for the reverse: the code was written for another kind of session.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Related
from sessionlint.model.source import Place, Span
from sessionlint.rules.concurrency.context_kind_mismatch import RULE
from sessionlint.rules.concurrency.context_kind_mismatch.search import (
    EnteredFactory,
    MismatchedContext,
    entered_factories,
    mismatched_contexts,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in mismatched_contexts(project, module):
        wrong, right = _keyword(not found.is_async), _keyword(found.is_async)
        kind = "an async" if found.is_async else "a synchronous"
        yield RULE.finding(
            found.context,
            f"`{wrong} {found.written}` raises TypeError: {kind} {found.what} needs `{right}`",
            related=tuple(_related(found)),
            help=f"write `{right} {found.written}`",
            fix=_made_async(found),
        )

    for entered in entered_factories(project, module):
        yield RULE.finding(
            entered.context,
            f"`{_keyword(entered.statement.is_async)} {entered.written}` raises TypeError: a session factory has to be called",
            related=tuple(_related(entered)),
            help=f"write `{_keyword(entered.is_async)} {entered.written}()`" if not entered.built else _OPEN,
            fix=_called(entered),
        )


_OPEN = "open a session of the factory that the application has"


def _keyword(is_async: bool) -> str:
    return "async with" if is_async else "with"


def _called(entered: EnteredFactory) -> Fix | None:
    if entered.built or entered.is_async is not entered.statement.is_async:
        return None
    place = Place(entered.context.path, Span(entered.context.span.end, entered.context.span.end))
    return Fix("Call it", (Edit(place, "()"),), Applicability.SAFE)


def _related(found: MismatchedContext | EnteredFactory) -> Iterator[Related]:
    if found.origin is not None and found.origin != found.context:
        yield Related(found.origin, "it is built here")


def _made_async(found: MismatchedContext) -> Fix | None:
    if not found.mendable:
        return None
    start = found.statement.span.start
    place = Place(found.context.path, Span(start, start))
    return Fix("Enter it with `async with`", (Edit(place, "async "),), Applicability.SAFE)
