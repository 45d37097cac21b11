"""Who refers to a module's name: by import, by the name itself, as an attribute of the module, by string.

The answer is complete or says why it is not: every way in which the name may be meant without being written where it can
be seen (a star import, a second binding, ``getattr``) is an *obstacle*. Comments and docstrings are no references.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from sessionlint.link.names.scopes import ImportBinding, ModuleScope, Scope, Site
from sessionlint.link.names.sites import sites_of
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import (
    Alias,
    Attribute,
    Comprehension,
    Constant,
    Import,
    Lambda,
    Name,
    Scoping,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.references.reference_index import ReferenceIndex, is_unreadable, last_part
from sessionlint.questions.references.spellings import Spelling, is_in_all, is_target


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """A module under one of whose names the object can be had; ``by_star``: because it takes over all names of that one."""

    module: ModuleScope
    name: str
    by_star: "Exposure | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """``from exposure.module import name [as local]``, read in ``scope``."""

    scope: Scope
    statement: Import
    alias: Alias
    local: str
    exposure: Exposure


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """A term that reads the object: the name ``local`` as ``home`` binds it, or that attribute of the module ``home``."""

    site: Site
    local: str
    home: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Spelled:
    """A string that names the object: ``site`` is the string, ``span`` the characters of the name in the file."""

    site: Site
    span: Span
    exposure: Exposure
    in_all: bool


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """Where a reference cannot be followed, and why: "it is imported by a star import"."""

    place: Place
    reason: str


@dataclass(slots=True, eq=False)
class References:
    """Everything that refers to one object; ``exposures`` begin with the module that defines it."""

    exposures: list[Exposure] = field(default_factory=list)
    imports: list[Imported] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    strings: list[Spelled] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        """Whether nothing outside the defining module refers to it, nor any string."""
        home = self.exposures[0].module
        return not self.imports and not self.strings and all(one.site.scope.module is home for one in self.mentions)


def references(project: Project, home: ModuleScope, name: str) -> References:
    """All references to ``name``, which the module ``home`` binds on its own level."""
    search = _Search(project)
    search.follow(Exposure(home, name))
    return search.found


class _Search:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._index = ReferenceIndex(project)
        self.found = References()

    def follow(self, first: Exposure) -> None:
        """Follow everything that can come by the object, from module to module."""
        under_way = [self._expose(first)]
        while under_way:
            passed_on = next(under_way[-1], None)
            if passed_on is None:
                under_way.pop()
            else:
                under_way.append(self._expose(passed_on))

    def _expose(self, exposure: Exposure) -> Iterator[Exposure]:
        """Find what comes by the object as ``module.name``; where that passes it on, it is followed at once."""
        module, name = exposure.module, exposure.name
        if any(one.module is module and one.name == name for one in self.found.exposures):
            return
        self.found.exposures.append(exposure)
        self.found.mentions += self._named(module, name)
        for other, spelled in self._index.suspects(module, name):
            mentioned = self._project.sources[other.path].mentions(name)
            yield from self._by_star(other, exposure, mentioned)
            if mentioned:
                yield from self._in_module(other, exposure, spelled)
        self._project.asked.add(name)
        for other in self._index.unread_suspects(module, name):
            if self._project.sources[other.path].mentions(name):
                self._in_outline(other, exposure)

    def _in_outline(self, other: ModuleScope, exposure: Exposure) -> None:
        """A file that speaks of no session may still use what stands beside one: a URL, a setting."""
        bindings = (each for local in other.bindings.values() for each in local)
        dotted = f"{last_part(exposure.module)}.{exposure.name}"
        if any(isinstance(each, ImportBinding) and self._imports(each, exposure) for each in bindings):
            self._obstacle(other, Span(0, 0), f"`{exposure.name}` is imported by a file that has to do with no session")
        elif self._project.sources[other.path].mentions(dotted):
            self._obstacle(other, Span(0, 0), f"`{dotted}` is mentioned by a file that has to do with no session")

    def _in_module(self, other: ModuleScope, exposure: Exposure, spelled: Sequence[Spelling]) -> Iterator[Exposure]:
        if is_unreadable(other):
            self._obstacle(other, Span(0, 0), f"the file mentions `{exposure.name}` and cannot be read")
        if other is not exposure.module:
            for scope, local in self._index.own_names(other).imports.get(exposure.name, ()):
                yield from self._by_import(scope, local, exposure)
        for spelling in spelled:
            if isinstance(spelling.site.term, Attribute):
                self._by_attribute(spelling, exposure)
            else:
                self._by_string(spelling, exposure)

    # imports

    def _by_star(self, other: ModuleScope, exposure: Exposure, mentioned: bool) -> Iterator[Exposure]:
        for star in other.star_imports:
            if self._project.layout.resolve(other.path, star.module, star.level) != exposure.module.path:
                continue
            if mentioned:
                self._obstacle(other, star.statement.span, f"`{exposure.name}` comes by a star import")
            else:
                yield Exposure(other, exposure.name, exposure)

    def _by_import(self, scope: Scope, local: str, exposure: Exposure) -> Iterator[Exposure]:
        bindings = scope.bindings[local]
        meant = [each for each in bindings if isinstance(each, ImportBinding) and self._imports(each, exposure)]
        for binding in meant:
            for alias in _aliases(binding.statement, exposure.name, local):
                self.found.imports.append(Imported(scope, binding.statement, alias, local, exposure))
        if not meant:
            return
        if len(meant) < len(bindings):
            self._obstacle(scope.module, meant[0].statement.span, f"`{local}` has another meaning, too")
        if isinstance(scope, ModuleScope):
            yield Exposure(scope, local)
        else:
            self.found.mentions += self._named(scope, local)

    def _imports(self, binding: ImportBinding, exposure: Exposure) -> bool:
        if binding.name != exposure.name:
            return False
        path = self._project.layout.resolve(binding.importer.path, binding.module, binding.level)
        return path == exposure.module.path

    # names

    def _named(self, home: Scope, name: str) -> Iterator[Mention]:
        """Where ``name``, as ``home`` binds it, is read."""
        own = self._index.own_names(home.module)
        for place in own.disturbing.get(name, ()):
            if self._project.evaluator.home(name, place.scope) is home:
                done = f"declared {place.statement.kind}" if isinstance(place.statement, Scoping) else "deleted"
                self._obstacle(home.module, place.statement.span, f"`{name}` is {done}")
        for place in own.reads.get(name, ()):
            if self._project.evaluator.home(name, place.scope) is home:
                for site in sites_of(place):
                    read = isinstance(site.term, Name) and site.term.id == name and not is_target(site)
                    if read and not _is_shadowed(site, name):
                        yield Mention(site, name, home)

    # attributes

    def _by_attribute(self, spelling: Spelling, exposure: Exposure) -> None:
        site = spelling.site
        if spelling.home is None:
            self._obstacle(site.scope.module, site.term.span, f"it may assign to `{exposure.name}`")
        elif is_target(site):
            self._obstacle(site.scope.module, site.term.span, f"it assigns to `{exposure.name}`")
        else:
            self.found.mentions.append(Mention(site, exposure.name, exposure.module))

    # strings

    def _by_string(self, spelling: Spelling, exposure: Exposure) -> None:
        site = spelling.site
        if spelling.home is None:
            self._obstacle(site.scope.module, site.term.span, f"a string may stand for `{exposure.name}`")
        elif isinstance(site.term, Constant) and site.term.value == spelling.text:
            self._spelled(site, exposure, in_all=spelling.text == exposure.name and is_in_all(site))
        else:
            self._obstacle(site.scope.module, site.term.span, f"a string speaks of `{spelling.text}`")

    def _spelled(self, site: Site, exposure: Exposure, *, in_all: bool) -> None:
        """The name stands at the end of the string's characters, unless it is written in some odd way."""
        text = self._project.sources[site.scope.module.path].text[slice(*site.term.span)]
        found = list(re.finditer(rf"\b{re.escape(exposure.name)}\b", text))
        if len(found) == 1:
            start = site.term.span.start + found[0].start()
            self.found.strings.append(Spelled(site, Span(start, start + len(exposure.name)), exposure, in_all))
        else:
            self._obstacle(site.scope.module, site.term.span, f"a string speaks of `{exposure.name}`")

    def _obstacle(self, module: ModuleScope, span: Span, reason: str) -> None:
        self.found.obstacles.append(Obstacle(Place(module.path, span), reason))


def _aliases(statement: Import, name: str, local: str) -> Sequence[Alias]:
    return [alias for alias in statement.names if alias.name == name and (alias.asname or alias.name) == local]


def _is_shadowed(site: Site, name: str) -> bool:
    """Whether a comprehension or a lambda around the term gives the name another meaning."""
    for outer in site.path:
        if isinstance(outer, Comprehension) and any(
            isinstance(inner, Name) and inner.id == name for clause in outer.clauses for inner, _ in walk.descend(clause.target)
        ):
            return True
        if isinstance(outer, Lambda) and any(param.name == name for param in outer.params):
            return True
    return False
