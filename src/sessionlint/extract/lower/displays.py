"""Collections and comprehensions."""

import ast
from collections.abc import Sequence

from sessionlint.extract.lower.walk import TermTable, Walk
from sessionlint.model.facts import Clause, Collection, Comprehension, Mapping, Operation, Term
from sessionlint.model.source import Span


def _starred(walk: Walk, node: ast.Starred) -> Term:
    return Operation(walk.span(node), "*", (walk.term(node.value),))


def parenthesised(walk: Walk, node: ast.Tuple) -> bool:
    """Whether the tuple has parentheses of its own, which its place then includes."""
    start = walk.start(node)
    if walk.text[start] != "(":
        return False
    if not node.elts:
        return True
    first = node.elts[0]
    opened = walk.opened(start, walk.start(first))
    behind = walk.end(first)
    while opened and walk.text[behind := walk.skip_gap(behind)] == ")":
        opened -= 1
        behind += 1
    return opened > 0


def _tuple(walk: Walk, node: ast.Tuple) -> Term:
    span = walk.span(node)
    items = walk.all_terms(node.elts)
    if parenthesised(walk, node):
        start = walk.skip_gap(span.start + 1)
        end = walk.end(node.elts[-1]) if node.elts else start
        while (following := walk.skip_gap(end)) < span.end - 1:  # a parenthesis around the last element, a comma
            end = following + 1
        span = Span(start, end)
    return Collection(span, "tuple", items)


def _list(walk: Walk, node: ast.List) -> Term:
    return Collection(walk.span(node), "list", walk.all_terms(node.elts))


def _set(walk: Walk, node: ast.Set) -> Term:
    return Collection(walk.span(node), "set", walk.all_terms(node.elts))


def _dict(walk: Walk, node: ast.Dict) -> Term:
    items = [(walk.optional(key), walk.term(value)) for key, value in zip(node.keys, node.values, strict=True)]
    return Mapping(walk.span(node), tuple(items))


def _clauses(walk: Walk, nodes: Sequence[ast.comprehension], behind: int, closing: int | None = None) -> tuple[Clause, ...]:
    """The clauses of a comprehension whose element ends at ``behind``, before a parenthesis of its own at ``closing``."""
    clauses: list[Clause] = []
    behind = walk.outer_end(behind)
    for node in nodes:
        target, iterated, ifs = walk.term(node.target), walk.term(node.iter), walk.all_terms(node.ifs)
        end = walk.outer_end(walk.end(node.ifs[-1] if node.ifs else node.iter), closing)
        clauses.append(Clause(Span(walk.skip_gap(behind), end), target, iterated, ifs, bool(node.is_async)))
        behind = end
    return tuple(clauses)


def _generator(walk: Walk, node: ast.GeneratorExp) -> Term:
    span = walk.span(node)
    element = (walk.term(node.elt),)
    clauses = _clauses(walk, node.generators, walk.end(node.elt), span.end - 1)
    return Comprehension(Span(walk.skip_gap(span.start + 1), clauses[-1].span.end), "generator", element, clauses)


def _list_comprehension(walk: Walk, node: ast.ListComp) -> Term:
    return Comprehension(walk.span(node), "list", (walk.term(node.elt),), _clauses(walk, node.generators, walk.end(node.elt)))


def _set_comprehension(walk: Walk, node: ast.SetComp) -> Term:
    return Comprehension(walk.span(node), "set", (walk.term(node.elt),), _clauses(walk, node.generators, walk.end(node.elt)))


def _dict_comprehension(walk: Walk, node: ast.DictComp) -> Term:
    element = (walk.term(node.key), walk.term(node.value))
    return Comprehension(walk.span(node), "dict", element, _clauses(walk, node.generators, walk.end(node.value)))


TERMS: TermTable = {
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.Starred: _starred,
    ast.GeneratorExp: _generator,
    ast.ListComp: _list_comprehension,
    ast.SetComp: _set_comprehension,
    ast.DictComp: _dict_comprehension,
}
