"""What gives objects: the calls of a session, what is made of their results, and functions of the project."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import TRANSPARENT
from sessionlint.link.values.kinds import External
from sessionlint.model import walk
from sessionlint.model.facts import (
    Attribute,
    Await,
    BoolOp,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Name,
    Subscript,
    Term,
    Walrus,
)
from sessionlint.model.facts import Mapping as MappingTerm
from sessionlint.model.records import dataclass
from sessionlint.questions.objects.entity import Entity, Shape, Stage
from sessionlint.questions.objects.expiry import expires
from sessionlint.questions.objects.mapped import Loads, is_mapped, relationship, set_by_default
from sessionlint.questions.objects.options import listed, read_options
from sessionlint.questions.sessions.holding import parameter_for

Values: TypeAlias = frozenset[Entity | None]
"""What a term may be; None: something of which nothing is known."""
Known: TypeAlias = Mapping[object, Values]
"""What each local name may be; a name that is missing is nothing yet."""

SOMETHING: Values = frozenset({None})
NOTHING: Values = frozenset()
_SELECTS = frozenset({"select"})
_GETS = frozenset({"get", "get_one"})
_ROWS = frozenset({"execute", "stream"})
_OBJECTS = frozenset({"scalars", "stream_scalars", "exec"})
LOADING = _GETS | _ROWS | _OBJECTS | {"scalar", "query", "merge"}
_ONE_OF = frozenset({"first", "one", "one_or_none", "scalar", "get", "pop"})
_ALL_OF = frozenset({"all", "fetchall", "copy"})
_OF_ROWS = frozenset({"scalar", "scalar_one", "scalar_one_or_none"})
_SAME = frozenset({"unique", "yield_per", "execution_options", "where", "filter", "filter_by", "order_by", "limit", "offset"})
_ENDING_QUERY = frozenset({"count", "delete", "update", "exists", "subquery", "cte", "scalar_subquery", "with_entities"})
# what these give are no objects of the class: a union's rows, other columns
_ENDING_STATEMENT = _ENDING_QUERY | {
    *("union", "union_all", "intersect", "intersect_all", "except_", "except_all", "with_only_columns", "alias", "lateral"),
}
_COPYING = frozenset({f"builtins.{name}" for name in ("list", "tuple", "sorted", "set", "reversed", "iter", "enumerate")})


@dataclass(slots=True)
class Giving:
    """Says what terms of one body are; ``returned`` answers for the functions of the project that it calls."""

    project: Project
    scope: FunctionScope
    returned: Callable[[FunctionScope], Values]

    def values(self, term: Term, known: Known) -> Values:
        match term:
            case Name(id=name):
                return known.get(name, NOTHING if name in self.scope.bindings else SOMETHING)
            case Constant(value=None):
                return NOTHING
            case Await(value=Call() as call):
                return self.called(call, known, awaited=True)
            case Await(value=value) | Walrus(value=value):
                return self.values(value, known)
            case Conditional(body=body, orelse=orelse):
                return self.values(body, known) | self.values(orelse, known)
            case BoolOp(values=options):
                return frozenset(one for option in options for one in self.values(option, known))
            case Subscript(value=value, items=(Constant(value=int()),)):
                return elements(self.values(value, known))
            case Call():
                return self.called(term, known, awaited=False)
            case Comprehension(kind="list" | "set", element=(element,)):
                return self._comprehended(term, element, known)
            case Attribute(value=value, attr=attr):
                return self._related(self.values(value, known), attr)
            case _:
                return SOMETHING

    def carried(self, term: Term, known: Known) -> Values:
        """The objects that go along with a value: itself, or what stands in the display that it is."""
        match term:
            case Collection(items=items):
                return frozenset(one for item in items for one in self.carried(item, known) if one is not None)
            case MappingTerm(items=pairs):
                return frozenset(one for _, value in pairs for one in self.carried(value, known) if one is not None)
            case _:
                return self.values(term, known)

    def _comprehended(self, term: Comprehension, element: Term, known: Known) -> Values:
        """``[user for user in result.scalars()]``, ``[User(name=name) for name in names]``."""
        inner = dict(known)
        for clause in term.clauses:
            if not isinstance(clause.target, Name):
                return SOMETHING
            inner[clause.target.id] = elements(self.values(clause.iter, inner))
        found = self.values(element, inner)
        return frozenset(one.of_shape(Shape.MANY) if one is not None and one.shape is Shape.ONE else None for one in found)

    def _related(self, owners: Values, attr: str) -> Values:
        """``shop.items``, once it is loaded."""
        return frozenset(self._related_of(owner, attr) for owner in owners)

    def _related_of(self, owner: Entity | None, attr: str) -> Entity | None:
        if owner is None or owner.shape is not Shape.ONE or owner.cls is None or owner.is_new:
            return None
        found = relationship(self.project, owner.cls, attr)
        if found is None or found.target is None or not (attr in owner.loaded or found.loads is Loads.EAGERLY):
            return None
        inside = frozenset(name.removeprefix(f"{attr}.") for name in owner.loaded if name.startswith(f"{attr}."))
        shape = Shape.MANY if found.is_list else Shape.ONE
        return replace(
            owner, shape=shape, written=found.target.node.name, cls=found.target, unread=None, loaded=inside, only=None
        )

    # --- calls --------------------------------------------------------------------------------------------------------

    def called(self, call: Call, known: Known, *, awaited: bool) -> Values:
        """What a call gives; ``awaited``: behind its ``await``."""
        func = call.func
        if isinstance(func, Attribute):
            owner = self.project.kind(func.value, self.scope)
            if isinstance(owner, kinds.Session):
                is_given = awaited or not owner.is_async  # else it is a coroutine
                return self._asked(call, func.attr, owner, walk.dotted(func.value), known) if is_given else SOMETHING
            found = self.values(func.value, known) if isinstance(func.value, Name | Call | Await) else SOMETHING
            if found != SOMETHING:
                return frozenset(value for one in found for value in self._method(one, func.attr, call, known))
        return self._function(call, known, awaited=awaited)

    def _asked(self, call: Call, method: str, session: kinds.Session, name: str | None, known: Known) -> Values:
        """What a method of a session gives."""
        if session.scoped or name is None or method not in LOADING or not call.args or call.args[0].star:
            return SOMETHING
        first = call.args[0].term
        if method in _GETS:
            return self._of(self._selected([first], walk.argument(call, None, "options")), Shape.ONE, call, session, name)
        if method == "query":
            return self._of(self._selected([given.term for given in call.args], None), Shape.QUERY, call, session, name)
        if method == "merge":
            return SOMETHING
        shape = Shape.RESULT if method in _ROWS else Shape.SCALARS if method in _OBJECTS else Shape.ONE
        statements = self.values(first, known)
        return frozenset(
            value
            for one in statements
            for value in self._of(one if one is not None and one.shape is Shape.STATEMENT else None, shape, call, session, name)
        )

    def _of(self, statement: Entity | None, shape: Shape, call: Call, session: kinds.Session, name: str) -> Values:
        if statement is None:
            return SOMETHING
        return frozenset(
            {
                replace(
                    statement,
                    shape=shape,
                    session=name,
                    is_async=session.is_async,
                    expires=expires(self.project, session, name, self.scope),
                    origin=call,
                    where=self.scope,
                )
            }
        )

    def _selected(self, classes: list[Term], options: Term | None) -> Entity | None:
        """A statement that asks for the objects of one class."""
        named = self.class_of(classes[0], outside=True) if len(classes) == 1 else None
        if named is None:
            return None
        return _with_options(Entity(Shape.STATEMENT, *named), listed(options))

    def class_of(self, term: Term, *, outside: bool = False) -> tuple[str, ClassScope | None, str | None] | None:
        """The mapped class that a term names: what SQLAlchemy makes objects of, and not a column or a table; ``outside``: one of
        another distribution, too."""
        written = walk.dotted(term) if isinstance(term, Name | Attribute) else None
        name = (written or "").rpartition(".")[2]
        if written is None or not name[:1].isupper():
            return None
        match self.project.kind(term, self.scope):
            case kinds.ClassKind(cls=cls):
                return written, cls, None
            case kinds.Unknown(unread=str(path)):
                return written, None, path
            case External(name=known) if outside and known.partition(".")[0] not in ("sqlalchemy", "sqlmodel"):
                return (written, None, None) if not name.isupper() else None
            case _:
                return None

    def _method(self, owner: Entity | None, method: str, call: Call, known: Known) -> Iterator[Entity | None]:
        """What a method of a statement, of a query or of a result gives."""
        if owner is None:
            yield None
        elif method == "options" and owner.shape in (Shape.STATEMENT, Shape.QUERY):
            yield _with_options(owner, [None if given.star else given.term for given in call.args])
        elif owner.shape is Shape.STATEMENT:
            yield owner if method not in _ENDING_STATEMENT else None
        elif owner.shape is Shape.QUERY and method not in _ONE_OF | _ALL_OF:
            yield owner if method not in _ENDING_QUERY and not method.startswith("add_") else None
        elif owner.shape is Shape.RESULT:
            yield from self._of_rows(owner, method, call)
        elif owner.shape in (Shape.SCALARS, Shape.QUERY, Shape.MANY):
            yield self._of_objects(owner, method)
        else:
            yield None

    def _of_rows(self, owner: Entity, method: str, call: Call) -> Iterator[Entity | None]:
        if method == "scalars" and not call.args:
            yield owner.of_shape(Shape.SCALARS)
        elif method in _OF_ROWS:
            yield owner.of_shape(Shape.ONE)
        else:
            yield owner if method in _SAME else None

    def _of_objects(self, owner: Entity, method: str) -> Entity | None:
        if method in _ONE_OF:
            return owner.of_shape(Shape.ONE)
        if method in _ALL_OF:
            return owner.of_shape(Shape.MANY)
        return owner if method in _SAME else None

    # --- functions ----------------------------------------------------------------------------------------------------

    def _function(self, call: Call, known: Known, *, awaited: bool) -> Values:
        match self.project.kind(call.func, self.scope):
            case kinds.External(name=name) if self._is_select(name):
                statement = self._selected([given.term for given in call.args if given.keyword is None], None)
                return frozenset({statement})
            case kinds.External(name=name) if name in _COPYING and call.args and not name.endswith("enumerate"):
                return frozenset(_listed(one) for one in self.values(call.args[0].term, known))
            case kinds.External(name="builtins.next") if call.args:
                return elements(self.values(call.args[0].term, known))
            case kinds.FunctionKind(function=function, wrapped="") if function.node.is_async is awaited:
                return self._given_by(function, call)
            case kinds.ClassKind() | kinds.Unknown(unread=str()):
                return self._made(call)
            case _:
                return SOMETHING

    def _is_select(self, name: str) -> bool:
        package, _, _ = name.partition(".")
        return name.rpartition(".")[2] == "select" and package in ("sqlalchemy", "sqlmodel")

    def _made(self, call: Call) -> Values:
        """A new object; whether its class is mapped will be seen when it is added to a session."""
        named = self.class_of(call.func)
        if named is None or (named[1] is not None and not is_mapped(self.project, named[1])):
            return SOMETHING
        given = frozenset(argument.keyword for argument in call.args if argument.keyword is not None)
        given |= set_by_default(self.project, named[1]) if named[1] is not None else frozenset()
        stars = any(argument.star for argument in call.args) or any(argument.keyword is None for argument in call.args)
        made = Entity(Shape.ONE, *named, stage=Stage.NEW, is_new=True, loaded=given, hazy=stars, origin=call, where=self.scope)
        return frozenset({made})

    def _given_by(self, function: FunctionScope, call: Call) -> Values:
        """What a function of the project returns, with the session as the caller names it."""
        if not self.project.evaluator.decorators(function) <= TRANSPARENT - {"functools.cache", "functools.lru_cache"}:
            return SOMETHING
        return frozenset(self._as_caller_has(one, function, call) for one in self.returned(function))

    def _as_caller_has(self, one: Entity | None, function: FunctionScope, call: Call) -> Entity | None:
        if one is None or not one.session:
            return one
        root, dot, kept = one.session.partition(".")
        if dot and function.owner is not None and isinstance(call.func, Attribute) and root == "self":
            given, name = kept_session(self.project, self.scope, call.func.value, kept)
        else:
            given = next((each.term for each in call.args if parameter_for(function, call, each.term) == one.session), None)
            name = walk.dotted(given) if given is not None else None
        return self._of_session(replace(one, own=False, session=name or "?"), given)

    def _of_session(self, one: Entity, given: Term | None) -> Entity:
        """An object of the session that the caller gave away: the caller knows better what made it."""
        session = self.project.kind(given, self.scope) if given is not None else kinds.UNKNOWN
        if not isinstance(session, kinds.Session):
            return one
        return replace(one, is_async=session.is_async, expires=expires(self.project, session, one.session, self.scope))


def kept_session(project: Project, scope: FunctionScope, owner: Term, kept: str) -> tuple[Term | None, str | None]:
    """The session that an object keeps as ``kept``: what it was made with, where that is seen, and what a body calls it."""
    name = walk.dotted(owner)
    made = owner
    match scope.bindings.get(owner.id, ()) if isinstance(owner, Name) else ():
        case [ValueBinding(value=Call() as call, path=())]:
            made = call
    cls = project.kind(made.func, scope) if isinstance(made, Call) else kinds.UNKNOWN
    if isinstance(made, Call) and isinstance(cls, kinds.ClassKind):
        given = _given_for(project, cls.cls, made, kept)
        return given, walk.dotted(given) if given is not None else None
    return None, f"{name}.{kept}" if name is not None else None


def _given_for(project: Project, cls: ClassScope, made: Call, kept: str) -> Term | None:
    """The argument that ``__init__`` keeps under a name."""
    init = project.evaluator.instance_attribute(cls, "__init__")
    if not isinstance(init, kinds.FunctionKind) or init.function.owner is None:
        return None
    match init.function.owner.attributes.get(kept, ()):
        case [ValueBinding(value=Name(id=name))]:
            found = (each.term for each in made.args if parameter_for(init.function, made, each.term) == name)
            return next(found, None)
    return None


def _with_options(owner: Entity, given: Iterable[Term | None]) -> Entity:
    found = read_options(given)
    return replace(
        owner,
        loaded=owner.loaded | found.loaded,
        deferred=owner.deferred | found.deferred,
        only=(owner.only or frozenset()) | found.only if found.only is not None else owner.only,
        hazy=owner.hazy or not found.is_plain,
    )


def _listed(one: Entity | None) -> Entity | None:
    return one.of_shape(Shape.MANY) if one is not None and one.shape in (Shape.SCALARS, Shape.QUERY, Shape.MANY) else None


def elements(values: Values) -> Values:
    """What iterating gives."""
    return frozenset(
        one.of_shape(Shape.ONE) if one is not None and one.shape in (Shape.SCALARS, Shape.QUERY, Shape.MANY) else None
        for one in values
    )
