"""Who refers to a module's name: by import, by the name itself, as an attribute of the module, by string.

The answer is complete or says why it is not: every way in which the name may be meant without being written where it can
be seen (a star import, a second binding, ``getattr``) is an *obstacle*. Comments and docstrings are no references.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from sessionlint.link import kinds, walk
from sessionlint.link.project import Project
from sessionlint.link.roles import Role
from sessionlint.link.scopes import ImportBinding, ModuleScope, Scope, Site
from sessionlint.link.sites import sites
from sessionlint.model.facts import (
    Alias,
    Assign,
    Attribute,
    Call,
    Collection,
    Comprehension,
    Constant,
    Delete,
    Evaluate,
    Import,
    Lambda,
    Name,
    Scoping,
    Term,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span

_BY_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr", "object", "attrgetter"})


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
        for other in self._project.modules.values():
            mentioned = name in self._project.sources[other.path].text
            yield from self._by_star(other, exposure, mentioned)
            if mentioned:
                yield from self._in_module(other, exposure)
        self._project.asked.add(name)
        for other in self._project.outlines:
            if name in self._project.sources[other.path].text:
                self._in_outline(other, exposure)

    def _in_outline(self, other: ModuleScope, exposure: Exposure) -> None:
        """A file that speaks of no session may still use what stands beside one: a URL, a setting."""
        bindings = (each for local in other.bindings.values() for each in local)
        dotted = f"{exposure.module.name.rpartition('.')[2]}.{exposure.name}"
        if any(isinstance(each, ImportBinding) and self._imports(each, exposure) for each in bindings):
            self._obstacle(other, Span(0, 0), f"`{exposure.name}` is imported by a file that has to do with no session")
        elif dotted in self._project.sources[other.path].text:
            self._obstacle(other, Span(0, 0), f"`{dotted}` is mentioned by a file that has to do with no session")

    def _in_module(self, other: ModuleScope, exposure: Exposure) -> Iterator[Exposure]:
        if other.facts.problem is not None or other.facts.skipped is not None:
            self._obstacle(other, Span(0, 0), f"the file mentions `{exposure.name}` and cannot be read")
        if other is not exposure.module:
            for scope in other.scopes:
                for local in list(scope.bindings):
                    yield from self._by_import(scope, local, exposure)
        for scope in other.scopes:
            for site in sites(scope):
                match site.term:
                    case Attribute(value=value, attr=attr) if attr == exposure.name:
                        if self._is_module(value, scope, exposure):
                            self._by_attribute(site, exposure)
                        elif _is_target(site) and self._may_be_module(value, scope):
                            self._obstacle(other, site.term.span, f"it may assign to `{exposure.name}`")
                    case Constant(value=str() as text) if exposure.name in text and not _is_docstring(site):
                        self._by_string(site, text, exposure)
                    case _:
                        pass

    def _is_module(self, term: Term, scope: Scope, exposure: Exposure) -> bool:
        return self._project.kind(term, scope) == kinds.ModuleKind(exposure.module.path)

    def _may_be_module(self, term: Term, scope: Scope) -> bool:
        """Tests load modules in ways that cannot be followed, and hand them around as fixtures."""
        kind = self._project.kind(term, scope)
        return isinstance(term, Name) and isinstance(kind, kinds.Unknown) and self._project.role(scope.module) is Role.TEST

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
        for scope in home.module.scopes:
            if self._project.evaluator.home(name, scope) is not home:
                continue
            for statement in walk.statements(scope.body):
                if isinstance(statement, Scoping) and name in statement.names:
                    self._obstacle(home.module, statement.span, f"`{name}` is declared {statement.kind}")
                if isinstance(statement, Delete) and any(walk.dotted(each) == name for each in statement.targets):
                    self._obstacle(home.module, statement.span, f"`{name}` is deleted")
            for site in sites(scope):
                if isinstance(site.term, Name) and site.term.id == name and not _is_target(site) and not _is_shadowed(site, name):
                    yield Mention(site, name, home)

    # attributes

    def _by_attribute(self, site: Site, exposure: Exposure) -> None:
        if _is_target(site):
            self._obstacle(site.scope.module, site.term.span, f"it assigns to `{exposure.name}`")
        else:
            self.found.mentions.append(Mention(site, exposure.name, exposure.module))

    # strings

    def _by_string(self, site: Site, text: str, exposure: Exposure) -> None:
        module = site.scope.module
        if text == exposure.name:
            if _is_in_all(site) and module is exposure.module:
                self._spelled(site, exposure, in_all=True)
            elif (owner := _asked(site)) is not None and self._is_module(owner, site.scope, exposure):
                self._spelled(site, exposure, in_all=False)
            elif owner is not None and self._may_be_module(owner, site.scope):
                self._obstacle(module, site.term.span, f"a string may stand for `{exposure.name}`")
            return
        for match in re.finditer(rf"([A-Za-z_][\w.]*)\.{re.escape(exposure.name)}\b", text):
            if self._project.layout.resolve(module.path, match[1], 0) != exposure.module.path:
                continue
            if match.span() == (0, len(text)):
                self._spelled(site, exposure, in_all=False)
            else:
                self._obstacle(module, site.term.span, f"a string speaks of `{match[0]}`")
            return

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


def _is_target(site: Site) -> bool:
    """Whether the term is written, not read."""
    statement = site.statement
    return isinstance(statement, Assign | Delete) and any(
        each is site.term or any(inner is site.term for inner, _ in walk.descend(each) if isinstance(each, Collection))
        for each in statement.targets
    )


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


def _asked(site: Site) -> Term | None:
    """The ``db`` of ``getattr(db, "engine")``, ``monkeypatch.setattr(db, "engine", ...)``, ``patch.object(db, "engine")``."""
    call = site.path[0] if site.path else None
    if not isinstance(call, Call) or len(call.args) < 2 or call.args[1].value is not site.term:
        return None
    called = (walk.dotted(call.func) or "").rpartition(".")[2]
    return call.args[0].value if called in _BY_NAME else None


def _is_docstring(site: Site) -> bool:
    return isinstance(site.statement, Evaluate) and site.statement.value is site.term


def _is_in_all(site: Site) -> bool:
    statement = site.statement
    return isinstance(statement, Assign) and any(walk.dotted(target) == "__all__" for target in statement.targets)
