"""Where a session goes once it is open: the surroundings of the opening call, and of every mention of the name that holds it.

The answer is one small enum per place; nothing here knows rules. Whatever cannot be followed is GIVEN_AWAY: somebody
else may close it, so rules stay silent.
"""

from collections.abc import Iterator
from enum import Enum

from sessionlint.link.names.scopes import ClassScope, FunctionScope, Scope, Site
from sessionlint.link.names.sites import inner_functions, mentions, sites
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    BoolOp,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Lambda,
    Mapping,
    Name,
    Operation,
    Return,
    Subscript,
    Term,
    Walrus,
    With,
    Yield,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.injection.dependencies import is_dependency


class Use(Enum):
    """What happens to a session at one place."""

    USED = "asked for something, or looked at"
    CLOSED = "closed here"
    MANAGED = "closed by a with block, an exit stack or a registered clean-up"
    BOUND = "bound to a name"
    STORED = "stored on an object, in a container or in a global"
    RETURNED = "handed to the caller"
    YIELDED = "lent to whoever iterates"
    GIVEN_AWAY = "handed to something that may keep or close it"
    TEMPORARY = "used without a name"
    DROPPED = "opened and dropped"


CLOSING_METHODS = frozenset({"close", "aclose", "__exit__", "__aexit__", "invalidate"})
_STACK_METHODS = frozenset({"enter_context", "enter_async_context", "push", "push_async_exit", "callback", "push_async_callback"})
_WRAPPERS = frozenset({"contextlib.closing", "contextlib.aclosing"})
# in the names of classes that are made for sessions
_OF_SESSIONS = ("session", "alchemy", "sqlmodel", "database", "db", "repo", "dao", "unitofwork", "unit_of_work", "uow")
_LENT_ON = "contextlib.nullcontext"
_PASSES_THROUGH = frozenset({"cast", "asyncio.shield", "asyncio.wait_for"})


@dataclass(frozen=True, slots=True)
class Where:
    """How a place uses the session; ``name`` is the dotted name that holds it from there on, if any."""

    use: Use
    name: str | None = None


class Holding:
    """Says what a place does with the session that stands there."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._evaluator = project.evaluator

    # --- one place ----------------------------------------------------------------------------------------------------

    def at(self, site: Site) -> Where:
        """What happens to the session that ``site.term`` is."""
        term = site.term
        for depth, outer in enumerate(site.path):
            match outer:
                case Await() | Conditional() | BoolOp():
                    if isinstance(outer, Conditional) and outer.test is term:
                        return Where(Use.USED)
                    term = outer
                case Walrus(target=target):
                    return self._assigned(target, target.id, site.scope)
                case Attribute():
                    return self._attribute(outer, site.path[depth + 1 :])
                case Call():
                    found = self._argument(outer, term, site)
                    if found is not None:
                        return Where(found)
                    term = outer
                case Yield():
                    return Where(Use.YIELDED)
                case Lambda() | Comprehension():
                    return Where(Use.GIVEN_AWAY)
                case Collection() | Mapping():
                    return self._in_container(site)
                case Operation() | Subscript() | _:
                    return Where(Use.USED)
        return self._statement(term, site)

    def _attribute(self, attribute: Attribute, outer: walk.Path) -> Where:
        called = bool(outer) and isinstance(outer[0], Call) and outer[0].func is attribute
        if attribute.attr in CLOSING_METHODS:
            # `addfinalizer(db.close)`: the method itself is registered somewhere
            return Where(Use.CLOSED if called else Use.MANAGED)
        return Where(Use.USED)

    def _in_container(self, site: Site) -> Where:
        statement = site.statement
        if isinstance(statement, Return):
            return Where(Use.RETURNED)
        match statement:
            case Assign(targets=(Collection(items=targets),), value=Collection(items=values)) if len(targets) == len(values):
                for target, value in zip(targets, values, strict=True):
                    if value is site.term and (name := walk.dotted(target)) is not None:
                        return self._assigned(target, name, site.scope)
        return Where(Use.STORED)

    def _statement(self, term: Term, site: Site) -> Where:
        match site.statement:
            case With(items=items) if any(item.context is term for item in items):
                return Where(Use.MANAGED)
            case Assign(targets=targets, value=value) if value is term:
                for target in targets:
                    name = walk.dotted(target)
                    if name is None:
                        return Where(Use.STORED)
                    where = self._assigned(target, name, site.scope)
                    if where.use is not Use.BOUND or len(targets) == 1:
                        return where
                return Where(Use.BOUND, walk.dotted(targets[-1]))
            case Return():
                return Where(Use.RETURNED)
            case _:
                return Where(Use.DROPPED)

    def _assigned(self, target: Term, name: str, scope: Scope) -> Where:
        if isinstance(target, Name) and isinstance(scope, FunctionScope) and name not in scope.declared:
            return Where(Use.BOUND, name)
        return Where(Use.STORED, name)

    # --- arguments ----------------------------------------------------------------------------------------------------

    def _argument(self, call: Call, term: Term, site: Site) -> Use | None:
        """What calling ``call`` does with its argument ``term``; None when the call gives the session back as it is."""
        if call.func is term:
            return Use.USED
        callee = self._evaluator.kind(call.func, site.scope)
        method = call.func.attr if isinstance(call.func, Attribute) else ""
        if method in _STACK_METHODS:
            return Use.MANAGED
        match callee:
            case kinds.External(name=name):
                return self._external_argument(name, call, site)
            case kinds.FunctionKind(function=function):
                return self._function_argument(function, call, term)
            case kinds.ClassKind(cls=cls):
                return self._constructor_argument(cls, call, term, site)
            case kinds.Session() | kinds.Method(owner=kinds.Session()):
                return Use.USED
            case kinds.Unknown(unread=str() as path):
                self._project.wanting.add(path)
                return Use.GIVEN_AWAY
            case _:
                return Use.GIVEN_AWAY

    def _external_argument(self, name: str, call: Call, site: Site) -> Use | None:
        if name in _PASSES_THROUGH:
            return None
        if name in _WRAPPERS:
            return Use.MANAGED
        if name == _LENT_ON and _keeps_its_name(call, site):
            return Use.USED
        if name.startswith("builtins."):
            return Use.USED
        return Use.GIVEN_AWAY

    def _function_argument(self, function: FunctionScope, call: Call, term: Term) -> Use:
        parameter = parameter_for(function, call, term)
        return self.parameter(function, parameter) if parameter is not None else Use.GIVEN_AWAY

    def _constructor_argument(self, cls: ClassScope, call: Call, term: Term, site: Site) -> Use:
        """A class that keeps its session without ever closing it does not take it over."""
        init = self._evaluator.instance_attribute(cls, "__init__")
        if not isinstance(init, kinds.FunctionKind):
            return Use.GIVEN_AWAY
        parameter = parameter_for(init.function, call, term)
        if parameter is None or self.closes_attribute(cls):
            return Use.GIVEN_AWAY
        lent = isinstance(site.statement, Return) or any(isinstance(outer, Yield) for outer in site.path)
        if lent and not (isinstance(site.scope, FunctionScope) and is_dependency(self._project, site.scope)):
            return Use.RETURNED  # FastAPI, as the caller of a dependency, closes nothing; anybody else may
        if self.parameter(init.function, parameter) not in (Use.USED, Use.STORED):
            return Use.GIVEN_AWAY
        return self._keeper(call, site)

    def _keeper(self, call: Call, site: Site) -> Use:
        """What becomes of the object that keeps the session: whoever gets it, or closes what it holds, takes over."""
        statement = site.statement
        if not isinstance(statement, Assign) or statement.value is not call or not isinstance(statement.targets[0], Name):
            return Use.USED
        key = ("kept under", site.scope, call)
        return remembered(self._project, key, Use.USED, self._kept_under, statement.targets[0].id, site)

    def _kept_under(self, name: str, site: Site) -> Use:
        for mention, where in self.mentions(site.scope, frozenset({name})):
            if where.use is not Use.USED and where.use is not Use.RETURNED:
                return Use.GIVEN_AWAY
            if where.use is Use.RETURNED and not (
                isinstance(site.scope, FunctionScope) and is_dependency(self._project, site.scope)
            ):
                return Use.RETURNED
            if any(isinstance(outer, Attribute) and outer.attr in CLOSING_METHODS for outer in mention.path):
                return Use.GIVEN_AWAY
        return Use.USED

    def closes_attribute(self, cls: ClassScope, attribute: str | None = None) -> bool:
        """Whether a method of the class or of a base closes ``self.attribute`` (None: any attribute)."""
        return any(
            remembered(self._project, ("closes", ancestor, attribute), False, self._closes_itself, ancestor, attribute)
            for ancestor in self._evaluator.ancestors(cls)
        )

    def _closes_itself(self, cls: ClassScope, attribute: str | None) -> bool:
        if any(_may_close(base, attribute) for base in self._evaluator.base_kinds(cls)):
            return True
        for method in cls.methods.values():
            for site in sites(method):
                name = walk.dotted(site.term) if isinstance(site.term, Attribute) else None
                if name is None or not name.startswith("self."):
                    continue
                parts = name.split(".")
                if len(parts) == 3 and parts[2] in CLOSING_METHODS and attribute in (None, parts[1]):
                    return True
                if len(parts) == 2 and attribute in (None, parts[1]) and self.at(site).use in (Use.MANAGED, Use.GIVEN_AWAY):
                    return True
        return False

    def parameter(self, function: FunctionScope, name: str) -> Use:
        """What a function does with a session it is given: CLOSED, STORED, GIVEN_AWAY, or just USED."""
        return remembered(self._project, ("parameter", function, name), Use.USED, self._parameter, function, name)

    def _parameter(self, function: FunctionScope, name: str) -> Use:
        uses = {where.use for _, where in self.mentions(function, frozenset({name}))}
        if uses & {Use.CLOSED, Use.MANAGED}:
            return Use.CLOSED
        if uses & {Use.STORED, Use.BOUND}:
            return Use.STORED
        return Use.GIVEN_AWAY if uses & {Use.GIVEN_AWAY, Use.RETURNED, Use.YIELDED} else Use.USED

    # --- all places ---------------------------------------------------------------------------------------------------

    def mentions(self, scope: Scope, names: frozenset[str]) -> Iterator[tuple[Site, Where]]:
        """Every place in a body, and in the functions inside it, that mentions the session under one of ``names``."""
        scopes = [scope, *inner_functions(scope)] if isinstance(scope, FunctionScope) else [scope]
        for inner in scopes:
            if inner is not scope and all(name in inner.bindings for name in names):
                continue
            for site in mentions(inner, names):
                if not _is_target(site):
                    yield site, self.at(site)


def _keeps_its_name(call: Call, site: Site) -> bool:
    """``with nullcontext(db) if db else session_scope() as db:``, where the name goes on to mean the session that is used."""
    items = site.statement.items if isinstance(site.statement, With) else ()
    targets = [item.target for item in items if any(inner is call for inner, _ in walk.descend(item.context))]
    return [walk.dotted(one) for one in targets if one is not None] == [walk.dotted(site.term)]


def parameter_for(function: FunctionScope, call: Call, term: Term) -> str | None:
    """The name of the parameter that receives the argument ``term``; None when stars hide it."""
    params = function.node.params
    bound = 1 if function.owner is not None and params and params[0].name in ("self", "cls") else 0
    position = bound
    for given in call.args:
        if given.star:
            return None
        if given.keyword is not None:
            if given.term is term:
                return given.keyword if any(param.name == given.keyword for param in params) else None
            continue
        if given.term is term:
            positional = [param for param in params if param.kind in ("/", "")]
            return positional[position].name if position < len(positional) else None
        position += 1
    return None


def _is_target(site: Site) -> bool:
    return isinstance(site.statement, Assign) and any(
        site.term is target or target in site.path for target in site.statement.targets
    )


def _may_close(base: kinds.Kind, attribute: str | None) -> bool:
    """Whether a base that cannot be seen may close what its subclass keeps. Another distribution does not know the attributes of
    a project, unless its class is made for sessions."""
    if isinstance(base, kinds.ClassKind) or is_plain_base(base):
        return False
    if attribute is None or not isinstance(base, kinds.External):
        return True
    return any(word in base.name.lower() for word in _OF_SESSIONS)


def is_plain_base(base: kinds.Kind) -> bool:
    """A base class that adds no behaviour."""
    return isinstance(base, kinds.External) and base.name.rpartition(".")[2] in (
        "object",
        "ABC",
        "Protocol",
        "Generic",
        "BaseModel",
    )


def holding_of(project: Project) -> Holding:
    """Where the sessions of a project go."""
    return Holding(project)
