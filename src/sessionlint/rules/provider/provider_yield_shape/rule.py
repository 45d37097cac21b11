"""SES407 provider-yield-shape: a provider that does not yield exactly once.

Why: FastAPI and ``contextlib`` enter a generator with one ``next`` and leave it with another. No ``yield`` on the way, or
a second one, is a RuntimeError in the request that takes that way.

Fix safety: none; what the other yield is for is not known.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.rules.provider.provider_yield_shape.circle import circles
from sessionlint.rules.provider.provider_yield_shape.search import MisshapenLender, Shape, misshapen_lenders

RULE = Rule(
    code="SES407",
    name="provider-yield-shape",
    severity=Severity.ERROR,
    why="FastAPI and contextlib want exactly one `yield` on every path; anything else is a RuntimeError for that request.",
    symptoms=(
        "generator didn't yield",
        "generator didn't stop",
        "generator didn't stop after throw()",
        "RecursionError: maximum recursion depth exceeded",
    ),
    hints=("contextlib.py", "return next(self.gen)"),
    yields_to=("SES408",),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)

_MESSAGES = {
    Shape.NONE: 'nothing is yielded on the path past this: RuntimeError "generator didn\'t yield"',
    Shape.TWICE: 'a second `yield` behind the first: RuntimeError "generator didn\'t stop" when the first is done',
    Shape.LOOP: 'this `yield` is reached again by the loop around it: RuntimeError "generator didn\'t stop"',
    Shape.HANDLER: 'on an error this yields a second time: RuntimeError "generator didn\'t stop after throw()"',
}
_HELP = {
    Shape.NONE: "raise an error, or yield on this path, too",
    Shape.TWICE: "yield once; `return` behind the first `yield` if it stands on a branch of its own",
    Shape.LOOP: "`return` behind the `yield`",
    Shape.HANDLER: "raise in the handler; keep what may fail before the `yield` in a `try` of its own",
}


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in misshapen_lenders(project, module):
        yield RULE.finding(
            found.place,
            _MESSAGES[found.shape],
            related=tuple(_related(found)),
            help=_HELP[found.shape],
        )
    for circle in circles(project, module):
        name = circle.function.node.name
        through = f" through `{circle.others[0].node.name}`" if circle.others else ""
        yield RULE.finding(
            circle.place,
            f"`{name}` runs itself again{through} before it yields: RecursionError, there is no session at the end of it",
            related=tuple(Related(other.place, "which comes back to it") for other in circle.others),
            help="open the session here with its factory",
        )


def _related(found: MisshapenLender) -> Iterator[Related]:
    first = found.lender.place(found.first.term)
    if first != found.place:
        yield Related(first, "the first `yield`" if found.shape is not Shape.NONE else "the only `yield`")
