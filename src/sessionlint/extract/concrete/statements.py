"""Simple statements: those that fit on one line."""

from collections.abc import Sequence

import libcst as cst

from sessionlint.extract.concrete.walk import StatementTable, Walk
from sessionlint.model.facts import Alias, Assert, Assign, Delete, Evaluate, Import, Jump, Raise, Return, Scoping, Statement
from sessionlint.model.source import Span


def _assign(walk: Walk, node: cst.Assign) -> Statement:
    targets = walk.all_terms(target.target for target in node.targets)
    return Assign(walk.span(node), targets, walk.term(node.value))


def _annotated(walk: Walk, node: cst.AnnAssign) -> Statement:
    annotation = walk.term(node.annotation.annotation)
    return Assign(walk.span(node), (walk.term(node.target),), walk.optional(node.value), annotation)


def _augmented(walk: Walk, node: cst.AugAssign) -> Statement:
    return Assign(walk.span(node), (walk.term(node.target),), walk.term(node.value), augmented=True)


def _type_alias(walk: Walk, node: cst.TypeAlias) -> Statement:
    # libcst has a semicolon belong to it
    span = Span(walk.span(node).start, walk.outer_end(node.value))
    return Assign(span, (walk.term(node.name),), walk.term(node.value))


def _evaluate(walk: Walk, node: cst.Expr) -> Statement:
    return Evaluate(walk.span(node), walk.term(node.value))


def _return(walk: Walk, node: cst.Return) -> Statement:
    return Return(walk.span(node), walk.optional(node.value))


def _raise(walk: Walk, node: cst.Raise) -> Statement:
    cause = walk.term(node.cause.item) if node.cause is not None else None
    return Raise(walk.span(node), walk.optional(node.exc), cause)


def _delete(walk: Walk, node: cst.Del) -> Statement:
    target = walk.term(node.target)
    if isinstance(node.target, cst.Tuple) and not node.target.lpar:
        return Delete(walk.span(node), walk.all_terms(element.value for element in node.target.elements))
    return Delete(walk.span(node), (target,))


def _assert(walk: Walk, node: cst.Assert) -> Statement:
    return Assert(walk.span(node), walk.term(node.test), walk.optional(node.msg))


def _pass(walk: Walk, node: cst.Pass) -> Statement:
    return Jump(walk.span(node), "pass")


def _break(walk: Walk, node: cst.Break) -> Statement:
    return Jump(walk.span(node), "break")


def _continue(walk: Walk, node: cst.Continue) -> Statement:
    return Jump(walk.span(node), "continue")


def _global(walk: Walk, node: cst.Global) -> Statement:
    return Scoping(walk.span(node), "global", tuple([item.name.value for item in node.names]))


def _nonlocal(walk: Walk, node: cst.Nonlocal) -> Statement:
    return Scoping(walk.span(node), "nonlocal", tuple([item.name.value for item in node.names]))


def _dotted(node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join(reversed([*parts, node.value])) if isinstance(node, cst.Name) else ""


def _alias(walk: Walk, node: cst.ImportAlias) -> Alias:
    last = node.name if node.asname is None else node.asname.name
    asname = None if node.asname is None else _dotted(node.asname.name)
    return Alias(walk.between(node.name, last), _dotted(node.name), asname)


def _aliases(walk: Walk, nodes: Sequence[cst.ImportAlias]) -> tuple[Alias, ...]:
    return tuple([_alias(walk, node) for node in nodes])


def _import(walk: Walk, node: cst.Import) -> Statement:
    return Import(walk.span(node), None, 0, _aliases(walk, node.names))


def _import_from(walk: Walk, node: cst.ImportFrom) -> Statement:
    span = walk.span(node)
    module = "" if node.module is None else _dotted(node.module)
    if isinstance(node.names, cst.ImportStar):
        names: tuple[Alias, ...] = (Alias(span._replace(start=span.end - 1), "*"),)
    else:
        names = _aliases(walk, node.names)
    return Import(span, module, len(node.relative), names)


STATEMENTS: StatementTable = {
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.TypeAlias: _type_alias,
    cst.Expr: _evaluate,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Del: _delete,
    cst.Assert: _assert,
    cst.Pass: _pass,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
}
if hasattr(cst, "LazyImport"):  # PEP 810, libcst 1.9
    STATEMENTS = {**STATEMENTS, cst.LazyImport: _import, cst.LazyImportFrom: _import_from}
