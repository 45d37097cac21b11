"""Names of questions about a project that mean the same in the next run, and the questions behind them."""

import json
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from importlib import import_module
from types import MethodType
from typing import Any, NamedTuple


class Question(NamedTuple):
    """``ask`` is what answers it, ``start`` the answer for as long as nothing is known; ``by_path``: it is told by file."""

    ask: Callable[..., Any]
    start: object
    by_path: bool


_KNOWN: dict[str, Question] = {}
_TYPES: dict[str, type] = {}


class UnnamedError(Exception):
    """A key has no name that another run would understand."""


def _owner(ask: object) -> Any:
    return ask.__self__ if isinstance(ask, MethodType) else None


def name_of(ask: Callable[..., object]) -> str:
    """Of the function that answers a question, or of what it looks with, if that is asked of each module."""
    owner = _owner(ask)
    return f"{ask.__module__}.{ask.__qualname__}" if owner is None else str(owner.name)


def record(ask: Callable[..., object], start: object, *, by_path: bool = False) -> None:
    """Have ``question`` know what answers to the name of ``ask``."""
    owner = _owner(ask)
    name = name_of(ask) if owner is None else f"{owner.name}*"
    _KNOWN[name] = Question(ask, start, by_path)


def record_types(things: Mapping[str, object]) -> None:
    """Have the classes among ``things`` stand in keys, by their names."""
    _TYPES.update({name: thing for name, thing in things.items() if isinstance(thing, type)})


def name(key: Hashable) -> str | None:
    """The name of a question about the whole project; None: it has none."""
    if not isinstance(key, tuple) or not callable(key[0]):
        return None
    ask, *given = key
    owner = _owner(ask)
    told = name_of(ask) if owner is None else f"{owner.name}*"
    try:
        return json.dumps([told, *map(_told, given)]) if told in _KNOWN and _KNOWN[told].ask == ask else None
    except UnnamedError:
        return None


def question(told: str) -> tuple[Question, tuple[Any, ...]]:
    """The question of a name, and the rest of its key. Raises LookupError where there is none any more."""
    first, *given = json.loads(told)
    if first not in _KNOWN:
        _import(first)
    return _KNOWN[first], tuple(map(_untold, given))


def _import(first: str) -> None:
    """What is asked is known from when its module was imported, of which nobody had need yet."""
    module = first.rpartition(".")[0]
    if module.partition(".")[0] == __name__.partition(".")[0]:
        with suppress(ImportError):
            import_module(module)


def _told(part: Any) -> object:
    if isinstance(part, str | int | None):
        return part
    if isinstance(part, type) and _TYPES.get(part.__name__) is part:
        return {"kind": part.__name__}
    if isinstance(part, frozenset):
        return {"set": sorted(map(_told, part), key=json.dumps)}
    if isinstance(part, tuple):
        return {"tuple": [*map(_told, part)]}
    raise UnnamedError


def _untold(part: Any) -> Any:
    match part:
        case {"kind": str(kind)}:
            return _TYPES[kind]
        case {"set": list(parts)}:
            return frozenset(map(_untold, parts))
        case {"tuple": list(parts)}:
            return tuple(map(_untold, parts))
        case _:
            return part
