"""SES607 context-kind-mismatch: ``with`` on an async session, or ``async with`` on a synchronous one.

Why: async sessions, transactions and connections can be entered by ``async with`` only, synchronous ones by ``with``
only. The other keyword raises TypeError (AttributeError before Python 3.11) before the first line of the block runs.

Fix safety: ``with`` becomes ``async with`` where the function is asynchronous already; safe, it turns a certain error
into working code. There is none for the reverse: the code was written for another kind of session.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Related, Rule, Severity
from sessionlint.model.source import Place, Span
from sessionlint.rules.concurrency.context_kind_mismatch.search import MismatchedContext, mismatched_contexts

RULE = Rule(
    code="SES607",
    name="context-kind-mismatch",
    severity=Severity.ERROR,
    why="The wrong kind of with raises TypeError before the first line of the block runs.",
    symptoms=(
        "TypeError: 'AsyncSession' object does not support the context manager protocol",
        "TypeError: 'Session' object does not support the asynchronous context manager protocol",
        "AttributeError: __enter__",
        "AttributeError: __aenter__",
    ),
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in mismatched_contexts(project, module):
        wrong, right = ("with", "async with") if found.is_async else ("async with", "with")
        kind = "an async" if found.is_async else "a synchronous"
        yield RULE.finding(
            found.context,
            f"`{wrong} {found.written}` raises TypeError: {kind} {found.what} needs `{right}`",
            related=tuple(_related(found)),
            help=f"write `{right} {found.written}`",
            fix=_made_async(found),
        )


def _related(found: MismatchedContext) -> Iterator[Related]:
    if found.origin is not None and found.origin != found.context:
        yield Related(found.origin, "it is built here")


def _made_async(found: MismatchedContext) -> Fix | None:
    if not found.mendable:
        return None
    start = found.statement.span.start
    place = Place(found.context.path, Span(start, start))
    return Fix("Enter it with `async with`", (Edit(place, "async "),), Applicability.SAFE)
