"""Which parts of a project know nothing of each other.

What lies in one distribution (a folder that says what it needs, or the topmost folder) is one part, whatever it imports.
Distributions become one where a file of one imports a module of the other, or spells its name in a string (as entry points,
patches and settings of servers do), and where a ``conftest.py`` gives fixtures to the tests of another one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from posixpath import basename, dirname

from sessionlint.index.imports import outline
from sessionlint.link.names.layout import Layout, layout_of
from sessionlint.model.facts import Import
from sessionlint.model.regex import regex
from sessionlint.model.source import Source
from sessionlint.run.discovery.distributions import Distributions

_DEEPEST = 32  # folders and modules in a dotted name
_SPELLED = regex(rb"[\"']([A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)+)")


class Partition:
    """Tells the parts of a project, again and again as its files change. ``distributions`` say where a file belongs;
    ``source_roots`` and ``package`` are what the layout is made of.

    ``named`` holds what is known beforehand of files of other distributions that a file names, by its path.
    """

    def __init__(
        self,
        distributions: Distributions,
        source_roots: Sequence[str] = (),
        package: str = "",
        named: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._distributions = distributions
        self._source_roots = tuple(source_roots)
        self._package = package
        self.named = dict(named or {})
        self._seen: dict[str, Source] = {}

    def parts(self, sources: Mapping[str, Source], around: Set[str] = frozenset()) -> Sequence[Set[str]]:
        """The files of each part, the largest part last. ``around`` are those of the whole project, if ``sources`` are not."""
        distribution = {path: self._distributions.of(path) for path in around or sources}
        together = _Together(sources, distribution)
        if together.is_one:
            return [sources.keys()]
        names = _Names(layout_of(frozenset(distribution), self._source_roots, self._package), distribution)
        for path, other in _given_fixtures(sources, distribution):
            together.join(distribution[path], other)
        for files in together.smallest_first():
            if together.is_one:
                break
            for path in files:
                for other in self._named_by(path, sources[path], names):
                    together.join(distribution[path], distribution[other])
        return together.parts()

    def _named_by(self, path: str, source: Source, names: "_Names") -> Sequence[str]:
        if path not in self.named or self._seen.get(path, source) != source:
            self.named[path] = names.elsewhere(path, source)
        self._seen[path] = source
        return self.named[path]


class _Together:
    """Distributions of ``files`` that have become one."""

    def __init__(self, files: Mapping[str, Source], distribution: Mapping[str, str]) -> None:
        self._files: dict[str, list[str]] = defaultdict(list)
        for path in files:
            self._files[distribution[path]].append(path)
        self._other: dict[str, str] = {}

    def smallest_first(self) -> Sequence[Sequence[str]]:
        """The files of each distribution: if all is one, the small ones are likely to tell."""
        return sorted(self._files.values(), key=lambda files: (len(files), files[0]))

    @property
    def is_one(self) -> bool:
        """Whether all have become one."""
        return len(self._files) == 1

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self._first(one), self._first(other)))
        if first != second and first in self._files and second in self._files:
            self._other[second] = first
            self._files[first] = self._files[first] + self._files.pop(second)

    def _first(self, name: str) -> str:
        while (other := self._other.get(name)) is not None:
            name = other
        return name

    def parts(self) -> Sequence[Set[str]]:
        return [{*files} for files in sorted(self._files.values(), key=lambda files: (len(files), min(files)))]


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
        named = {*self._imported(path, source, own), *self._spelled(source, own)}
        found = {other for dotted, level in named for other in self._nearest(path, dotted, level)}
        return sorted(other for other in found if self._distribution[other] != own)

    def _imported(self, path: str, source: Source, own: str) -> Iterator[tuple[str, int]]:
        """The dotted names of what may be outside, and how many dots stand before them."""
        depth = path.count("/", len(own))
        for statement in outline(source).body:
            if not isinstance(statement, Import):
                continue
            module = statement.module
            if module is None:
                yield from ((alias.name, 0) for alias in statement.names if self._is_outside(alias.name, own))
            elif depth <= statement.level if statement.level else self._is_outside(module, own):
                yield from ((f"{module}.{alias.name}" if module else alias.name, statement.level) for alias in statement.names)

    def _spelled(self, source: Source, own: str) -> Iterator[tuple[str, int]]:
        for spelled in {*_SPELLED.findall(source.data)}:
            dotted = spelled.decode("utf-8", "replace").replace(":", ".")
            if self._is_outside(dotted, own):
                yield dotted, 0

    def _is_outside(self, dotted: str, own: str) -> bool:
        """Whether a name may be that of a module of another distribution."""
        homes = self._homes.get(dotted.partition(".")[0])
        return homes is not None and homes != {own}

    def _nearest(self, path: str, dotted: str, level: int) -> Iterator[str]:
        """The file of the module that a dotted name means, or else of the nearest one around it."""
        dotted = ".".join(dotted.split(".", _DEEPEST)[:_DEEPEST])
        while self._layout.may_resolve(dotted, level):
            found = self._layout.resolve(path, dotted, level)
            if found is not None:
                yield found
            if found is not None or not dotted:
                return
            dotted = dotted.rpartition(".")[0]


def _given_fixtures(sources: Mapping[str, Source], distribution: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each ``conftest.py`` with the distributions that lie below it."""
    every = sorted(set(distribution.values()))
    for path, source in sources.items():
        if basename(path) == "conftest.py" and (source.mentions("fixture") or source.mentions("pytest_plugins")):
            above = dirname(path)
            yield from ((path, other) for other in every if not above or f"{other}/".startswith(f"{above}/"))
