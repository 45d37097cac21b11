"""SES506 provider-protocol: a provider is used by a protocol that it does not have.

Why: a plain generator has no ``__enter__``, a context manager cannot be iterated, an async one cannot be entered by ``with``,
and neither can be awaited. The line raises whenever it runs.

Fix safety: unsafe where nothing but ``with`` uses the provider, which is then decorated for all of them. Safe for another
``with`` of the right colour, where a certain error becomes working code and the definition stays as it is. None where a block
would have to be chosen.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.providers.consumptions import Consumption, consumptions
from sessionlint.questions.providers.held_as import session_name
from sessionlint.questions.providers.usage_table import Provider, Use

RULE = Rule(
    code="SES506",
    name="provider-protocol",
    severity=Severity.ERROR,
    why="The provider gives an object that does not support this; the line raises each time it runs.",
    symptoms=(
        "TypeError: 'generator' object does not support the context manager protocol",
        "TypeError: 'async_generator' object does not support the asynchronous context manager protocol",
        "TypeError: 'generator' object does not support the asynchronous context manager protocol",
        "TypeError: '_GeneratorContextManager' object is not iterable",
        "TypeError: '_GeneratorContextManager' object does not support the asynchronous context manager protocol",
        "TypeError: '_AsyncGeneratorContextManager' object does not support the context manager protocol",
        "TypeError: object async_generator can't be used in 'await' expression",
        "TypeError: object _AsyncGeneratorContextManager can't be used in 'await' expression",
        "TypeError: 'async for' requires an object with __aiter__ method, got _AsyncGeneratorContextManager",
        "AttributeError: __enter__",
    ),
    yields_to=("SES607",),
    uncovers=True,
)

_WHAT = {
    Provider.GENERATOR: "a generator",
    Provider.ASYNC_GENERATOR: "an async generator",
    Provider.CONTEXT_MANAGER: "a context manager",
    Provider.ASYNC_CONTEXT_MANAGER: "an async context manager",
}
_HOW = {
    Use.WITH: "`with` cannot enter",
    Use.ASYNC_WITH: "`async with` cannot enter",
    Use.FOR: "`for` cannot iterate",
    Use.ASYNC_FOR: "`async for` cannot iterate",
    Use.YIELD_FROM: "`yield from` cannot iterate",
    Use.NEXT: "`next` cannot advance",
    Use.ANEXT: "`anext` cannot advance",
    Use.AWAIT: "`await` cannot wait for",
    Use.BY_HAND: "`__enter__` does not exist on",
}
_RIGHT = {
    Provider.GENERATOR: "with contextmanager({0})() as {1}:",
    Provider.ASYNC_GENERATOR: "async with asynccontextmanager({0})() as {1}:",
    Provider.CONTEXT_MANAGER: "with {0}() as {1}:",
    Provider.ASYNC_CONTEXT_MANAGER: "async with {0}() as {1}:",
}


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in consumptions(project, module, RULE.code):
        from sessionlint.rules.consumption.provider_protocol.fix import protocol_fix

        yield RULE.finding(
            found.place,
            _message(found),
            related=(Related(found.definition, "the provider is defined here"),) if found.definition is not None else (),
            help=f"write `{_RIGHT[found.provider].format(found.written.removesuffix('()'), session_name(project, found))}`",
            fix=protocol_fix(project, found),
        )


def _message(found: Consumption) -> str:
    return f"{_HOW[found.use]} {_WHAT[found.provider]}, which is what `{found.written}` gives: this line always raises"
