"""What an answer says, in so few bytes that it can be compared with what one to the same question said in another run.

What stands in a file (a scope, a call) is told by the file's text and where it stands: who gets it may look at all of it.
So any change of a file changes what has something of it in it, and answers that are to last are made of names and paths.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Site
from sessionlint.model.digest import blake2b

_BYTES = 9


class UntoldError(Exception):
    """An answer holds what cannot be told from one run to the next."""


def digest(answer: object, text_of: Callable[[str], str]) -> str | None:
    """Of an answer; ``text_of`` gives the digest of the text at a path. None: it cannot be told."""
    try:
        told = repr(_Telling(text_of).told(answer))
    except UntoldError:
        return None
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=_BYTES).hexdigest()


class _Telling:
    def __init__(self, text_of: Callable[[str], str]) -> None:
        self._text_of = text_of

    def told(self, value: Any) -> object:
        """Something whose ``repr`` is that of no other value."""
        if value is None or type(value) in (str, int, bool, float, bytes, complex):
            return value
        ways = _WAYS.get(type(value)) or _way(value)
        return ways(self, value)

    def scope(self, scope: FunctionScope | ClassScope) -> object:
        return ("scope", scope.module.path, self._text_of(scope.module.path), scope.node.span.start)

    def module(self, module: ModuleScope) -> object:
        return ("module", module.path, self._text_of(module.path))

    def site(self, site: Site) -> object:
        path = site.scope.module.path
        return ("site", path, self._text_of(path), tuple(site.term.span), type(site.term).__name__)

    def sequence(self, values: tuple[Any, ...] | list[Any]) -> object:
        return (type(values).__name__, *map(self.told, values))

    def set(self, values: frozenset[Any] | set[Any]) -> object:
        return ("set", *sorted(map(repr, map(self.told, values))))

    def mapping(self, values: Mapping[Any, Any]) -> object:
        return ("mapping", *((self.told(key), self.told(value)) for key, value in values.items()))

    def record(self, value: Any) -> object:
        each = (getattr(value, field.name) for field in fields(value))
        return (type(value).__module__, type(value).__qualname__, *map(self.told, each))

    def one_of(self, value: Enum) -> object:
        return (type(value).__qualname__, value.name)

    def type(self, value: type) -> object:
        return ("type", value.__module__, value.__qualname__)


_WAYS: dict[type, Callable[[_Telling, Any], object]] = {
    ModuleScope: _Telling.module,
    FunctionScope: _Telling.scope,
    ClassScope: _Telling.scope,
    Site: _Telling.site,
    tuple: _Telling.sequence,
    list: _Telling.sequence,
    frozenset: _Telling.set,
    set: _Telling.set,
    dict: _Telling.mapping,
    type: _Telling.type,
}


def _way(value: Any) -> Callable[[_Telling, Any], object]:
    found: Callable[[_Telling, Any], object]
    if isinstance(value, tuple):  # of names
        found = _Telling.sequence
    elif isinstance(value, dict):
        found = _Telling.mapping
    elif isinstance(value, Enum):
        found = _Telling.one_of
    elif isinstance(value, type):
        found = _Telling.type
    elif is_dataclass(value):
        found = _Telling.record
    else:
        raise UntoldError
    _WAYS[type(value)] = found
    return found
