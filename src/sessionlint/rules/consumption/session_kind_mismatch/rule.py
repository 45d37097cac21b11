"""SES508 session-kind-mismatch: a parameter says ``Session`` and its provider gives an ``AsyncSession``, or the reverse.

Why: FastAPI does not compare the annotation with what the provider yields, and no type checker does, because ``Depends()``
returns ``Any``. The code is written, and checked, for the wrong class.

Fix safety: there is no fix: either the annotation or the provider is wrong.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.externals import canonical
from sessionlint.model import walk
from sessionlint.model.facts import Subscript, Term
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.depends import Dependency, module_dependencies

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
    about_use=True,
)
_MAKERS = frozenset({"sessionmaker", "async_sessionmaker"})


@dataclass(frozen=True, slots=True, eq=False)
class Mismatch:
    """``declared`` and ``given`` describe the two for a message; ``session`` is what the provider gives.

    ``place`` is the ``Depends``, ``provider`` the provider's definition, ``written`` its name in the source.
    """

    place: Place
    declared: str
    given: str
    written: str
    provider: Place | None
    session: kinds.Session


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in mismatches(project, module):
        yield RULE.finding(
            found.place,
            f"the annotation says {found.declared}, but `{found.written}` gives {found.given}",
            related=(Related(found.provider, "the provider is defined here"),) if found.provider is not None else (),
            help=f"annotate it {found.given}, or depend on a provider that gives what the annotation says",
        )


def mismatches(project: Project, module: ModuleScope) -> Iterator[Mismatch]:
    """Every ``Depends`` on a known session provider beside an annotation that names something else."""
    for dependency in module_dependencies(project, module):
        given = _given(project, dependency)
        if given is None or dependency.annotation is None or dependency.provider is None:
            continue
        declared = _declared(project, dependency.annotation, dependency, given)
        if declared is None:
            continue
        kind = project.kind(dependency.provider, dependency.scope)
        provider = kind.function.place if isinstance(kind, kinds.FunctionKind) else None
        written = walk.dotted(dependency.provider) or "the provider"
        yield Mismatch(dependency.place, declared, _name(given), written, provider, given)


def _given(project: Project, dependency: Dependency) -> kinds.Session | None:
    """The session that FastAPI hands to the parameter; None for a context manager (SES501) and for anything unknown."""
    kind = project.kind(dependency.call, dependency.scope)
    value = kind.value if isinstance(kind, kinds.Dependency) else kinds.UNKNOWN
    return value if isinstance(value, kinds.Session) else None


def _declared(project: Project, annotation: Term, dependency: Dependency, given: kinds.Session) -> str | None:
    scope = dependency.scope
    if isinstance(project.kind(annotation, scope), kinds.Factory):
        return f"`{walk.dotted(annotation)}`, which is a session factory"
    generic = annotation.value if isinstance(annotation, Subscript) else annotation
    kind = project.kind(generic, scope)
    if isinstance(kind, kinds.External) and canonical(kind.name) in _MAKERS:
        return f"`{canonical(kind.name)}`, which is a session factory"
    match project.evaluator.annotated(annotation, scope):
        case kinds.Session(is_async=is_async) as session if is_async != given.is_async:
            return _name(session)
        case kinds.Generator(value=kinds.Session()):
            return "a generator"
        case kinds.ContextManager(value=kinds.Session()):
            return "a context manager"
        case _:
            return None


def _name(session: kinds.Session) -> str:
    return "`AsyncSession`" if session.is_async else "`Session`"
