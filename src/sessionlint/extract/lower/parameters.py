"""Parameters of functions and lambdas."""

import ast
from typing import Literal

from sessionlint.extract.lower.walk import Walk
from sessionlint.model.facts import Parameter
from sessionlint.model.regex import regex

Kind = Literal["/", "", "*", "kw", "**"]

_TO_STAR = regex(r"(?:[\s\\,/]|#[^\r\n]*(?![^\r\n]))*")


def _in_order(params: ast.arguments) -> list[tuple[Kind, ast.arg, ast.expr | None]]:
    found: list[tuple[Kind, ast.arg, ast.expr | None]] = [("", param, None) for param in params.args]
    if params.posonlyargs:
        found[:0] = [("/", param, None) for param in params.posonlyargs]
    for index, default in enumerate(params.defaults, len(found) - len(params.defaults)):
        found[index] = (*found[index][:2], default)
    if params.vararg is not None:
        found.append(("*", params.vararg, None))
    found += [("kw", param, default) for param, default in zip(params.kwonlyargs, params.kw_defaults, strict=True)]
    if params.kwarg is not None:
        found.append(("**", params.kwarg, None))
    return found


def _default_end(walk: Walk, behind: int, default: ast.expr) -> int:
    """The end of a default with the parentheses around it; the parameter before it ends at ``behind``."""
    start, end = walk.start(default), walk.end(default)
    if walk.text[start - 1] == "=" or walk.text[start - 2 : start] == "= ":
        return end
    outer = walk.skip_gap(walk.skip_gap(behind) + 1)
    return walk.closed(end, walk.opened(outer, start))


def _starred_start(walk: Walk, behind: int) -> int:
    """Where the stars of a parameter begin; ``behind`` is where what precedes it ends, but for commas and a slash."""
    star = _TO_STAR.match(walk.text, behind)
    return star.end() if star else behind


def _parameter(walk: Walk, behind: int, kind: Kind, param: ast.arg, default: ast.expr | None) -> Parameter:
    annotation = walk.optional(param.annotation)
    start, end = walk.start(param), walk.end(param)
    if kind in ("*", "**"):
        start = _starred_start(walk, behind)
    if default is None:
        return Parameter(start, end, param.arg, annotation, None, kind)
    return Parameter(start, _default_end(walk, end, default), param.arg, annotation, walk.term(default), kind)


def parameters(walk: Walk, params: ast.arguments, behind: int) -> tuple[Parameter, ...]:
    """All parameters in the order in which they are written; ``behind`` is where they may begin."""
    found: list[Parameter] = []
    for kind, param, default in _in_order(params):
        found.append(_parameter(walk, found[-1].end if found else behind, kind, param, default))
    return tuple(found)
