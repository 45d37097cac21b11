"""Handlers that cannot be there for errors of the database."""

from sessionlint.link.names.scopes import Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Collection, Handler, Term

# of Python's own, those that no driver raises: a `TimeoutError` or an `OSError` may come from a connection
_PLAIN = frozenset(
    {
        *("ArithmeticError", "AssertionError", "AttributeError", "ImportError", "IndexError", "KeyError", "LookupError"),
        *("ModuleNotFoundError", "NameError", "StopIteration", "SyntaxError", "TypeError", "UnicodeError", "ValueError"),
        *("UnicodeDecodeError", "ZeroDivisionError", "KeyboardInterrupt"),
    }
)
_ELSEWHERE = (
    "json.",
    "jwt.",
    "jose.",
    "fastapi.",
    "starlette.",
    "pydantic.",
    "httpx.",
    "requests.",
    "decimal.",
    "uuid.",
    "binascii.",
)


def may_catch_database_errors(project: Project, handler: Handler, scope: Scope) -> bool:
    """False for ``except ValueError:``; a name that cannot be followed may mean anything."""
    caught = handler.type
    if caught is None:
        return True
    types = caught.items if isinstance(caught, Collection) else (caught,)
    return not all(_is_other(project, one, scope) for one in types)


def _is_other(project: Project, caught: Term, scope: Scope) -> bool:
    kind = project.kind(caught, scope)
    if not isinstance(kind, kinds.External):
        return False
    package, _, name = kind.name.partition(".")
    return name in _PLAIN if package == "builtins" else kind.name.startswith(_ELSEWHERE)
