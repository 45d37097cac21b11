"""Objects of one session in the hands of another, both of them open."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, ParameterBinding, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Await, Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.entity import Entity, Stage
from sessionlint.questions.objects.giving import Values
from sessionlint.questions.objects.objects import Objects, objects_in
from sessionlint.questions.sessions.holding import parameter_for
from sessionlint.questions.sessions.openings import openings_of
from sessionlint.rules.object.object_of_another_session.new_objects import is_open_at, related_to_new

_REFUSING = frozenset({"add", "add_all", "delete", "refresh", "expire", "expunge"})
_ADDING = frozenset({"add", "add_all", "delete"})


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """``holder`` and ``taker`` are the sessions as the function calls them; ``adds`` is where a function that gets the object
    adds it to a session of its own; ``along``: the object that is added, which takes this one along."""

    place: Place
    written: str
    holder: str
    taker: str
    entity: Entity
    adds: Place | None = None
    along: str | None = None

    @property
    def loaded_at(self) -> Place | None:
        origin, where = self.entity.origin, self.entity.where
        return where.module.place(origin.span) if origin is not None and where is not None else None


def crossings(project: Project, module: ModuleScope) -> Iterator[Crossing]:
    """Every object of a module that goes from one session to another, in source order."""
    for objects in objects_in(project, module):
        found = [*_given(project, objects), *_assigned(project, objects), *_taken_along(project, objects)]
        yield from sorted(found, key=lambda one: one.place)


def _given(project: Project, objects: Objects) -> Iterator[Crossing]:
    for (call, term), values in objects.given.items():
        held = _held(values)
        if held is None:
            continue
        written = walk.dotted(term) or held.written
        place = objects.function.module.place(call.span)
        match project.kind(call.func, objects.function):
            case kinds.Method(owner=kinds.Session(scoped=False), name=name) if name in _REFUSING:
                taker = walk.dotted(getattr(call.func, "value", call.func))
                if taker is not None and _differ(project, objects.function, held.session, taker):
                    yield Crossing(place, written, held.session, taker, held)
            case kinds.FunctionKind(function=function, wrapped=""):
                parameter = parameter_for(function, call, term)
                adds = adds_to_own(project, function, parameter) if parameter is not None else None
                if adds is not None:
                    yield Crossing(place, written, held.session, "", held, adds)


def _held(values: Values) -> Entity | None:
    """The object, if all that a term may be is held by one session."""
    found = [one for one in values if one is not None and one.session and one.stage in (Stage.LIVE, Stage.PENDING)]
    if not found or len(found) != len(values) or len({one.session for one in found}) > 1:
        return None
    return min(found, key=lambda one: (one.written, one.origin.span if one.origin is not None else ()))


def _assigned(project: Project, objects: Objects) -> Iterator[Crossing]:
    """``item.shop = shop``: the session of the one is to take the other along."""
    for (target, value), pairs in objects.assigned.items():
        owner, held = _held(frozenset(one for one, _ in pairs)), _held(frozenset(other for _, other in pairs))
        if owner is None or held is None or owner.session == held.session:
            continue
        if _differ(project, objects.function, held.session, owner.session):
            place = objects.function.module.place(target.span)
            yield Crossing(place, walk.dotted(value) or held.written, held.session, owner.session, held)


def _taken_along(project: Project, objects: Objects) -> Iterator[Crossing]:
    """``other.add(Item(shop=shop))``: adding a new object adds what its relationships hold."""
    for (call, term), values in objects.given.items():
        taker = _taker(project, objects.function, call)
        new = next(iter(values)) if taker is not None and len(values) == 1 else None
        for value in related_to_new(project, new) if new is not None else ():
            held = _held(objects.given.get((new.origin, value), frozenset())) if new is not None and new.origin else None
            if taker is None or held is None or not _differ(project, objects.function, held.session, taker):
                continue
            if is_open_at(objects.function, held.session, call):
                place = objects.function.module.place(call.span)
                yield Crossing(place, walk.dotted(value) or held.written, held.session, taker, held, along=walk.dotted(term))


def _taker(project: Project, function: FunctionScope, call: Call) -> str | None:
    """The session to which a call adds what it is given."""
    match project.kind(call.func, function):
        case kinds.Method(owner=kinds.Session(scoped=False), name="add" | "add_all"):
            return walk.dotted(getattr(call.func, "value", call.func))
        case _:
            return None


def _differ(project: Project, function: FunctionScope, one: str, other: str) -> bool:
    """Whether two names surely stand for different sessions: the function opens one of them, and has the other from elsewhere,
    or opens both."""
    known = {name: _is_opened(project, function, name) for name in (one, other)}
    return len(known) == 2 and any(known.values()) and all(known[name] or _is_from_outside(function, name) for name in known)


def _is_from_outside(function: FunctionScope, name: str) -> bool:
    """A parameter, or what an object or the request keeps; another local name may be the same session's."""
    bindings = function.bindings.get(name, ())
    return "." in name or name == "?" or (bool(bindings) and all(isinstance(one, ParameterBinding) for one in bindings))


def _is_opened(project: Project, function: FunctionScope, name: str) -> bool:
    bindings = function.bindings.get(name, ())
    return bool(bindings) and all(
        isinstance(binding, EnteredBinding | ValueBinding)
        and binding.value is not None
        and _opens(project, binding.value, function)
        for binding in bindings
    )


def _opens(project: Project, value: Term, function: FunctionScope) -> bool:
    value = value.value if isinstance(value, Await) else value
    if not isinstance(value, Call):
        return False
    if openings_of(project).opens(value, function):
        return True
    match project.kind(value.func, function):
        case kinds.Method(owner=kinds.Factory(scoped=False), name="begin"):
            return True
        case _:
            return False


@question(None)
def adds_to_own(project: Project, function: FunctionScope, name: str) -> Place | None:
    """Where a function adds the object that it is given as ``name`` to a session that it opens itself."""
    if len(function.bindings.get(name, ())) != 1:
        return None
    for site in sites(function):
        call = site.term
        if not isinstance(call, Call) or not call.args or not _is_named(call.args[0].term, name):
            continue
        match project.kind(call.func, function):
            case kinds.Method(owner=kinds.Session(scoped=False), name=method) if method in _ADDING:
                owner = walk.dotted(getattr(call.func, "value", call.func))
                if owner is not None and _is_opened(project, function, owner):
                    return site.place
    return None


def _is_named(term: Term, name: str) -> bool:
    return isinstance(term, Name) and term.id == name
