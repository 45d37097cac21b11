"""Who takes hold of an engine, a factory or a provider by its name: imports it, overrides it, or puts something in its place."""

from collections.abc import Iterator, Mapping

from sessionlint.link.names.scopes import ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant, Evaluate, Statement, Subscript, Term
from sessionlint.model.facts import Mapping as MappingTerm
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import OVERRIDES
from sessionlint.questions.inventory.parts import part_of_file
from sessionlint.questions.inventory.records import Code, Handle, Handles

_PATCHING = ("patch", "setattr", "object")


def handles(project: Project, things: Mapping[Place, Code]) -> Mapping[Place, Handles]:
    """By the place of each of ``things``: who takes hold of it."""
    found = {}
    for place, code in things.items():
        imports = tuple(_importers(project, code)) if code.name.isidentifier() else ()
        overrides = tuple(handle for meant, handle in _overrides(project, place.path) if meant == place)
        patches = tuple(handle for meant, handle in _patches(project, place.path) if meant == place)
        found[place] = Handles(imports, overrides, patches)
    return found


def _importers(project: Project, code: Code) -> Iterator[Handle]:
    for path, place in project.importers_of_name(code.place.path, code.name).items():
        module = project.modules.get(path) or project.outline(path)
        if module is not None:
            yield Handle(module.name, part_of_file(project, module), place)


@postings
def _overrides(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, Handle]]]:
    for meant, place in _overridden(project, module):
        yield meant.path, (meant, Handle(module.name, part_of_file(project, module), place))


@postings
def _patches(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, Handle]]]:
    for meant, place in _patched(project, module):
        yield meant.path, (meant, Handle(module.name, part_of_file(project, module), place))


def meant_by(kind: kinds.Kind) -> Place | None:
    """The place by which the inventory knows what a kind is."""
    match kind:
        case kinds.FunctionKind(function=function):
            return function.place
        case kinds.Factory(origin=origin) | kinds.Engine(origin=origin):
            return origin
        case _:
            return None


# --- overrides --------------------------------------------------------------------------------------------------------


def _overridden(project: Project, module: ModuleScope) -> Iterator[tuple[Place, Place]]:
    """What ``dependency_overrides`` replaces, and where."""
    if not project.mentions(module, OVERRIDES):
        return
    for scope in module.scopes:
        for statement in walk.statements(scope.body):
            for key in _keys(statement):
                meant = meant_by(project.kind(key, scope))
                if meant is not None:
                    yield meant, module.place(key.span)


def _keys(statement: Statement) -> Iterator[Term]:
    match statement:
        case Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, Subscript) and _is_overrides(target.value):
                    yield from target.items
                elif _is_overrides(target) and isinstance(value, MappingTerm):
                    yield from (key for key, _ in value.items if key is not None)
        case Evaluate(value=Call(func=Attribute(value=value, attr="update" | "setdefault"), args=args)) if _is_overrides(value):
            for given in args[:1]:
                keys = [key for key, _ in given.term.items] if isinstance(given.term, MappingTerm) else [given.term]
                yield from (key for key in keys if key is not None)


def _is_overrides(term: Term) -> bool:
    return isinstance(term, Attribute) and term.attr == OVERRIDES


# --- patches ----------------------------------------------------------------------------------------------------------


def _patched(project: Project, module: ModuleScope) -> Iterator[tuple[Place, Place]]:
    """What is replaced by its name, and where: ``patch("app.db.get_db")``, ``setattr(db, "get_db", ...)``, ``db.get_db = f``."""
    for site in module.calls_named(_PATCHING):
        meant = _target(project, site)
        if meant is not None:
            yield meant, site.place
    for scope in module.scopes:
        for statement in walk.statements(scope.body):
            for target in statement.targets if isinstance(statement, Assign) else ():
                meant = _assigned_to(project, target, scope)
                if meant is not None:
                    yield meant, module.place(target.span)


def _assigned_to(project: Project, target: Term, scope: Scope) -> Place | None:
    """What an assignment to a name of another module takes the place of."""
    holder = project.kind(target.value, scope) if isinstance(target, Attribute) else None
    if not isinstance(holder, kinds.ModuleKind) or not isinstance(target, Attribute):
        return None
    return _member(project, holder.path, target.attr)


def _target(project: Project, site: Site) -> Place | None:
    assert isinstance(site.term, Call)
    given = [argument.term for argument in site.term.args[:2] if argument.keyword is None and not argument.star]
    match given:
        case [Constant(value=str() as dotted), *_]:
            home, _, name = dotted.rpartition(".")
            path = project.layout.resolve(site.scope.module.path, home, 0) if home else None
            return _member(project, path, name)
        case [holder, Constant(value=str() as name)]:
            return _of_holder(project, holder, name, site.scope)
        case _:
            return None


def _of_holder(project: Project, holder: Term, name: str, scope: Scope) -> Place | None:
    kind = project.kind(holder, scope)
    if isinstance(kind, kinds.ModuleKind):
        return _member(project, kind.path, name)
    return meant_by(project.evaluator.attribute_kind(kind, name)) if isinstance(kind, kinds.ClassKind) else None


def _member(project: Project, path: str | None, name: str) -> Place | None:
    module = project.modules.get(path) if path is not None else None
    return meant_by(project.evaluator.member(module, name)) if module is not None else None
