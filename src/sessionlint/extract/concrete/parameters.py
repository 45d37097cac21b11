"""Parameters of functions and lambdas."""

from collections.abc import Iterator
from typing import Literal

import libcst as cst

from sessionlint.extract.concrete.walk import Walk
from sessionlint.model.facts import Parameter
from sessionlint.model.source import Span

Kind = Literal["/", "", "*", "kw", "**"]


def _in_order(params: cst.Parameters) -> Iterator[tuple[Kind, cst.Param]]:
    for param in params.posonly_params:
        yield "/", param
    for param in params.params:
        yield "", param
    if isinstance(params.star_arg, cst.Param):
        yield "*", params.star_arg
    for param in params.kwonly_params:
        yield "kw", param
    if params.star_kwarg is not None:
        yield "**", params.star_kwarg


def parameter_end(walk: Walk, param: cst.Param) -> int:
    """Behind the default, the annotation or the name of a parameter."""
    if param.default is not None:
        return walk.outer_end(param.default)
    return walk.outer_end(param.annotation.annotation) if param.annotation is not None else walk.span(param).end


def _parameter(walk: Walk, kind: Kind, param: cst.Param) -> Parameter:
    annotation = None if param.annotation is None else walk.term(param.annotation.annotation)
    span = Span(walk.span(param).start, parameter_end(walk, param))
    return Parameter(span, param.name.value, annotation, walk.optional(param.default), kind)


def parameters(walk: Walk, params: cst.Parameters) -> tuple[Parameter, ...]:
    """All parameters in the order in which they are written."""
    return tuple([_parameter(walk, kind, param) for kind, param in _in_order(params)])
