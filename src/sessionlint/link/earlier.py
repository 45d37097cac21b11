"""What an earlier run found where, so that a run after a change can leave most modules alone."""

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sessionlint.link import named, plain

Found: TypeAlias = str | list[Any]
"""What is found in a module: its digest, or all of it, if it is plain (JSON data in a list)."""


class InModule(NamedTuple):
    """A module in which something may be found; ``answer`` is what, where that is known."""

    path: str
    answer: Sequence[Any] | None


class Earlier:
    """Questions go by name. ``found`` tells by module what one finds there, ``spoken`` by file what modules say of it, ``rows``
    the files of which an answer that is told by file says something at all; of other words than ``told_of``, nothing is known.

    ``modules`` are all that were read, in order. ``anew`` are, by question, those of which none of that counts; ``other`` the
    questions whose answers are others.
    """

    def __init__(
        self,
        modules: Sequence[str],
        found: Mapping[str, Mapping[str, Found]],
        spoken: Mapping[str, Mapping[str, Mapping[str, Found]]],
        rows: Mapping[str, Container[str]],
        told_of: Container[str],
    ) -> None:
        self.modules = modules
        self._order = {path: number for number, path in enumerate(modules)}
        self._found = found
        self._spoken = spoken
        self._rows = rows
        self._told_of = told_of
        self._names: dict[Hashable, str | None] = {}
        self.anew: dict[str, set[str]] = {}
        self.other: set[str] = set()

    def finding(self, key: tuple[Any, ...]) -> Iterable[InModule] | None:
        """The modules in which a question may find something, in order; None: any."""
        name = self._name(key) or ""
        found = self._found.get(name)
        return None if found is None else self._in_order(found, name)

    def speaking(self, key: tuple[Any, ...], path: str) -> Iterable[InModule] | None:
        """The modules that may speak of a file, in order; None: any."""
        name = self._name(key) or ""
        spoken = self._spoken.get(name)
        return None if spoken is None or path not in self._told_of else self._in_order(spoken.get(path, {}), name)

    def is_silent(self, key: tuple[Any, ...], path: str) -> bool:
        """Whether an answer that is told by file says nothing of the one at ``path``."""
        name = self._name(key)
        rows = self._rows.get(name or "")
        return rows is not None and name not in self.other and path in self._told_of and path not in rows

    def _in_order(self, found: Mapping[str, Found], name: str) -> Iterable[InModule]:
        anew = self.anew.get(name, ())
        for path in sorted({*found, *anew}, key=self._order.__getitem__):
            said = found[path] if path not in anew else ""
            yield InModule(path, plain.load(said[0]) if isinstance(said, list) else None)

    def _name(self, key: tuple[Any, ...]) -> str | None:
        if key not in self._names:
            self._names[key] = named.name(key)
        return self._names[key]
