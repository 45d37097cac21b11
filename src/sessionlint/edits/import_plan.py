"""The changes to a file's imports, gathered first and then written once per statement."""

from collections.abc import Iterator
from dataclasses import field

from sessionlint.edits import import_place
from sessionlint.edits.apply import hold
from sessionlint.edits.bindings import ImportSite, always_imports, bound_in_file, imports_of_file, local_name, target
from sessionlint.edits.import_text import ImportText
from sessionlint.edits.removal import CannotError, cuts_of, is_pragma
from sessionlint.edits.unused import StillUsed, Unused, mentions
from sessionlint.edits.wanted import Wanted
from sessionlint.model.facts import Alias, Import, ModuleFacts
from sessionlint.model.finding import Edit
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import Lines

_WIDE = 88


@dataclass(slots=True)
class _Touched:
    """An import statement with the names to add to it and to drop from it."""

    site: ImportSite
    added: list[str] = field(default_factory=list)
    dropped: list[Alias] = field(default_factory=list)


@dataclass(slots=True)
class _NewLine:
    slot: import_place.Slot
    module: str
    names: list[str]

    @property
    def text(self) -> str:
        return f"from {self.module} import {', '.join(self.names)}" if self.names else f"import {self.module}"


class ImportPlan:
    """First all drops, then all additions, then ``edits``."""

    def __init__(self, facts: ModuleFacts, source: Source, lines: Lines) -> None:
        self.facts = facts
        self.source = source
        self.lines = lines
        self.sites = imports_of_file(facts)
        self.bound = bound_in_file(facts)
        self.touched: dict[int, _Touched] = {}
        self.new: list[_NewLine] = []
        self.held: list[Span] = []

    def drop(self, verdict: Unused | StillUsed) -> None:
        if isinstance(verdict, StillUsed):
            self.held += verdict.places
        else:
            for site, alias in verdict.imports:
                self._touch(site).dropped.append(alias)

    def add(self, wanted: Wanted) -> str | None:
        """Plan for ``wanted``; how to spell it, or None."""
        return (
            self._reused(wanted)
            or self._extended(wanted)
            or self._by_module(wanted)
            or self._extended_where_tried(wanted)
            or self._inserted(wanted)
        )

    def edits(self) -> tuple[Edit, ...]:
        replaced = {id(line.slot.beside): line for line in self.new if self._is_replaced(line)}
        edits = [edit for one in self.touched.values() for edit in self._rewritten(one, replaced)]
        edits += [self._line_edit(line) for line in self.new if line not in replaced.values()]
        written = [edit.place.span for edit in edits]
        holds = [hold(self.source, span) for span in self.held if not any(one.contains(span) for one in written)]
        return tuple(sorted([*edits, *holds], key=lambda edit: edit.place.span))

    # what is there already

    def _reused(self, wanted: Wanted) -> str | None:
        targets = _targets(wanted)
        for site, alias in self._visible(wanted):
            name = local_name(site.statement, alias)
            if target(site.statement, alias) in targets and site.statement.module is not None:
                if self._means_only(name, targets):
                    return self._keep(site, alias, name)
            elif name == "*" and f"{site.statement.module}.{wanted.name}" in targets and self._means_only(wanted.name, targets):
                return self._keep(site, alias, wanted.name)
        return self._imported_in_every_branch(wanted)

    def _imported_in_every_branch(self, wanted: Wanted) -> str | None:
        at = wanted.at
        inside = [site for site in self.sites if site.binds(wanted.name)]
        if not inside or wanted.inside or wanted.name in self.bound:
            return None
        for statement in self.facts.body:
            ahead = at is None or statement.end <= at.start
            if ahead and not isinstance(statement, Import) and always_imports(statement, wanted.name):
                meant = any(
                    target(site.statement, alias) in _targets(wanted) for site in inside for alias in site.statement.names
                )
                if meant and all(statement.span.contains(site.statement.span) for site in inside):
                    self.held.append(statement.span)
                    return wanted.name
        return None

    def _by_module(self, wanted: Wanted) -> str | None:
        """Through ``import collections.abc``, ``import typing as t`` or ``from collections import abc``."""
        for module, name in ((wanted.module, wanted.name), *wanted.alternatives):
            for site, alias in self._visible(wanted):
                local = local_name(site.statement, alias)
                dotted = site.statement.module is None and alias.name == module and not alias.asname
                if (dotted or target(site.statement, alias) == module) and self._means_only(
                    local, {target(site.statement, alias)}
                ):
                    return self._keep(site, alias, f"{module if dotted else local}.{name}")
        return None

    def _extended(self, wanted: Wanted) -> str | None:
        if not self._is_free(wanted.name, wanted):
            return None
        sites = [site for site in self.sites if _spelled(site.statement) == wanted.module and site.is_seen_from(wanted.at)]
        sites = [site for site in sites if site.statement.names[0].name != "*" and not site.is_for_type_checking]
        sites = [site for site in sites if site.parents or not wanted.inside]
        local = self._local_neighbour(wanted)
        if local:
            sites = [site for site in sites if site.parents == local.parents]
        if not sites:
            return None
        touched = self._touch(min(sites, key=lambda site: len(site.parents)))
        if wanted.name not in touched.added:
            touched.added.append(wanted.name)
        return wanted.name

    def _extended_where_tried(self, wanted: Wanted) -> str | None:
        """In the module's ``try:`` that imports from the same module: an import outside of it would not be tried."""
        sites = [site for site in self.sites if site.statement.module == wanted.module and site.statement.level == 0]
        sites = [site for site in sites if site.guard is not None and site.statement.names[0].name != "*"]
        if wanted.at is not None:
            sites = [site for site in sites if site.guard is not None and site.guard.span.end <= wanted.at.start]
        if not sites or not self._is_free(wanted.name, wanted):
            return None
        touched = self._touch(sites[0])
        if wanted.name not in touched.added:
            touched.added.append(wanted.name)
        return wanted.name

    # what is new

    def _inserted(self, wanted: Wanted) -> str | None:
        if self._is_free(wanted.name, wanted):
            self._new_line(wanted, plain=False)
            return wanted.name
        root = wanted.module.partition(".")[0]
        if wanted.module.startswith("."):
            return None
        if not self._means_only(root, {root}) or (not any(site.binds(root) for site in self.sites) and self._is_mentioned(root)):
            return None
        self._new_line(wanted, plain=True)
        return f"{wanted.module}.{wanted.name}"

    def _new_line(self, wanted: Wanted, *, plain: bool) -> None:
        local = self._local_neighbour(wanted)
        if local:
            start = local.statement.span.start
            ahead = self.lines.text[self.lines.start(start) : start]
            after = "; " if ahead.strip() else self.lines.newline + ahead
            slot = import_place.Slot(start, "", after, local.statement)
        else:
            slot = import_place.slot_for(self.facts, self.lines, wanted.module, plain=plain, at=wanted.at)
        names = [] if plain else [wanted.name]
        for line in self.new:
            if (line.slot, line.module, bool(line.names)) == (slot, wanted.module, bool(names)):
                line.names = sorted({*line.names, *names})
                return
        self.new.append(_NewLine(slot, wanted.module, names))

    def _local_neighbour(self, wanted: Wanted) -> ImportSite | None:
        """The import inside a function that ``wanted`` is to stand beside: one that loses a name, or the one it says."""
        if wanted.at is None:
            return None
        losing = [one.site for one in self.touched.values() if one.dropped]
        named = [site for site in self.sites if site.statement.span == wanted.beside]
        return next((site for site in (*losing, *named) if site.parents and site.is_seen_from(wanted.at)), None)

    # names

    def _visible(self, wanted: Wanted) -> Iterator[tuple[ImportSite, Alias]]:
        lazy = wanted.quoted or (wanted.for_annotation and self._annotations_are_lazy())
        for site in self.sites:
            if wanted.inside and not site.parents:
                continue
            if site.is_seen_from(wanted.at) or (lazy and site.is_for_type_checking):
                for alias in site.statement.names:
                    yield site, alias

    def _annotations_are_lazy(self) -> bool:
        return any(site.statement.module == "__future__" and site.binds("annotations") for site in self.sites)

    def _means_only(self, name: str, targets: set[str]) -> bool:
        """Whether nothing in the file gives ``name`` another meaning than ``targets``."""
        meanings = {target(site.statement, alias) for site in self.sites if (alias := site.binds(name))}
        return name not in self.bound and meanings <= targets

    def _is_free(self, name: str, wanted: Wanted) -> bool:
        """Whether an import may bind ``name`` to what is wanted without taking it from something else."""
        if not self._means_only(name, _targets(wanted)):
            return False
        return any(site.binds(name) for site in self.sites) or not self._is_mentioned(name)

    def _is_mentioned(self, name: str) -> bool:
        """Whether ``name`` stands anywhere but in an import statement."""
        spans = [site.statement.span for site in self.sites]
        return any(not any(one.contains(span) for one in spans) for span in mentions(self.lines, name))

    def _keep(self, site: ImportSite, alias: Alias, spelling: str) -> str:
        touched = self.touched.get(id(site.statement))
        if touched and alias in touched.dropped:
            touched.dropped.remove(alias)
        self.held.append(alias.span)
        return spelling

    def _touch(self, site: ImportSite) -> _Touched:
        return self.touched.setdefault(id(site.statement), _Touched(site))

    # edits

    def _goes(self, one: _Touched) -> bool:
        return not one.added and len(one.dropped) == len(one.site.statement.names)

    def _is_replaced(self, line: _NewLine) -> bool:
        """Whether the new line takes the place of the statement it would stand beside."""
        one = self.touched.get(id(line.slot.beside))
        comments = self.lines.comments_in(one.site.statement.span) if one else []
        return one is not None and self._goes(one) and not comments

    def _rewritten(self, one: _Touched, replaced: dict[int, _NewLine]) -> list[Edit]:
        statement = one.site.statement
        if id(statement) in replaced:
            return [self._edit(statement.span, replaced[id(statement)].text)]
        if self._goes(one):
            return self._removed(one)
        if not one.added and not one.dropped:
            return []
        text = ImportText(self.source.text[slice(*statement.span)])
        for name in one.added:
            text = ImportText(text.with_name(name))
        for alias in one.dropped:
            text = _without(text, local_name(statement, alias))
        return [self._edit(statement.span, self._not_too_wide(statement, text))]

    def _removed(self, one: _Touched) -> list[Edit]:
        statement = one.site.statement
        comment = self.lines.comment_behind(statement.span.end)
        if comment and not is_pragma(comment):
            return []
        if one.site.parents and len(one.site.block) == 1:
            return []
        try:
            return [self._edit(Span(*cut[:2]), cut.text) for cut in cuts_of(self.lines, [statement], one.site.block)]
        except CannotError:
            return []

    def _not_too_wide(self, statement: Import, text: ImportText) -> str:
        start = statement.span.start
        limit = max(_WIDE, self.lines.width)
        width = start - self.lines.start(start) + len(text.text)
        if width <= limit or text.in_parentheses or "\\" in text.text or not text.text.startswith("from"):
            return text.text
        return text.in_lines(self.lines.indent(start), self.lines.indent_unit, self.lines.newline)

    def _line_edit(self, line: _NewLine) -> Edit:
        return self._edit(Span(line.slot.offset, line.slot.offset), line.slot.before + line.text + line.slot.after)

    def _edit(self, span: Span, text: str) -> Edit:
        return Edit(Place(self.source.path, span), text)


def _spelled(statement: Import) -> str | None:
    """The module of a ``from`` import as it is written."""
    return None if statement.module is None else "." * statement.level + statement.module


def _targets(wanted: Wanted) -> set[str]:
    return {f"{module}.{name}" for module, name in ((wanted.module, wanted.name), *wanted.alternatives)}


def _without(text: ImportText, local: str) -> ImportText:
    try:
        return ImportText(text.without(local))
    except CannotError:
        return text
