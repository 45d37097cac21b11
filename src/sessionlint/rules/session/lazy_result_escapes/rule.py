"""SES309 lazy-result-escapes: a Query or a result that has not been read is returned out of the session's ``with``.

Why: nothing has been read when the block ends. A Query runs afterwards, on a new connection that nobody gives back; a result
cannot make its objects any more.

Fix safety: unsafe; with ``.all()`` callers get a list. Where the project asks the function's result for anything, or an
annotation names it, no fix is offered.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.lazy_result_escapes import RULE
from sessionlint.rules.session.lazy_result_escapes.search import LazyResult, lazy_results


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for result in lazy_results(project, module):
        from sessionlint.rules.session.lazy_result_escapes.fix import read_rows_fix

        yield RULE.finding(
            result.place,
            _message(result),
            related=tuple(_related(result)),
            help="read the rows inside the block: append `.all()`, or `.first()`",
            fix=read_rows_fix(project, result),
        )


def _message(result: LazyResult) -> str:
    if result.is_query:
        return "this query runs after its session was closed: it opens the session again, and nothing gives that connection back"
    return f"the result of `{result.method}()` is read after its session was closed: that raises InvalidRequestError"


def _related(result: LazyResult) -> Iterator[Related]:
    if result.made.span.start < result.place.span.start:
        yield Related(result.made, "made here, not read")
    yield Related(result.block.place, "closed at the end of this block")
