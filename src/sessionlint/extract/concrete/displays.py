"""Collections and comprehensions."""

import libcst as cst

from sessionlint.extract.concrete.walk import TermTable, Walk
from sessionlint.model.facts import Clause, Collection, Comprehension, Mapping, Operation, Term
from sessionlint.model.source import Span


def _element(walk: Walk, node: cst.BaseElement) -> Term:
    return _starred(walk, node) if isinstance(node, cst.StarredElement) else walk.term(node.value)


def _starred(walk: Walk, node: cst.StarredElement) -> Term:
    return Operation(walk.span(node), "*", (walk.term(node.value),))


def _tuple(walk: Walk, node: cst.Tuple) -> Term:
    return Collection(walk.span(node), "tuple", tuple([_element(walk, element) for element in node.elements]))


def _list(walk: Walk, node: cst.List) -> Term:
    return Collection(walk.span(node), "list", tuple([_element(walk, element) for element in node.elements]))


def _set(walk: Walk, node: cst.Set) -> Term:
    return Collection(walk.span(node), "set", tuple([_element(walk, element) for element in node.elements]))


def _dict_item(walk: Walk, node: cst.BaseDictElement) -> tuple[Term | None, Term]:
    return (walk.term(node.key) if isinstance(node, cst.DictElement) else None, walk.term(node.value))


def _dict(walk: Walk, node: cst.Dict) -> Term:
    return Mapping(walk.span(node), tuple([_dict_item(walk, element) for element in node.elements]))


def _clauses(walk: Walk, first: cst.CompFor, start: int) -> tuple[Clause, ...]:
    """The clauses of a comprehension whose element ends at ``start``."""
    clauses: list[Clause] = []
    node: cst.CompFor | None = first
    while node is not None:
        target, iterated = walk.term(node.target), walk.term(node.iter)
        ifs = walk.all_terms(condition.test for condition in node.ifs)
        end = walk.outer_end(node.ifs[-1].test if node.ifs else node.iter)
        clauses.append(Clause(Span(walk.skip_gap(start), end), target, iterated, ifs, node.asynchronous is not None))
        node, start = node.inner_for_in, end
    return tuple(clauses)


def _generator(walk: Walk, node: cst.GeneratorExp) -> Term:
    return Comprehension(walk.span(node), "generator", *_comprehended(walk, node))


def _list_comprehension(walk: Walk, node: cst.ListComp) -> Term:
    return Comprehension(walk.span(node), "list", *_comprehended(walk, node))


def _set_comprehension(walk: Walk, node: cst.SetComp) -> Term:
    return Comprehension(walk.span(node), "set", *_comprehended(walk, node))


def _comprehended(walk: Walk, node: cst.BaseSimpleComp) -> tuple[tuple[Term], tuple[Clause, ...]]:
    return (walk.term(node.elt),), _clauses(walk, node.for_in, walk.outer_end(node.elt))


def _dict_comprehension(walk: Walk, node: cst.DictComp) -> Term:
    element = (walk.term(node.key), walk.term(node.value))
    return Comprehension(walk.span(node), "dict", element, _clauses(walk, node.for_in, walk.outer_end(node.value)))


def _starred_dict_comprehension(walk: Walk, node: cst.DictComp) -> Term:
    clauses = _clauses(walk, node.for_in, walk.outer_end(node.value))
    value = walk.term(node.value)
    return Comprehension(walk.span(node), "dict", (Operation(value.span, "**", (value,)),), clauses)


TERMS: TermTable = {
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.StarredElement: _starred,
    cst.GeneratorExp: _generator,
    cst.ListComp: _list_comprehension,
    cst.SetComp: _set_comprehension,
    cst.DictComp: _dict_comprehension,
}
if hasattr(cst, "StarredDictComp"):  # PEP 798, libcst 1.9
    TERMS = {**TERMS, cst.StarredDictComp: _starred_dict_comprehension}
