"""Facts to JSON and back, exactly.

A file's facts become a flat list of rows, one per node, children before their parents: ``[class, field, field, ...]``
with the fields in the order of the dataclass. A row refers to other nodes by their row number, so neither direction
recurses and the JSON stays shallow however deep the code is nested. The last row is the ModuleFacts itself.
"""

import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeAlias

from sessionlint.model import facts
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.source import Span

Data: TypeAlias = list[list[Any]]

_CLASSES: list[type] = [item for item in vars(facts).values() if is_dataclass(item) and isinstance(item, type)]


@dataclass(frozen=True)
class _Coder:
    """How the values of one declared type are written: the nodes within, the value with row numbers, and back."""

    children: Callable[[Any], Iterator[Any]]
    dump: Callable[[Any, dict[Any, int]], Any]
    load: Callable[[Any, list[Any]], Any]


def _no_children(_: Any) -> Iterator[Any]:
    return iter(())


_PLAIN = _Coder(_no_children, lambda value, rows: value, lambda data, nodes: data)
_SPAN = _Coder(_no_children, lambda value, rows: list(value), lambda data, nodes: Span(data[0], data[1]))
_NODE = _Coder(
    lambda value: iter(() if value is None else (value,)),
    lambda value, rows: None if value is None else rows[value],
    lambda data, nodes: None if data is None else nodes[data],
)


def _sequence(item: _Coder) -> _Coder:
    return _Coder(
        lambda values: (child for value in values for child in item.children(value)),
        lambda values, rows: [item.dump(value, rows) for value in values],
        lambda data, nodes: tuple([item.load(value, nodes) for value in data]),
    )


def _coder(declared: Any) -> _Coder:
    if declared is Span:
        return _SPAN
    if isinstance(declared, str):
        # a quoted term within tuple[...], which Python 3.10 leaves unresolved
        return _NODE
    arguments = typing.get_args(declared)
    if typing.get_origin(declared) is tuple:
        # tuple[X, ...], or a pair of nodes
        return _sequence(_coder(arguments[0]))
    members = arguments if typing.get_origin(declared) in (types.UnionType, typing.Union) else (declared,)
    return _NODE if any(member in _CLASSES for member in members) else _PLAIN


_CODERS: dict[type, list[tuple[str, _Coder]]] = {}
for _class in _CLASSES:
    _hints = typing.get_type_hints(_class, vars(facts))
    _CODERS[_class] = [(field.name, _coder(_hints[field.name])) for field in fields(_class)]
_NUMBERS = {cls: number for number, cls in enumerate(_CLASSES)}


def _parents_first(root: ModuleFacts) -> list[Any]:
    found: list[Any] = []
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        for name, coder in _CODERS[type(node)]:
            if coder is not _PLAIN and coder is not _SPAN:
                waiting.extend(coder.children(getattr(node, name)))
    return found


def dump(module: ModuleFacts) -> Data:
    """What ``load`` turns back into the same facts; lists, strings, numbers, booleans and None only."""
    nodes = _parents_first(module)
    nodes.reverse()
    rows = {node: number for number, node in enumerate(nodes)}
    return [
        [_NUMBERS[type(node)], *[coder.dump(getattr(node, name), rows) for name, coder in _CODERS[type(node)]]] for node in nodes
    ]


def load(data: Data) -> ModuleFacts:
    """The facts that ``dump`` wrote. Raises ValueError, TypeError, IndexError or KeyError for data of another make."""
    nodes: list[Any] = []
    for number, *values in data:
        cls = _CLASSES[number]
        nodes.append(cls(*[coder.load(value, nodes) for value, (_, coder) in zip(values, _CODERS[cls], strict=True)]))
    module = nodes[-1]
    if not isinstance(module, ModuleFacts):
        raise ValueError("the last row is not a file's facts")
    return module
