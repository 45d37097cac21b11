"""From an engine at import to one on first use, in every file that refers to it or to a factory bound to it."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import field

from sessionlint.edits.import_text import ImportText
from sessionlint.edits.imports import ImportChange, Wanted, change_imports
from sessionlint.edits.removal import CannotError
from sessionlint.edits.unused import mentions
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import SESSION_MAKERS
from sessionlint.model import walk
from sessionlint.model.facts import Call, Comprehension, Lambda, Name, Subscript
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.engines.engines import EngineBuild
from sessionlint.questions.references.references import Imported, Obstacle
from sessionlint.rules.engine.import_time_engine.accessor import Accessor, accessor_edits
from sessionlint.rules.engine.import_time_engine.deferral import Deferred, lazy_engine, replaced_value
from sessionlint.rules.engine.import_time_engine.disposal import Disposal, disposal_of
from sessionlint.text.lines import lines_of

_CACHE = Wanted("functools", "cache")
_LRU_CACHE = Wanted("functools", "lru_cache")  # before Python 3.9


def lazy_engine_fix(project: Project, build: EngineBuild) -> Fix | Obstacle:
    """The fix of SES101 with all its files, or the one place that is in its way."""
    plan = lazy_engine(project, build)
    if plan.obstacle is not None:
        return plan.obstacle
    try:
        return _Conversion(project, plan.deferred).fix()
    except _InTheWayError as error:
        return error.obstacle
    except CannotError:
        return Obstacle(build.site.place, "the lines around it cannot be rearranged")


class _InTheWayError(Exception):
    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(reason)
        self.obstacle = Obstacle(place, reason)


@dataclass(slots=True, eq=False)
class _Names:
    """What a deferred value is called from now on: ``accessor`` at home, ``of`` by the scope that binds it and its old name."""

    accessor: str
    of: dict[tuple[int, str], str] = field(default_factory=dict)

    def new(self, home: Scope, old: str) -> str:
        return self.of[id(home), old]


class _Conversion:
    def __init__(self, project: Project, deferred: Sequence[Deferred]) -> None:
        self._project = project
        self._deferred = deferred
        self._edits: dict[str, list[Edit]] = defaultdict(list)
        self._renamed: dict[tuple[str, Span], list[tuple[Imported, _Names]]] = defaultdict(list)
        self._added: dict[tuple[str, Span], str] = {}
        self._names: dict[int, _Names] = {}
        python = project.targets.python
        self._cache = _LRU_CACHE if python is not None and python < (3, 9) else _CACHE

    def fix(self) -> Fix:
        for one in self._deferred:
            self._names[id(one)] = self._named(one)
        for one in self._deferred:
            self._references(one)
            self._check_complete(one)
        self._definitions()
        accessors = [self._names[id(one)].accessor for one in self._deferred]
        self._dispose(accessors[0])
        self._import_edits()
        edits = [edit for path in sorted(self._edits) for edit in sorted(self._edits[path], key=lambda edit: edit.place.span)]
        title = "build it on first use, in " + " and ".join(f"`{name}()`" for name in accessors)
        return Fix(title, tuple(dict.fromkeys(edits)), Applicability.UNSAFE, alone=True)

    # names

    def _named(self, one: Deferred) -> _Names:
        names = _Names(self._free_name(one))
        names.of[id(one.module), one.name] = names.accessor
        by_import = {(imported.scope, imported.local): imported for imported in reversed(one.refs.imports)}
        for exposure in one.refs.exposures:  # each comes by one before it: by a star, or by the first import under its name
            if exposure.by_star is not None:
                names.of[id(exposure.module), exposure.name] = names.new(exposure.by_star.module, exposure.by_star.name)
            elif (imported := by_import.get((exposure.module, exposure.name))) is not None:
                self._rename(names, imported)
        for imported in one.refs.imports:
            self._rename(names, imported)
        return names

    def _rename(self, names: _Names, imported: Imported) -> None:
        local = self._new_local(names, imported)
        if names.of.setdefault((id(imported.scope), imported.local), local) != local:
            raise _InTheWayError(self._place(imported.scope, imported.alias.span), f"`{imported.local}` is imported in two ways")

    def _new_local(self, names: _Names, imported: Imported) -> str:
        """An alias stays, unless it only repeats the name (``engine as engine``, which says "passed on")."""
        exposed = names.new(imported.exposure.module, imported.exposure.name)
        aliased = imported.alias.asname not in (None, imported.alias.name)
        return imported.local if aliased else exposed

    def _free_name(self, one: Deferred) -> str:
        touched = {one.module.path, *(each.scope.module.path for each in one.refs.imports)}
        touched |= {each.module.path for each in one.refs.exposures}
        taken = {names.accessor for names in self._names.values()}
        for candidate in _candidates(one):
            word = re.compile(rf"\b{candidate}\b")
            if candidate not in taken and not any(word.search(self._project.sources[path].text) for path in touched):
                return candidate
        raise _InTheWayError(
            self._place(one.module, one.statement.span), f"`{next(_candidates(one))}` is already the name of something"
        )

    # references

    def _references(self, one: Deferred) -> None:
        names = self._names[id(one)]
        for imported in one.refs.imports:
            self._renamed[imported.scope.module.path, imported.statement.span].append((imported, names))
        for mention in one.refs.mentions:
            span = mention.site.term.span
            self._replace(
                mention.site.scope, Span(span.end - len(mention.local), span.end), f"{names.new(mention.home, mention.local)}()"
            )
        for spelled in one.refs.strings:
            self._replace(spelled.site.scope, spelled.span, names.new(spelled.exposure.module, spelled.exposure.name))
            value = replaced_value(spelled)
            if not spelled.in_all and value is not None:
                self._replace(spelled.site.scope, Span(value.span.start, value.span.start), "lambda: ")

    def _import_edits(self) -> None:
        """Names of import statements, in their order where they had one."""
        for (path, span), renamed in self._renamed.items():
            text = ImportText(self._project.sources[path].text[slice(*span)])
            for imported, names in renamed:
                new, old = names.new(imported.exposure.module, imported.exposure.name), imported.alias
                asname = f" as {new if old.asname == old.name else old.asname}" if old.asname else ""
                text = ImportText(text.renamed(imported.local, new + asname))
            if (path, span) in self._added:
                text = ImportText(text.with_name(self._added[path, span]))
            self._edits[path].append(Edit(Place(path, span), text.text))

    def _replace(self, scope: Scope, span: Span, text: str) -> None:
        self._edits[scope.module.path].append(Edit(self._place(scope, span), text))

    def _check_complete(self, one: Deferred) -> None:
        """Every mention in a file is either changed or known to mean something else."""
        homes = [(one.module, one.name), *((imported.scope, imported.local) for imported in one.refs.imports)]
        for home, name in homes:
            module = home.module
            changed = [edit.place.span for edit in self._edits[module.path]]
            mentioned = mentions(lines_of(self._project.sources[module.path].text), name)
            others = [*changed, one.statement.targets[0].span, *_meanings(self._project, module, name, mentioned)]
            others += [imported.alias.span for imported in one.refs.imports if imported.scope.module is module]
            for span in mentioned:
                inside = home is module or (isinstance(home, FunctionScope) and home.node.span.contains(span))
                if inside and not any(each.contains(span) for each in others):
                    raise _InTheWayError(
                        Place(module.path, span), f"`{name}` stands here where no call can, in an annotation or the like"
                    )

    # definitions

    def _definitions(self) -> None:
        by_module: dict[int, list[Deferred]] = defaultdict(list)
        for one in self._deferred:
            by_module[id(one.module)].append(one)
        for group in by_module.values():
            module = group[0].module
            changes, returns = self._imports(module, group)
            cache = changes.spellings[self._cache] + ("(maxsize=None)" if self._cache is _LRU_CACHE else "")
            accessors = [self._accessor(one, cache, returns.get(id(one))) for one in group]
            spans = [each.span for one in group for each in (one.statement, *one.settings)]
            self._edits[module.path] = [
                edit for edit in self._edits[module.path] if not any(span.contains(edit.place.span) for span in spans)
            ]
            self._edits[module.path] += accessor_edits(self._project.sources[module.path], accessors)
            self._edits[module.path] += changes.edits

    def _accessor(self, one: Deferred, cache: str, returns: str | None) -> Accessor:
        inside = [edit for edit in self._edits[one.module.path] if one.statement.span.contains(edit.place.span)]
        return Accessor(self._names[id(one)].accessor, one.statement, one.settings, cache, returns, inside)

    def _imports(self, module: ModuleScope, group: Sequence[Deferred]) -> tuple[ImportChange, dict[int, str]]:
        """The imports that the functions need, and the annotation of each; without annotations where they cannot be had."""
        source = self._project.sources[module.path]
        annotations = {id(one): _annotation(self._project, one) for one in group}
        wanted = [self._cache, *(each.wanted for each in annotations.values() if each.wanted is not None)]
        changes = change_imports(module.facts, source, list(dict.fromkeys(wanted)))
        if changes is not None:
            return changes, {key: each.spelled(changes) for key, each in annotations.items() if each.text}
        changes = change_imports(module.facts, source, [self._cache])
        if changes is None:
            raise _InTheWayError(self._place(module, group[0].statement.span), "`functools.cache` cannot be imported here")
        return changes, {key: each.text for key, each in annotations.items() if each.text and each.wanted is None}

    def _dispose(self, accessor: str) -> None:
        """In the application's lifespan, where the accessor can be had there."""
        disposal = disposal_of(self._project, self._deferred[0])
        if disposal is None:
            return
        edits = self._edits[disposal.module.path]
        spelled = disposal.known_as(accessor)
        if spelled is None and (beside := self._renamed_beside(disposal)) is not None:
            spelled = accessor
            self._added[beside] = accessor
        elif spelled is None and (imported := disposal.import_of(accessor)) is not None:
            spelled = imported.spelling
            edits += imported.edits
        if spelled is not None:
            edits += disposal.edits(spelled)

    def _renamed_beside(self, disposal: Disposal) -> tuple[str, Span] | None:
        """An import statement of the lifespan's module that is rewritten anyway, and takes the accessor along."""
        home = self._deferred[0].module
        for key, renamed in self._renamed.items():
            if any(each.scope is disposal.module and each.exposure.module is home for each, _ in renamed):
                return key
        return None

    def _place(self, scope: Scope, span: Span) -> Place:
        return Place(scope.module.path, span)


def _candidates(one: Deferred) -> Iterator[str]:
    own = f"get_{_snake(one.name.strip('_'))}"
    if one.is_engine:
        yield own
        yield f"get_{_snake(one.module.name.rpartition('.')[2])}_{_snake(one.name.strip('_'))}"
    else:
        yield "get_sessionmaker"
        yield own if not own.endswith("_session") else f"{own}maker"
        yield f"{own}_factory"


def _snake(name: str) -> str:
    """A part of a name, also of a module that nobody can import: ``load-data``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W", "_", name).lower()


def _meanings(project: Project, module: ModuleScope, name: str, mentioned: Sequence[Span]) -> Iterator[Span]:
    """Where ``name``, which stands at ``mentioned``, means something else: other functions' own names, keywords, parameters,
    comprehensions."""
    starts = [span.start for span in mentioned]
    for scope in module.scopes:
        if isinstance(scope, FunctionScope | ClassScope):
            if bisect_left(starts, scope.node.start) == bisect_left(starts, scope.node.end):
                continue
            if scope.node.name == name:
                yield scope.node.name_span
            if isinstance(scope, FunctionScope) and name in scope.bindings and name not in scope.declared:
                yield scope.node.span
        home = project.evaluator.home(name, scope)
        for site in sites(scope, lambda term: bisect_left(starts, term.span.start) < bisect_left(starts, term.span.end)):
            term = site.term
            if isinstance(term, Name) and term.id == name and home is not None and home is not module:
                yield term.span
            if isinstance(term, Call):
                yield from (Span(each.span.start, each.span.start + len(name)) for each in term.args if each.keyword == name)
            if isinstance(term, Lambda) and any(param.name == name for param in term.params):
                yield term.span
            if isinstance(term, Comprehension) and any(
                isinstance(inner, Name) and inner.id == name
                for clause in term.clauses
                for inner, _ in walk.descend(clause.target)
            ):
                yield term.span


@dataclass(frozen=True, slots=True)
class _Annotation:
    """``text`` with a ``{}`` for the spelling of ``wanted``."""

    text: str
    wanted: Wanted | None = None

    def spelled(self, changes: ImportChange) -> str:
        return self.text.format(changes.spellings[self.wanted]) if self.wanted is not None else self.text


def _annotation(project: Project, one: Deferred) -> _Annotation:
    """What the function gives: what the statement says, else what is known of the value."""
    source, kind = project.sources[one.module.path], project.kind(one.value, one.module)
    if one.statement.annotation is not None:
        return _Annotation(source.text[slice(*one.statement.annotation.span)])
    old = project.targets.sqlalchemy is not None and project.targets.sqlalchemy < (2, 0)
    match kind:
        case kinds.Engine(is_async=True):
            return _Annotation("{}", Wanted("sqlalchemy.ext.asyncio", "AsyncEngine"))
        case kinds.Engine(is_async=False):
            engine = ("sqlalchemy.engine", "Engine")
            return _Annotation("{}", Wanted(*engine) if old else Wanted("sqlalchemy", "Engine", (engine,)))
        case kinds.Factory(is_async=is_async) if isinstance(one.value, Call):
            return _factory_annotation(project, one, one.value, is_async, old)
        case _:
            return _Annotation("")


def _factory_annotation(project: Project, one: Deferred, call: Call, is_async: bool, old: bool) -> _Annotation:
    text = project.sources[one.module.path].text
    builder = project.kind(call.func, one.module)
    if not isinstance(builder, kinds.External) or builder.name not in SESSION_MAKERS or isinstance(call.func, Subscript):
        return _Annotation(text[slice(*call.func.span)] if isinstance(call.func, Subscript) else "")
    spelled = text[slice(*call.func.span)]
    chosen = walk.argument(call, None, "class_")
    if old or "scoped" in builder.name:
        return _Annotation(spelled if old else "")
    if chosen is not None:
        dotted = walk.dotted(chosen)
        return _Annotation(f"{spelled}[{dotted}]" if dotted else "")
    if is_async and builder.name == "sessionmaker":
        return _Annotation("")
    wanted = Wanted("sqlalchemy.ext.asyncio", "AsyncSession") if is_async else Wanted("sqlalchemy.orm", "Session")
    return _Annotation(f"{spelled}[{{}}]", wanted)
