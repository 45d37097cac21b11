"""SES508 session-kind-mismatch: a parameter says ``Session`` and its provider gives an ``AsyncSession``, or the reverse.

Why: FastAPI does not compare the annotation with what the provider yields, and no type checker does, because ``Depends()``
returns ``Any``. The code is written, and checked, for the wrong class.

Fix safety: there is no fix: either the annotation or the provider is wrong.
"""

from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.rules.consumption.session_kind_mismatch.search import mismatches

RULE = Rule(
    code="SES508",
    name="session-kind-mismatch",
    severity=Severity.ERROR,
    why="Neither FastAPI nor a type checker compares the two, so the route is written for a class that it does not get.",
    symptoms=(
        "TypeError: object int can't be used in 'await' expression",
        "TypeError: object ChunkedIteratorResult can't be used in 'await' expression",
        "AttributeError: 'AsyncSession' object has no attribute 'query'",
        "RuntimeWarning: coroutine 'AsyncSession.execute' was never awaited",
        "TypeError: 'coroutine' object is not iterable",
        "AttributeError: 'coroutine' object has no attribute 'scalars'",
    ),
)


def check(project: Project) -> Iterator[Finding]:
    for found in mismatches(project):
        yield Finding(
            code=RULE.code,
            place=found.place,
            message=f"the annotation says {found.declared}, but `{found.written}` gives {found.given}",
            severity=RULE.severity,
            related=(Related(found.provider, "the provider is defined here"),) if found.provider is not None else (),
            help=f"annotate it {found.given}, or depend on a provider that gives what the annotation says",
        )
