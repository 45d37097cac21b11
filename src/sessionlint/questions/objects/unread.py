"""Files without facts that would tell whether something goes wrong with an object: the model that is made of it, the function
that gets it, its class."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, question
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call, Term
from sessionlint.model.regex import regex
from sessionlint.questions.objects.attributes import is_deferred, proxied
from sessionlint.questions.objects.entity import Entity, Stage
from sessionlint.questions.objects.mapped import Loads, relationship
from sessionlint.questions.objects.objects import (
    Objects,
    has_objects,
    objects_in,
    objects_of,
    returned_objects,
    returns_objects,
)
from sessionlint.questions.objects.reasons import BEHIND_A_DOT, is_of_interest, late_words, made_of_objects
from sessionlint.questions.objects.schemas import route_schema, unread_schemas
from sessionlint.questions.requests.routes import is_route
from sessionlint.questions.sessions.lives import lives_in

_FIELD = regex(r"    (\w+):")


@gathered
def unread_by_objects(project: Project, module: ModuleScope) -> Iterator[str]:
    """The paths of such files, and of those that get an object without a session from a function that they call."""
    if is_of_interest(project, module):
        yield from _unread_classes(project, module)
        if late_words(project):
            yield from _unread_models(project, module)
            yield from _unread_functions(project, module)
            yield from _unread_callers(project, module)


@collected
def _unread_models(project: Project, module: ModuleScope) -> Iterator[str]:
    for function in module.functions:
        if not has_objects(project, function):
            continue
        for schema, scope in made_of_objects(project, function):
            for path in unread_schemas(project, schema, scope):
                if _late_fields(project, module, path):
                    late = _late_in(project, _made_into(project, objects_of(project, function), schema))
                    if _holds_any(project, path, "    {}:", late):
                        yield path


def _made_into(project: Project, objects: Objects, schema: Term) -> Iterator[Entity | None]:
    """The objects that the model ``schema`` is made of: those that leave a route, or that a call of it gets."""
    if is_route(project, objects.function) and schema is route_schema(objects.function):
        yield from (one for values in objects.returned.values() for one in values)
    for (call, _), values in objects.given.items():
        if isinstance(call.func, Attribute) and call.func.value is schema:
            yield from values


@collected
def _unread_functions(project: Project, module: ModuleScope) -> Iterator[str]:
    for site in project.calls_into_unread(module):
        call, function = site.term, site.scope
        if not isinstance(call, Call) or not call.args or not isinstance(function, FunctionScope):
            continue
        callee = project.kind(call.func, function) if has_objects(project, function) else kinds.NONE
        path = callee.unread if isinstance(callee, kinds.Unknown) else None
        if path is not None and _late_attributes(project, module, path):
            given = objects_of(project, function).given
            late = _late_in(project, (one for (to, _), values in given.items() if to is call for one in values))
            if _holds_any(project, path, ".{}", late):
                yield path


def _holds_any(project: Project, path: str, form: str, names: frozenset[str]) -> bool:
    """Whether a file's text holds one of the names, in the ``form`` of a field or of an attribute."""
    text = project.sources[path].text if path in project.sources else ""
    return any(form.format(name) in text for name in names)


@question(frozenset[str]())
def _late_attributes(project: Project, _: ModuleScope, path: str) -> frozenset[str]:
    """The names of what a look may load that a file, of which a module knows, has behind a dot."""
    return _late_words_in(project, path, BEHIND_A_DOT)


@question(frozenset[str]())
def _late_fields(project: Project, _: ModuleScope, path: str) -> frozenset[str]:
    """The names of what a look may load that a file, of which a module knows, has as fields of a class."""
    return _late_words_in(project, path, _FIELD)


def _late_words_in(project: Project, path: str, form: re.Pattern[str]) -> frozenset[str]:
    project.looked_into.add(path)
    text = project.sources[path].text if path in project.sources else ""
    return late_words(project) & frozenset(form.findall(text))


def _late_in(project: Project, values: Iterable[Entity | None]) -> frozenset[str]:
    """What may have to be loaded of such objects, where that cannot be done."""
    found = (one.cls for one in values if one is not None and (one.is_async or one.stage is Stage.DETACHED))
    return frozenset(name for cls in found if cls is not None for name in _late_of(project, cls))


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


@collected
def _unread_callers(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files that import a function of a module which returns objects without a session, and hold the name of something that
    such an object cannot load any more."""
    for name, functions in _giving_away(project, module).items():
        for path in project.importers.directly(module.path, name):
            outline = project.outline(path)
            late = _late_attributes(project, outline, path) if outline is not None else ()
            if late and any(_detaches(project, function) for function in functions):
                yield path


def _giving_away(project: Project, module: ModuleScope) -> Mapping[str, Sequence[FunctionScope]]:
    """The functions of a module that may return such objects, by the name under which they are imported: their class's, of
    methods."""
    found: dict[str, list[FunctionScope]] = defaultdict(list)
    for function in module.functions:
        is_holder = has_objects(project, function) and (function.withs or lives_in(project, function))
        if is_holder and returns_objects(project, function):
            found[(function.owner or function).node.name].append(function)
    return found


def _detaches(project: Project, function: FunctionScope) -> bool:
    return any(
        one is not None
        and one.cls is not None
        and one.stage is Stage.DETACHED
        and not one.hazy
        and any(_late_of(project, one.cls))
        for one in returned_objects(project, function)
    )
