"""Parameters of functions and lambdas."""

import ast
from collections.abc import Iterator
from typing import Literal

from sessionlint.extract.abstract.walk import CannotTellError, Walk
from sessionlint.model.facts import Parameter
from sessionlint.model.source import Span

Kind = Literal["/", "", "*", "kw", "**"]


def _in_order(params: ast.arguments) -> Iterator[tuple[Kind, ast.arg, ast.expr | None]]:
    positional = len(params.posonlyargs) + len(params.args)
    defaults = iter([*[None] * (positional - len(params.defaults)), *params.defaults])
    for param in params.posonlyargs:
        yield "/", param, next(defaults)
    for param in params.args:
        yield "", param, next(defaults)
    if params.vararg is not None:
        yield "*", params.vararg, None
    for param, default in zip(params.kwonlyargs, params.kw_defaults, strict=True):
        yield "kw", param, default
    if params.kwarg is not None:
        yield "**", params.kwarg, None


def _default_end(walk: Walk, behind: int, default: ast.expr) -> int:
    """The end of a default with the parentheses around it; the parameter before it ends at ``behind``."""
    start, end = walk.span(default)
    if walk.text[start - 1] == "=" or walk.text[start - 2 : start] == "= ":
        return end
    outer = walk.skip_gap(walk.skip_gap(behind) + 1)
    return walk.closed(end, walk.opened(outer, start))


def _starred_start(walk: Walk, start: int, star: str) -> int:
    """Where the star before a name at ``start`` begins."""
    before = walk.text[:start] if walk.text[start - 1] == "*" else walk.text[:start].rstrip(" \t")
    if not before.endswith(star):
        raise CannotTellError("a star far from its parameter")
    return len(before) - len(star)


def _parameter(walk: Walk, kind: Kind, param: ast.arg, default: ast.expr | None) -> Parameter:
    annotation = walk.optional(param.annotation)
    start, end = walk.span(param)
    if kind in ("*", "**"):
        start = _starred_start(walk, start, kind)
    if default is None:
        return Parameter(Span(start, end), param.arg, annotation, None, kind)
    return Parameter(Span(start, _default_end(walk, end, default)), param.arg, annotation, walk.term(default), kind)


def parameters(walk: Walk, params: ast.arguments) -> tuple[Parameter, ...]:
    """All parameters in the order in which they are written."""
    return tuple([_parameter(walk, *each) for each in _in_order(params)])
