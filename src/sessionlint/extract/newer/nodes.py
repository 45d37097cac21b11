"""Nodes of the newest standard library's ``ast``: its own where the running Python has them, stand-ins elsewhere."""

import ast
import sys
from typing import TYPE_CHECKING, Any


class _StandIn:
    """Made as the library's nodes are, which type checkers know to allow but for classes of ours."""

    if TYPE_CHECKING:

        def __init__(self, *fields: Any) -> None: ...


if sys.version_info >= (3, 11):
    from ast import TryStar
else:

    class TryStar(ast.Try):
        """``try`` with ``except*``."""


if sys.version_info >= (3, 12):
    from ast import JoinedStr, ParamSpec, TypeAlias, TypeVar, TypeVarTuple
else:

    class JoinedStr(ast.JoinedStr):
        """An f-string whose fields stand where they say: in the library's own they do since Python 3.12."""

    class TypeAlias(_StandIn, ast.stmt):
        """``type name[type_params] = value``."""

        _fields = ("name", "type_params", "value")
        name: ast.expr
        value: ast.expr

    class TypeVar(_StandIn, ast.AST):
        """``name: bound`` of type parameters."""

        _fields = ("name", "bound")

    class ParamSpec(_StandIn, ast.AST):
        """``**name`` of type parameters."""

        _fields = ("name",)

    class TypeVarTuple(_StandIn, ast.AST):
        """``*name`` of type parameters."""

        _fields = ("name",)


if sys.version_info >= (3, 14):
    from ast import Interpolation, TemplateStr
else:

    class TemplateStr(ast.JoinedStr):
        """A t-string."""

    class Interpolation(_StandIn, ast.expr):
        """A field of a t-string; ``str`` is how its value is written."""

        _fields = ("value", "str", "conversion", "format_spec")
        value: ast.expr
        format_spec: ast.expr | None


__all__ = ["Interpolation", "JoinedStr", "ParamSpec", "TemplateStr", "TryStar", "TypeAlias", "TypeVar", "TypeVarTuple"]
