"""Facts to JSON and back, exactly.

A file's facts become a flat list of rows, one per node, children before their parents: ``[class, field, field, ...]``
with the fields in the order of the dataclass and a span as two numbers. A row refers to other nodes by their row number
(from 1; 0 is None), so neither direction recurses and the JSON stays shallow however deep the code is nested. The last
row is the ModuleFacts itself.

Tens of thousands of nodes pass through here in every run, so each class gets a function of its own, compiled from what
its fields declare.
"""

import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from sessionlint.model import facts
from sessionlint.model.facts import Begun, ModuleFacts, Placed
from sessionlint.model.source import Span

Data: TypeAlias = list[list[Any]]

_CLASSES: list[type] = [
    item for item in vars(facts).values() if is_dataclass(item) and isinstance(item, type) and item not in (Begun, Placed)
]


class _Code(NamedTuple):
    """Source text for one declared type. ``{}`` stands for the value (or, in ``load``, for the cell it was written to).

    ``children``: what adds the nodes inside to the list ``found``; ``dump``: the cells; ``load``: the value again.
    """

    children: str
    dump: str
    load: str
    cells: int = 1


_PLAIN = _Code("", "{}", "{}")
_SPAN = _Code("", "*{}", "Span({}, {})", cells=2)
_NODE = _Code("{} is not None and found.append({})", "rows[{}]", "nodes[{}]")
_NODES = _Code("found.extend({})", "[rows[item] for item in {}]", "tuple([nodes[item] for item in {}])")
_SPANS = _Code("", "[list(item) for item in {}]", "tuple([Span(*item) for item in {}])")
_PLAINS = _Code("", "list({})", "tuple({})")
_PAIRS = _Code(
    "found.extend(item for pair in {} for item in pair if item is not None)",
    "[[rows[one], rows[two]] for one, two in {}]",
    "tuple([(nodes[one], nodes[two]) for one, two in {}])",
)


def _code(declared: Any) -> _Code:
    if declared is Span:
        return _SPAN
    if typing.get_origin(declared) is tuple:
        item = typing.get_args(declared)[0]
        if typing.get_origin(item) is tuple:
            return _PAIRS
        return {_SPAN: _SPANS, _NODE: _NODES, _PLAIN: _PLAINS}[_code(item)]
    # a quoted term within tuple[...] is what Python 3.10 leaves unresolved
    members = typing.get_args(declared) if typing.get_origin(declared) in (types.UnionType, typing.Union) else (declared,)
    return _NODE if isinstance(declared, str) or any(member in _CLASSES for member in members) else _PLAIN


def _fields(cls: type) -> list[tuple[str, _Code]]:
    hints = typing.get_type_hints(cls, vars(facts))
    return [(field.name, _code(hints[field.name])) for field in fields(cls)]


def _compiled(functions: Iterable[str]) -> list[Any]:
    """The functions of these texts, compiled in one go: that is what takes the time."""
    names = {cls.__name__: cls for cls in _CLASSES}
    return list(eval(f"[{', '.join(functions)}]", {**names, "Span": Span}))


@cache
def _children() -> dict[type, Callable[[Any, list[Any]], object]]:
    """Per class, what adds the nodes directly inside a node to a list."""
    texts = []
    for cls in _CLASSES:
        parts = [code.children.replace("{}", f"node.{name}") for name, code in _fields(cls) if code.children]
        texts.append(f"lambda node, found: ({', '.join([*parts, 'None'])})")
    return dict(zip(_CLASSES, _compiled(texts), strict=True))


@cache
def _dump() -> dict[type, Callable[[Any, dict[Any, int]], list[Any]]]:
    """Per class, what makes a row of a node."""
    texts = []
    for number, cls in enumerate(_CLASSES):
        cells = [code.dump.format(f"node.{name}") for name, code in _fields(cls)]
        texts.append(f"lambda node, rows: [{', '.join([str(number), *cells])}]")
    return dict(zip(_CLASSES, _compiled(texts), strict=True))


@cache
def _load() -> list[Callable[[list[Any], list[Any]], Any]]:
    """By number of the class, what makes a node of a row."""
    texts = []
    for cls in _CLASSES:
        values, at = [], 1
        for _, code in _fields(cls):
            values.append(code.load.format(*[f"row[{at + offset}]" for offset in range(code.cells)]))
            at += code.cells
        texts.append(f"lambda row, nodes: {cls.__name__}({', '.join(values)})")
    return _compiled(texts)


def _parents_first(root: ModuleFacts) -> list[Any]:
    found: list[Any] = []
    waiting: list[Any] = [root]
    children = _children()
    while waiting:
        node = waiting.pop()
        found.append(node)
        children[type(node)](node, waiting)
    return found


def dump(module: ModuleFacts) -> Data:
    """What ``load`` turns back into the same facts; lists, strings, numbers, booleans and None only."""
    nodes = _parents_first(module)
    nodes.reverse()
    rows: dict[Any, int] = {node: number for number, node in enumerate(nodes, 1)}
    rows[None] = 0
    make = _dump()
    return [make[type(node)](node, rows) for node in nodes]


def load(data: Data) -> ModuleFacts:
    """The facts that ``dump`` wrote. Raises ValueError, TypeError, IndexError or KeyError for data of another make."""
    nodes: list[Any] = [None]
    add, make = nodes.append, _load()
    for row in data:
        add(make[row[0]](row, nodes))
    module = nodes[-1]
    if not isinstance(module, ModuleFacts):
        raise ValueError("the last row is not a file's facts")
    return module
