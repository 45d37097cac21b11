"""How a provider may be used: one table, kind of provider x kind of use -> rule or fine."""

from collections.abc import Mapping
from enum import Enum

from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import TRANSPARENT


class Provider(Enum):
    """What gives a session, by what calling it gives."""

    GENERATOR = "generator function"
    ASYNC_GENERATOR = "async generator function"
    CONTEXT_MANAGER = "`@contextmanager` function"
    ASYNC_CONTEXT_MANAGER = "`@asynccontextmanager` function"
    RETURNS_CONTEXT_MANAGER = "function returning a context manager"
    RETURNS_ASYNC_CONTEXT_MANAGER = "function returning an async context manager"
    RETURNS_SESSION = "function returning a session"
    FACTORY = "session factory or class"


class Use(Enum):
    """What a consumer does, ``f`` being the provider."""

    DEPENDS = "Depends(f)"
    DEPENDS_CALLED = "Depends(f())"
    WITH = "with f()"
    ASYNC_WITH = "async with f()"
    FOR = "for x in f()"
    ASYNC_FOR = "async for x in f()"
    YIELD_FROM = "yield from f()"
    NEXT = "next(f())"
    ANEXT = "anext(f())"
    AWAIT = "await f()"
    AS_SESSION = "f().execute()"
    BY_HAND = "f().__enter__()"


# "fine" here may break another rule: a session that a function returns is SES402's, `async with` on a sync session
# SES607's, a call of a factory SES301's.
_CELLS = """
                GENERATOR  ASYNC_GENERATOR  CONTEXT_MANAGER  ASYNC_CONTEXT_MANAGER  RETURNS_CONTEXT_MANAGER  RETURNS_ASYNC_CONTEXT_MANAGER  RETURNS_SESSION  FACTORY
DEPENDS         fine       fine             SES501           SES501                 SES501                   SES501                         fine             SES503
DEPENDS_CALLED  SES502     SES502           SES502           SES502                 SES502                   SES502                         SES502           SES502
WITH            SES506     SES506           fine             SES506                 fine                     SES506                         fine             fine
ASYNC_WITH      SES506     SES506           SES506           fine                   SES506                   fine                           fine             fine
FOR             SES507     SES506           SES506           SES506                 SES506                   SES506                         fine             fine
ASYNC_FOR       SES506     SES507           SES506           SES506                 SES506                   SES506                         fine             fine
YIELD_FROM      fine       SES506           SES506           SES506                 SES506                   SES506                         fine             fine
NEXT            SES507     SES506           SES506           SES506                 SES506                   SES506                         fine             fine
ANEXT           SES506     SES507           SES506           SES506                 SES506                   SES506                         fine             fine
AWAIT           SES506     SES506           SES506           SES506                 SES506                   SES506                         fine             fine
AS_SESSION      SES505     SES505           SES505           SES505                 SES505                   SES505                         fine             fine
BY_HAND         SES506     SES506           SES505           SES505                 SES505                   SES505                         fine             fine
"""  # noqa: E501 - a table is read across


def _table(cells: str) -> dict[Provider, dict[Use, str | None]]:
    header, *rows = (line.split() for line in cells.strip().splitlines())
    return {
        Provider[name]: {Use[row[0]]: None if row[column] == "fine" else row[column] for row in rows}
        for column, name in enumerate(header, start=1)
    }


TABLE: Mapping[Provider, Mapping[Use, str | None]] = _table(_CELLS)

_CONTEXT_DECORATORS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


def provider_of(project: Project, kind: kinds.Kind) -> Provider | None:
    """Which kind of session provider a callable is; None for what gives no session, or nobody knows what."""
    match kind:
        case kinds.Factory(trusted=True):
            return Provider.RETURNS_SESSION  # a wrapper: how it is called is not known, so `Depends` may be right
        case kinds.Factory() | kinds.SessionType() | kinds.Method(owner=kinds.Factory(), name="begin"):
            return Provider.FACTORY
        case kinds.ClassKind(cls=cls):
            own = any("__init__" in ancestor.methods for ancestor in project.evaluator.ancestors(cls))
            return Provider.FACTORY if project.evaluator.session_type(kind) is not None and not own else None
        case kinds.Partial(func=func):
            return provider_of(project, func)
        case kinds.LambdaKind(term=term, scope=scope):
            return _returning(project.kind(term.body, scope))
        case kinds.FunctionKind(function=function):
            given = project.evaluator.trust.given(function) if not kind.wrapped else None
            return _trusted(given) if given is not None else _function(project, kind)
        case kinds.Callback(value=value, trusted=True):
            return _trusted(value)
        case _:
            return None


def _function(project: Project, kind: kinds.FunctionKind) -> Provider | None:
    given = project.evaluator.result(kind)
    decorators = project.evaluator.decorators(kind.function) | ({kind.wrapped} if kind.wrapped else set())
    if not decorators - _CONTEXT_DECORATORS <= TRANSPARENT:
        return None  # a decorator that nobody knows may make anything of it
    match given:
        case kinds.Generator(value=kinds.Session(), is_async=is_async) if kind.function.node.is_generator:
            return Provider.ASYNC_GENERATOR if is_async else Provider.GENERATOR
        case kinds.ContextManager(value=kinds.Session(), is_async=is_async) if decorators & _CONTEXT_DECORATORS:
            return Provider.ASYNC_CONTEXT_MANAGER if is_async else Provider.CONTEXT_MANAGER
        case _:
            return _returning(given)


def _trusted(given: kinds.Kind) -> Provider | None:
    """What the configuration says of a provider: a generator, a context manager, or one that returns a session."""
    return object_of(given) or _returning(given)


def _returning(given: kinds.Kind) -> Provider | None:
    match given:
        case kinds.Awaitable(value=value):
            return _returning(value)
        case kinds.ContextManager(value=kinds.Session(), is_async=is_async):
            return Provider.RETURNS_ASYNC_CONTEXT_MANAGER if is_async else Provider.RETURNS_CONTEXT_MANAGER
        case kinds.Session():
            return Provider.RETURNS_SESSION
        case _:
            return None


def object_of(kind: kinds.Kind) -> Provider | None:
    """The kind of provider that a *called* provider came from: a generator or a context manager of a session."""
    match kind:
        case kinds.Generator(value=kinds.Session(), is_async=is_async):
            return Provider.ASYNC_GENERATOR if is_async else Provider.GENERATOR
        case kinds.ContextManager(value=kinds.Session(), is_async=is_async):
            return Provider.ASYNC_CONTEXT_MANAGER if is_async else Provider.CONTEXT_MANAGER
        case _:
            return None


def markdown_table() -> str:
    """The table as the documentation shows it: uses down, providers across."""
    lines = ["| use | " + " | ".join(provider.value for provider in Provider) + " |"]
    lines.append("|---" * (len(Provider) + 1) + "|")
    for use in Use:
        cells = [TABLE[provider][use] or "fine" for provider in Provider]
        lines.append(f"| `{use.value}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
