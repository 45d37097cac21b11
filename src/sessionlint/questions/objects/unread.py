"""Files without facts that would tell whether something goes wrong with an object: the model that is made of it, the function
that gets it, its class."""

from collections.abc import Iterable, Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ImportBinding, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.questions.objects.attributes import is_deferred, proxied
from sessionlint.questions.objects.entity import Entity, Stage
from sessionlint.questions.objects.mapped import Loads, relationship
from sessionlint.questions.objects.objects import Objects, has_objects, objects_in, objects_of, returned_objects
from sessionlint.questions.objects.reasons import late_words, made_of_objects
from sessionlint.questions.objects.schemas import unread_schemas
from sessionlint.questions.requests.routes import is_route
from sessionlint.questions.sessions.lives import lives_in


def unread_by_objects(project: Project, module: ModuleScope) -> Iterator[str]:
    """The paths of such files, as far as a module leads to them."""
    yield from _unread_classes(project, module)
    if late_words(project):
        yield from _unread_models(project, module)
        yield from _unread_functions(project, module)


@collected
def _unread_models(project: Project, module: ModuleScope) -> Iterator[str]:
    for function in module.functions:
        if not has_objects(project, function):
            continue
        for schema, scope in made_of_objects(project, function):
            unread = [*unread_schemas(project, schema, scope)]
            if unread and _is_read(project, objects_of(project, function)):
                yield from unread


def _is_read(project: Project, objects: Objects) -> bool:
    """Whether an object that leaves, or that a call gets, has anything that a look at it would load."""
    returned = [one for values in objects.returned.values() for one in values] if is_route(objects.function) else []
    return _may_fail(project, [*returned, *(one for values in objects.given.values() for one in values)])


@collected
def _unread_functions(project: Project, module: ModuleScope) -> Iterator[str]:
    for site in project.calls_into_unread(module):
        call, function = site.term, site.scope
        if not isinstance(call, Call) or not call.args or not isinstance(function, FunctionScope):
            continue
        callee = project.kind(call.func, function) if has_objects(project, function) else kinds.NONE
        if isinstance(callee, kinds.Unknown) and callee.unread is not None:
            given = objects_of(project, function).given
            if _may_fail(project, [one for (to, _), values in given.items() if to is call for one in values]):
                yield callee.unread


def _may_fail(project: Project, values: Iterable[Entity | None]) -> bool:
    found = [one for one in values if one is not None and one.cls is not None and (one.is_async or one.stage is Stage.DETACHED)]
    return any(_loads_late(project, one.cls) for one in found if one.cls is not None)


def _loads_late(project: Project, cls: ClassScope) -> bool:
    return any(True for _ in _late_of(project, cls))


def _late_of(project: Project, cls: ClassScope) -> Iterator[str]:
    """The names of what objects of a class load by a look at it, and of the properties through which they may be looked at."""
    for ancestor in project.evaluator.ancestors(cls):
        for name in ancestor.bindings:
            found = relationship(project, cls, name)
            is_late = found is not None and found.loads is Loads.LAZILY
            if is_late or name in ancestor.methods or is_deferred(project, cls, name) or proxied(project, cls, name):
                yield name


@collected
def _unread_classes(project: Project, module: ModuleScope) -> Iterator[str]:
    """The classes of objects that have expired, or of which the query leaves out columns, where that matters."""
    for objects in objects_in(project, module):
        for values in objects.looks.values():
            for one in values:
                if one is not None and (one.expired is not None or one.only is not None or one.deferred):
                    yield from _unread_of(project, one)


def _unread_of(project: Project, entity: Entity) -> Iterator[str]:
    if entity.unread is not None:
        yield entity.unread
    for ancestor in project.evaluator.ancestors(entity.cls) if entity.cls is not None else ():
        for base in project.evaluator.base_kinds(ancestor):
            if isinstance(base, kinds.Unknown) and base.unread is not None:
                yield base.unread


def unread_callers(project: Project) -> Iterator[str]:
    """The files that import a function which returns objects without a session, and hold the name of something that such an
    object cannot load any more."""
    returning = {(path, name): late for module in project.modules.values() for path, name, late in _detaching(project, module)}
    project.asked |= {name for _, name in returning}
    for module in project.outlines if returning else ():
        bindings = (binding for bound in module.bindings.values() for binding in bound if isinstance(binding, ImportBinding))
        for binding in bindings:
            home = project.layout.resolve(module.path, binding.module, binding.level)
            late = returning.get((home, binding.name or ""), frozenset())
            if any(project.mentions(module, f".{name}") for name in late):
                yield module.path


@collected
def _detaching(project: Project, module: ModuleScope) -> Iterator[tuple[str | None, str, frozenset[str]]]:
    """The functions of a module that return such objects, and classes with such methods, with what the objects load late."""
    for function in module.functions if late_words(project) else ():
        found = [*_detached(project, function)] if has_objects(project, function) else []
        late = frozenset(name for one in found if one.cls is not None for name in _late_of(project, one.cls))
        if late:
            yield module.path, (function.owner or function).node.name, late


def _detached(project: Project, function: FunctionScope) -> Iterator[Entity]:
    if any(isinstance(life.session, kinds.Session) for life in lives_in(project, function)) or function.withs:
        for one in returned_objects(project, function):
            if one is not None and one.stage is Stage.DETACHED and not one.hazy:
                yield one
