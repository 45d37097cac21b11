"""What a call does to the objects of a body: through their session, or because it is given them."""

from collections.abc import Iterator
from dataclasses import replace

from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Collection, Constant, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.attributes import method_of
from sessionlint.questions.objects.entity import Entity, Stage, closed, committed, flushed, rolled_back
from sessionlint.questions.objects.expiry import expires
from sessionlint.questions.objects.giving import LOADING, SOMETHING, Values
from sessionlint.questions.objects.knowledge import Follows, Knowledge, Look
from sessionlint.questions.objects.reading import surely_read
from sessionlint.questions.objects.schemas import VALIDATING, schema_fields
from sessionlint.questions.sessions.holding import CLOSING_METHODS, parameter_for

_CLOSING = CLOSING_METHODS | {"reset", "remove", "expunge_all"}
_WITHOUT_OBJECTS = frozenset({"insert", "update", "delete", "text", "select", "func", "exists"})
_SETTING = frozenset({"setattr", "set_committed_value", "set_attribute", "delattr", "getattr", "hasattr"})


@dataclass(slots=True)
class Calls:
    """Follows the calls of one walk."""

    walk: Follows

    def follow(self, call: Call, known: Knowledge, *, awaited: bool) -> None:
        func = call.func
        self.walk.look(func.value if isinstance(func, Attribute) else func, known)
        for given in call.args:
            self.walk.look(given.term, known)
        if not known.has_objects:
            return
        owner = self.walk.project.kind(func.value, self.walk.scope) if isinstance(func, Attribute) else kinds.UNKNOWN
        given_objects = self._given_objects(call, known)
        if isinstance(func, Attribute) and isinstance(owner, kinds.Session):
            self._of_session(call, func, owner, known)
        else:
            self._other(call, given_objects, known, awaited=awaited)

    def _given_objects(self, call: Call, known: Knowledge) -> Values:
        """The objects that a call is given, in a list or ``args=(user,)`` as well; they are taken down."""
        found: Values = frozenset()
        for given in call.args:
            for term in (given.term, *(given.term.items if isinstance(given.term, Collection) else ())):
                values = self.walk.giving.carried(term, known)
                if any(one is not None and one.has_objects for one in values):
                    self.walk.given[call, term] |= values
                    found |= values
        return found

    # --- the methods of a session -------------------------------------------------------------------------------------

    def _of_session(self, call: Call, func: Attribute, session: kinds.Session, known: Knowledge) -> None:
        name, place = walk.dotted(func.value) or "?", self.walk.place(call)

        def of_it(one: Entity) -> bool:
            return one.session == name

        match func.attr:
            case "commit":
                known.change(of_it, lambda one: committed(one, place))
            case "rollback":
                known.change(of_it, lambda one: rolled_back(one, place))
            case method if method in _CLOSING:
                known.change(of_it, lambda one: closed(one, place))
            case "expire_all":
                known.change(lambda one: of_it(one) and one.stage is Stage.LIVE, lambda one: replace(one, expired=place))
            case "flush":
                known.change(of_it, flushed)
            case "run_sync" | "merge":
                known.change(of_it, lambda one: one.blurred)
            case "add" | "add_all":
                self._added(call, name, session, known)
            case "refresh" | "expire" | "expunge" | "delete":
                self._one_of(func.attr, call, known)
            case method if method in LOADING:
                self._loads(call, name, known)

    def _added(self, call: Call, name: str, session: kinds.Session, known: Knowledge) -> None:
        own = {one.origin for given in call.args[:1] for one in self.walk.giving.carried(given.term, known) if one is not None}
        does_expire = expires(self.walk.project, session, name, self.walk.scope)

        def added(one: Entity) -> Entity:
            stage = Stage.PENDING if one.stage is Stage.NEW else Stage.LIVE
            return replace(one, stage=stage, session=name, is_async=session.is_async, expires=does_expire, idle=False)

        known.change(lambda one: one.origin in own and one.stage in (Stage.NEW, Stage.DETACHED), added)
        known.change(lambda one: one.session == name, lambda one: replace(one, idle=False))

    def _one_of(self, method: str, call: Call, known: Knowledge) -> None:
        """``refresh(obj)``, ``expire(obj)``, ``expunge(obj)``, ``delete(obj)``: of it, whatever it is called here."""
        if not call.args:
            return
        values = self.walk.giving.values(call.args[0].term, known)
        own = {one.origin for one in values if one is not None}
        named = _attribute_names(call)
        place = self.walk.place(call)

        def changed(one: Entity) -> Entity | None:
            match method:
                case "refresh" if named is None:
                    return one.blurred
                case "refresh":
                    stage = Stage.LIVE if one.stage is Stage.PENDING else one.stage
                    refreshed = replace(one, expired=None, stage=stage, idle=False, hazy=one.hazy or one.is_new)
                    return refreshed.with_loaded(*named or ())
                case "expire" if len(call.args) == 1:
                    return replace(one, expired=place)
                case "expunge":
                    return closed(one, place)
                case _:
                    return None

        known.change(lambda one: one.origin in own, changed)

    def _loads(self, call: Call, name: str, known: Knowledge) -> None:
        """SQL that gives objects may give the same ones again, with more of them loaded, or anew."""
        values = self._loaded_by(call, known)

        def loaded(one: Entity) -> Entity:
            one = replace(one, idle=False) if one.session == name else one
            for other in values:
                if other is None:
                    return one.blurred if one.session == name else one
                if other.written.rpartition(".")[2] == one.written.rpartition(".")[2]:
                    return one.blurred if other.loaded or other.hazy else replace(one, expired=None)
                if other.loaded or other.hazy:
                    one = replace(one, hazy=True)
            return one

        known.change(lambda one: one.has_objects and one.is_there and one.stage is Stage.LIVE, loaded)

    def _loaded_by(self, call: Call, known: Knowledge) -> Values:
        first = call.args[0].term if call.args else None
        root: Term | None = first
        while isinstance(root, Call | Attribute):
            root = root.func if isinstance(root, Call) else root.value
        values = self.walk.giving.called(call, known, awaited=True)
        if values == SOMETHING and isinstance(root, Name) and root.id in _WITHOUT_OBJECTS:
            return frozenset()
        return values

    # --- other calls --------------------------------------------------------------------------------------------------

    def _other(self, call: Call, given: Values, known: Knowledge, *, awaited: bool) -> None:
        callee = self.walk.project.kind(call.func, self.walk.scope)
        self._reads(call, callee, known, is_given=bool(given))
        may_wait = awaited or not _is_synchronous(callee)
        self._session_handed_on(call, known, may_wait=may_wait)
        own = {one.origin for one in given if one is not None and one.has_objects}
        if isinstance(call.func, Attribute):
            own |= {one.origin for one in self.walk.giving.values(call.func.value, known) if one is not None and one.has_objects}
        name = (walk.dotted(call.func) or "").rpartition(".")[2]
        if own and name not in ("len", "isinstance", "type", "id", "bool"):
            certain = name in _SETTING
            known.change(lambda one: one.origin in own, lambda one: _handed_on(one, may_wait=may_wait or certain))

    def _session_handed_on(self, call: Call, known: Knowledge, *, may_wait: bool) -> None:
        """Who gets the session may load more of its objects, or look at them."""
        names = {walk.dotted(term) for given in call.args for term, _ in walk.descend(given.term)}
        receiver = walk.dotted(call.func.value) if isinstance(call.func, Attribute) else None

        def concerns(one: Entity) -> bool:
            if not one.session or not one.has_objects:
                return False
            if one.session in names:
                return True
            root, dot, _ = one.session.partition(".")
            return may_wait and bool(dot) and receiver is not None and receiver.partition(".")[0] == root

        known.change(concerns, lambda one: _handed_on(one, may_wait=True))

    def _reads(self, call: Call, callee: kinds.Kind, known: Knowledge, *, is_given: bool) -> None:
        """What a function of the project, a method of the object, or a schema reads of an object that it is given."""
        for owner, attr, place in (*(self._read_by(call, callee) if is_given else ()), *self._read_by_method(call, known)):
            self.walk.read(Look(call, owner, attr, place), known)

    def _read_by_method(self, call: Call, known: Knowledge) -> Iterator[tuple[Term, str, Place]]:
        """``shop.total()``: what a method of its class reads of the object."""
        if not isinstance(call.func, Attribute):
            return
        for one in self.walk.giving.values(call.func.value, known):
            method = method_of(self.walk.project, one.cls, call.func.attr) if one is not None and one.cls is not None else None
            for attr, place in surely_read(self.walk.project, method, method.node.params[0].name) if method is not None else ():
                yield call.func.value, attr, place

    def _read_by(self, call: Call, callee: kinds.Kind) -> Iterator[tuple[Term, str, Place]]:
        project = self.walk.project
        if isinstance(callee, kinds.FunctionKind) and not callee.wrapped:
            for given in call.args:
                name = parameter_for(callee.function, call, given.term)
                for attr, place in surely_read(project, callee.function, name) if name is not None else ():
                    yield given.term, attr, place
        elif isinstance(call.func, Attribute) and call.func.attr in VALIDATING and call.args:
            for attr, place in schema_fields(project, call.func.value, self.walk.scope):
                yield call.args[0].term, attr, place


def _handed_on(one: Entity, *, may_wait: bool) -> Entity:
    """An object that somebody else has got: of an asynchronous session, nobody can load anything without waiting."""
    if one.stage is Stage.DETACHED:
        return one
    if one.is_async and one.is_there and not may_wait:
        return one
    return one.blurred


def _is_synchronous(callee: kinds.Kind) -> bool:
    match callee:
        case kinds.FunctionKind(function=function):
            return not function.node.is_async
        case kinds.External() | kinds.ClassKind() | kinds.SessionType():
            return True
        case _:
            return False


def _attribute_names(call: Call) -> list[str] | None:
    """The attributes that ``refresh(obj, ["items"])`` names, none if it names none; None where they cannot be told."""
    given = walk.argument(call, 1, "attribute_names")
    if given is None:
        return [] if not any(argument.star for argument in call.args) else None
    if not isinstance(given, Collection):
        return None
    names = [item.value for item in given.items if isinstance(item, Constant) and isinstance(item.value, str)]
    return names if len(names) == len(given.items) else None
