"""Answers that are made of nothing but words, numbers and places, to JSON data and back."""

import json
from typing import Any

from sessionlint.model.source import Place, Span


class NotPlainError(Exception):
    """The answer has something of the project in it."""


def dump(value: Any) -> Any:
    """JSON data. Raises NotPlainError."""
    if value is None or type(value) in (str, bool, int):
        return value
    if type(value) is Place:
        return {"place": [value.path, *value.span]}
    if type(value) is tuple:
        return {"tuple": [dump(each) for each in value]}
    if type(value) is list:
        return {"list": [dump(each) for each in value]}
    if type(value) is frozenset:  # in an order of its own, for Python's is another one in each process
        return {"set": sorted(map(dump, value), key=json.dumps)}
    if type(value) is dict:
        return {"dict": [[dump(key), dump(each)] for key, each in value.items()]}
    raise NotPlainError


def load(data: Any) -> Any:
    """What ``dump`` wrote."""
    match data:
        case {"place": [str(path), int(start), int(end)]}:
            return Place(path, Span(start, end))
        case {"tuple": list(parts)}:
            return tuple(map(load, parts))
        case {"list": list(parts)}:
            return [*map(load, parts)]
        case {"set": list(parts)}:
            return frozenset(map(load, parts))
        case {"dict": list(pairs)}:
            return {load(key): load(value) for key, value in pairs}
        case _:
            return data
