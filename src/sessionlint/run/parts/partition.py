"""Which parts of a project know nothing of each other.

What lies in one distribution (a folder that says what it needs, or the topmost folder) is one part, whatever it imports.
Distributions become one where a file of one imports a module of the other, or spells its name in a string (as entry points,
patches and settings of servers do), and where a ``conftest.py`` gives fixtures to the tests of another one.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from posixpath import basename, dirname

from sessionlint.index.imports import outline
from sessionlint.link.names.layout import Layout
from sessionlint.model.facts import Import
from sessionlint.model.regex import regex
from sessionlint.model.source import Source

# bytes: what it takes to begin anew in another process is what it takes to check about as much
_WORTH_IT = 1_000_000
_LEAST = 250_000
_DECLARING = ("pyproject.toml", "setup.cfg", "requirements.txt", "Pipfile")
_SPELLED = regex(rb"[\"']([A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)+)")


def parts_of(
    distribution: Mapping[str, str], sources: Mapping[str, Source], layout: Layout, named: dict[str, Sequence[str]]
) -> Sequence[Set[str]]:
    """The files of each part, the largest part first and small ones as one; all as one where it would gain nothing to part them.

    ``sources`` are all files of the project, and ``distribution`` says where each belongs. ``named`` holds what is known of files
    of other distributions that a file names, by its path; what had to be found out is added.
    """
    sizes = {path: len(source.data) for path, source in sources.items()}
    together, names = _Together(sizes, distribution), _Names(layout, distribution)
    for path, other in _given_fixtures(sources, distribution):
        together.join(distribution[path], other)
    for files in together.smallest_first():
        if together.is_one:
            return [sizes.keys()]
        for path in files:
            if path not in named:
                named[path] = names.elsewhere(path, sources[path])
            for other in named[path]:
                together.join(distribution[path], distribution[other])
    return [sizes.keys()] if together.is_one else together.parts()


def distributions(folder: Path, paths: Iterable[str]) -> Mapping[str, str]:
    """By path, the folder of the distribution that a file belongs to; ``folder`` is the project's."""

    def has(inner: str, name: str) -> bool:
        return os.path.isfile(f"{folder}/{inner}/{name}")  # noqa: PTH113 - there are many

    @cache
    def declares(inner: str) -> bool:
        return any(has(inner, name) for name in _DECLARING) or (has(inner, "setup.py") and not has(inner, "__init__.py"))

    @cache
    def distribution(inner: str) -> str:
        above = inner
        while above and not declares(above):
            above = dirname(above)
        return above or ("" if declares("") else inner.partition("/")[0])

    return {path: distribution(dirname(path)) for path in paths}


class _Together:
    """Distributions that have become one; ``sizes`` are those of the files, in bytes."""

    def __init__(self, sizes: Mapping[str, int], distribution: Mapping[str, str]) -> None:
        self._files: dict[str, list[str]] = defaultdict(list)
        for path in sizes:
            self._files[distribution[path]].append(path)
        self._sizes = {name: sum(map(sizes.__getitem__, files)) for name, files in self._files.items()}
        self._whole = sum(sizes.values())
        self._other: dict[str, str] = {}

    def smallest_first(self) -> Sequence[Sequence[str]]:
        """The files of each distribution: if all is one, the small ones are likely to tell."""
        return sorted(self._files.values(), key=lambda files: (len(files), files[0]))

    @property
    def is_one(self) -> bool:
        """Whether all that is not one with the largest is not worth to be looked at by itself."""
        return self._whole - max(self._sizes.values(), default=0) < _WORTH_IT

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self._first(one), self._first(other)))
        if first != second:
            self._other[second] = first
            self._files[first] = self._files[first] + self._files.pop(second)
            self._sizes[first] += self._sizes.pop(second)

    def _first(self, name: str) -> str:
        while (other := self._other.get(name)) is not None:
            name = other
        return name

    def parts(self) -> Sequence[Set[str]]:
        large = sorted(
            (name for name, size in self._sizes.items() if size >= _LEAST), key=lambda name: (-self._sizes[name], name)
        )
        small = {path for name, size in self._sizes.items() if size < _LEAST for path in self._files[name]}
        return [*({*self._files[name]} for name in large), *([small] if small else [])]


class _Names:
    """What is named where: by ``distribution`` of each file, and by ``layout``."""

    def __init__(self, layout: Layout, distribution: Mapping[str, str]) -> None:
        self._layout = layout
        self._distribution = distribution
        self._homes: dict[str, set[str]] = defaultdict(set)  # the distributions in which a file or a folder has a name
        for path, home in distribution.items():
            *folders, file = path.split("/")
            for name in (*folders, file.rpartition(".")[0]):
                self._homes[name].add(home)

    def elsewhere(self, path: str, source: Source) -> Sequence[str]:
        """The files of other distributions that a file imports, or names in strings."""
        own = self._distribution[path]
        dotted = (each for each in {*_imported(source), *_spelled(source)} if self._may_be_outside(path, own, *each))
        found = {other for name, level in dotted for other in self._nearest(path, name, level)}
        return sorted(other for other in found if self._distribution[other] != own)

    def _may_be_outside(self, path: str, own: str, dotted: str, level: int) -> bool:
        if level:
            return path.count("/", len(own)) <= level
        homes = self._homes.get(dotted.partition(".")[0])
        return homes is not None and homes != {own}

    def _nearest(self, path: str, dotted: str, level: int) -> Iterator[str]:
        """The file of the module that a dotted name means, or else of the nearest one around it."""
        while self._layout.may_resolve(dotted, level):
            found = self._layout.resolve(path, dotted, level)
            if found is not None:
                yield found
            if found is not None or not dotted:
                return
            dotted = dotted.rpartition(".")[0]


def _imported(source: Source) -> Iterator[tuple[str, int]]:
    """The dotted names of modules, or of what is in them, and how many dots stand before them."""
    for statement in outline(source).body:
        if isinstance(statement, Import):
            for alias in statement.names:
                yield ".".join(filter(None, (statement.module, alias.name))), statement.level


def _spelled(source: Source) -> Iterator[tuple[str, int]]:
    return ((spelled.decode("utf-8", "replace").replace(":", "."), 0) for spelled in _SPELLED.findall(source.data))


def _given_fixtures(sources: Mapping[str, Source], distribution: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each ``conftest.py`` with the distributions that lie below it."""
    every = sorted(set(distribution.values()))
    for path, source in sources.items():
        if basename(path) == "conftest.py" and (source.mentions("fixture") or source.mentions("pytest_plugins")):
            above = dirname(path)
            yield from ((path, other) for other in every if not above or f"{other}/".startswith(f"{above}/"))
