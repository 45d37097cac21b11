"""Collections and comprehensions."""

import ast
from collections.abc import Sequence

from sessionlint.extract.lower.walk import TermTable, Walk
from sessionlint.model.facts import Clause, Collection, Comprehension, Mapping, Operation, Term


def _starred(walk: Walk, node: ast.Starred, start: int, end: int) -> Term:
    return Operation(start, end, "*", (walk.term(node.value),))


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


def _tuple(walk: Walk, node: ast.Tuple, start: int, end: int) -> Term:
    items = walk.all_terms(node.elts)
    if parenthesised(walk, node):
        closing = end - 1
        start = walk.skip_gap(start + 1)
        end = walk.end(node.elts[-1]) if node.elts else start
        while (following := walk.skip_gap(end)) < closing:  # a parenthesis around the last element, a comma
            end = following + 1
    return Collection(start, end, "tuple", items)


def _list(walk: Walk, node: ast.List, start: int, end: int) -> Term:
    return Collection(start, end, "list", walk.all_terms(node.elts))


def _set(walk: Walk, node: ast.Set, start: int, end: int) -> Term:
    return Collection(start, end, "set", walk.all_terms(node.elts))


def _dict(walk: Walk, node: ast.Dict, start: int, end: int) -> Term:
    items = [(walk.optional(key), walk.term(value)) for key, value in zip(node.keys, node.values, strict=True)]
    return Mapping(start, end, tuple(items))


def _clauses(walk: Walk, nodes: Sequence[ast.comprehension], behind: int, closing: int | None = None) -> tuple[Clause, ...]:
    """The clauses of a comprehension whose element ends at ``behind``, before a parenthesis of its own at ``closing``."""
    clauses: list[Clause] = []
    behind = walk.outer_end(behind)
    for node in nodes:
        target, iterated, ifs = walk.term(node.target), walk.term(node.iter), walk.all_terms(node.ifs)
        end = walk.outer_end(walk.end(node.ifs[-1] if node.ifs else node.iter), closing)
        clauses.append(Clause(walk.skip_gap(behind), end, target, iterated, ifs, bool(node.is_async)))
        behind = end
    return tuple(clauses)


def _generator(walk: Walk, node: ast.GeneratorExp, start: int, end: int) -> Term:
    element = (walk.term(node.elt),)
    clauses = _clauses(walk, node.generators, walk.end(node.elt), end - 1)
    return Comprehension(walk.skip_gap(start + 1), clauses[-1].end, "generator", element, clauses)


def _list_comprehension(walk: Walk, node: ast.ListComp, start: int, end: int) -> Term:
    return Comprehension(start, end, "list", (walk.term(node.elt),), _clauses(walk, node.generators, walk.end(node.elt)))


def _set_comprehension(walk: Walk, node: ast.SetComp, start: int, end: int) -> Term:
    return Comprehension(start, end, "set", (walk.term(node.elt),), _clauses(walk, node.generators, walk.end(node.elt)))


def _dict_comprehension(walk: Walk, node: ast.DictComp, start: int, end: int) -> Term:
    element = (walk.term(node.key), walk.term(node.value))
    return Comprehension(start, end, "dict", element, _clauses(walk, node.generators, walk.end(node.value)))


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
