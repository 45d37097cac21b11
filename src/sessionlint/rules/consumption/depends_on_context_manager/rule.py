"""SES501 depends-on-context-manager: ``Depends`` is given a context-manager function instead of a generator function.

Why: FastAPI looks for generator functions and enters them itself ("you don't have to use the decorators for FastAPI
dependencies, and you shouldn't"). What a decorated function returns is no generator function's work any more, and FastAPI
fails; what an undecorated function returns is passed on as it is, and the route holds a context manager, not a session.

Fix safety: safe when ``Depends`` is its only use; unsafe when a ``with`` somewhere else enters it, which then gets the
decorator around the function. None when it is used in other ways.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.providers.consumptions import Consumption, consumptions
from sessionlint.questions.providers.usage_table import Provider

RULE = Rule(
    code="SES501",
    name="depends-on-context-manager",
    severity=Severity.ERROR,
    why="FastAPI enters generator functions itself; given a context manager, it fails or passes it on unentered.",
    symptoms=(
        "TypeError: '_GeneratorContextManager' object is not an iterator",
        "'_GeneratorContextManager' object has no attribute 'scalar'",
        "'_GeneratorContextManager' object has no attribute 'throw'",
        "'_AsyncGeneratorContextManager' object has no attribute 'execute'",
        "'_AsyncGeneratorContextManager' object is not an async iterator",
    ),
    hints=("contextmanager_in_threadpool", "solve_generator", "solve_dependencies"),
    uncovers=True,
)

_SYNCHRONOUS = (Provider.CONTEXT_MANAGER, Provider.RETURNS_CONTEXT_MANAGER)
_RETURNING = (Provider.RETURNS_CONTEXT_MANAGER, Provider.RETURNS_ASYNC_CONTEXT_MANAGER)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in consumptions(project, module, RULE.code):
        from sessionlint.rules.consumption.depends_on_context_manager.fix import undecorated_fix

        yield RULE.finding(
            found.place,
            _message(found),
            related=tuple(_related(project, found)),
            help=_help(found),
            fix=undecorated_fix(project, found),
        )


def _related(project: Project, found: Consumption) -> Iterator[Related]:
    from sessionlint.rules.consumption.depends_on_context_manager.fix import in_the_way

    if found.definition is not None:
        yield Related(found.definition, "the provider is defined here")
    other = in_the_way(project, found)
    if other is not None:
        yield Related(other, "this use needs the decorator")


def _help(found: Consumption) -> str:
    prefix, block = ("", "with") if found.provider in _SYNCHRONOUS else ("async", "async with")
    name = found.written.removesuffix("()")
    return f"depend on a plain generator function, and keep `{prefix}contextmanager({name})` for callers that use `{block}`"


def _message(found: Consumption) -> str:
    if found.provider in _RETURNING:
        return f"`{found.written}` returns a context manager, and FastAPI does not enter it: the route gets no session"
    decorator = "@contextmanager" if found.provider is Provider.CONTEXT_MANAGER else "@asynccontextmanager"
    return f"`{found.written}` is decorated with `{decorator}`, which FastAPI cannot enter: every request fails"
