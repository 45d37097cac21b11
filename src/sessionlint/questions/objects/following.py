"""The walk: what each name of a body may be at each place, along every path."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import field, replace

from sessionlint.flow.leaks import may_raise
from sessionlint.flow.paths import Exits, NeverReturns, Paths, suppresses
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Call,
    Collection,
    Comprehension,
    Constant,
    For,
    FString,
    If,
    Lambda,
    Name,
    Operation,
    Return,
    Statement,
    Term,
    Walrus,
    While,
    With,
    WithItem,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.calls import Calls
from sessionlint.questions.objects.entity import Entity, Shape, Stage, closed, committed, rolled_back
from sessionlint.questions.objects.faults import fault
from sessionlint.questions.objects.giving import SOMETHING, Giving, Values, elements
from sessionlint.questions.objects.knowledge import REACHED, Fact, Facts, Knowledge, Look
from sessionlint.questions.providers.commits import commits_on_success
from sessionlint.questions.sessions.block_uses import own_block


@dataclass(slots=True)
class Following(Paths[Fact]):
    """The walk over one body; ``catches``: something may go on behind an error; ``looks`` collects what is looked at, ``given``
    what calls are given, over all paths and rounds."""

    project: Project
    scope: FunctionScope
    never_returns: NeverReturns
    giving: Giving
    catches: bool
    looks: dict[Look, set[Entity | None]] = field(default_factory=lambda: defaultdict(set))
    given: dict[tuple[Call, Term], set[Entity | None]] = field(default_factory=lambda: defaultdict(set))
    assigned: dict[tuple[Attribute, Term], set[tuple[Entity | None, Entity | None]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    # what is known behind the last statement: most often that is where the next one begins
    _known: Knowledge | None = None

    def follow(self, parameters: dict[str, Values]) -> Exits[Fact]:
        """Walk the body; ``parameters`` are what the function is given."""
        start = Knowledge(frozenset({REACHED}))
        for parameter in self.scope.node.params:
            start.put(parameter.name, parameters.get(parameter.name, SOMETHING))
        return self._block(self.scope.body, start.facts)

    def place(self, term: Term) -> Place:
        return self.scope.module.place(term.span)

    # --- statements ---------------------------------------------------------------------------------------------------

    def _own(self, statement: Statement, states: Facts) -> tuple[Facts, Facts]:
        known = self._knowledge(states)
        for term in _looked_at(statement):
            self.look(term, known)
        if isinstance(statement, Assign):
            self._assign(statement, known)
        elif isinstance(statement, Return) and statement.value is not None:
            known.put(statement, self.giving.carried(statement.value, known))
        return known.facts, states if self.catches and may_raise(statement) else frozenset()

    def _knowledge(self, states: Facts) -> Knowledge:
        if self._known is None or not self._known.is_of(states):
            self._known = Knowledge(states)
        return self._known

    def _assign(self, statement: Assign, known: Knowledge) -> None:
        if statement.value is None:
            return
        values = self.giving.values(statement.value, known) if not statement.augmented else SOMETHING
        for target in statement.targets:
            self._bind(target, statement.value, values, known)

    def _bind(self, target: Term, value: Term, values: Values, known: Knowledge) -> None:
        match target:
            case Name(id=name):
                known.put(name, values)
                known.change(lambda one: one.session == name, lambda _: None)
            case Collection(items=targets):
                parts = value.items if isinstance(value, Collection) and len(value.items) == len(targets) else None
                for index, each in enumerate(targets):
                    part = parts[index] if parts is not None else None
                    self._bind(each, part or value, self.giving.values(part, known) if part is not None else SOMETHING, known)
            case Attribute():
                self._set(target, value, values, known)
            case Operation(operands=(inner,)):
                self._bind(inner, value, SOMETHING, known)
            case _:
                pass

    def _set(self, target: Attribute, value: Term, values: Values, known: Knowledge) -> None:
        """``shop.items = [...]`` loads what was there before; any other attribute is there from then on."""
        self.look(target.value, known)
        owners = self.giving.values(target.value, known)
        if any(one is not None for one in owners):
            self.looks[Look(target, target.value, target.attr, writes=True)] |= owners
            self.assigned[target, value] |= {(owner, one) for owner in owners for one in values}
        if isinstance(target.value, Name):
            behind = (replace(one, expired=None).with_loaded(target.attr) if one is not None else None for one in owners)
            known.put(target.value.id, frozenset(behind))

    # --- terms --------------------------------------------------------------------------------------------------------

    def look(self, term: Term, known: Knowledge, *, awaited: bool = False) -> None:
        """Everything that evaluating ``term`` looks at and does."""
        match term:
            case Lambda():
                return
            case Await(value=value):
                self.look(value, known, awaited=True)
            case Call():
                Calls(self).follow(term, known, awaited=awaited)
            case Attribute(value=value):
                self.look(value, known)
                self._attribute(term, known)
            case Comprehension():
                self._comprehension(term, known)
            case Walrus(target=target, value=value):
                self.look(value, known)
                known.put(target.id, self.giving.values(value, known))
            case FString(parts=parts):
                for part in parts:
                    self.look(part, known)
                    self._shown(part, known)
            case _:
                for child in walk.children(term):
                    self.look(child, known)

    def _comprehension(self, term: Comprehension, known: Knowledge) -> None:
        outer = {name: known[name] for clause in term.clauses for name in _names(clause.target) if name in known}
        for clause in term.clauses:
            self.look(clause.iter, known)
            found = elements(self.giving.values(clause.iter, known))
            for name in _names(clause.target):
                known.put(name, found if isinstance(clause.target, Name) else SOMETHING)
            for test in clause.ifs:
                self.look(test, known)
        for element in term.element:
            self.look(element, known)
        for name in (name for clause in term.clauses for name in _names(clause.target)):
            known.drop(name)
        for name, values in outer.items():
            known.put(name, values)

    def _attribute(self, term: Attribute, known: Knowledge) -> None:
        if not known.has_objects:
            return
        if isinstance(term.value, Attribute) and term.value.attr == "awaitable_attrs":
            self._loaded(term.value.value, term.attr, known)
        elif term.attr != "awaitable_attrs":
            self.read(Look(term, term.value, term.attr), known)

    def _loaded(self, owner: Term, attr: str, known: Knowledge) -> None:
        origins = {one.origin for one in self.giving.values(owner, known) if one is not None}
        known.change(lambda one: one.origin in origins, lambda one: one.with_loaded(attr))

    def read(self, look: Look, known: Knowledge) -> None:
        """Take a look down, and what becomes of the object: a look that fails is the last one."""
        owners = self.giving.values(look.owner, known)
        if not any(one is not None and one.shape is Shape.ONE for one in owners):
            return
        self.looks[look] |= owners
        if isinstance(look.owner, Name):
            known.put(look.owner.id, frozenset(self._behind(one, look.attr) for one in owners))

    def _behind(self, one: Entity | None, attr: str) -> Entity | None:
        if one is None or one.shape is not Shape.ONE:
            return one
        if one.stage is Stage.LIVE and not one.is_async:
            return replace(one, expired=None).with_loaded(attr)
        if fault(self.project, one, attr) is not None:
            return None
        return one.with_loaded(attr) if one.stage in (Stage.NEW, Stage.PENDING) else one

    def _shown(self, part: Term, known: Knowledge) -> None:
        """``f"{user}"`` runs what the class says of itself, which may look at anything."""
        if isinstance(part, Name) and part.id in known:
            shown = (one.blurred if one is not None and one.stage is not Stage.DETACHED else one for one in known[part.id])
            known.put(part.id, frozenset(shown))

    # --- compound statements ------------------------------------------------------------------------------------------

    def _branches(self, statement: If, states: Facts) -> tuple[Facts, Facts]:
        name, is_there = _tested(statement.test)
        if name is None:
            return states, states
        gone = frozenset(fact for fact in states if fact[0] != name or fact[1] is None)
        return (states, gone) if is_there else (gone, states)

    def _round(self, statement: For | While, states: Facts) -> Facts:
        if not isinstance(statement, For) or not states:
            return states
        known = Knowledge(states)
        found = elements(self.giving.values(statement.iter, known))
        for name in _names(statement.target):
            known.put(name, found if isinstance(statement.target, Name) else SOMETHING)
        return known.facts

    def _again(self, statement: For | While, states: Facts) -> Facts:
        return self._round(statement, states)

    def _with(self, statement: With, states: Facts) -> Exits[Fact]:
        known = Knowledge(states)
        for item in statement.items:
            self.look(item.context, known)
        for item in statement.items:
            if isinstance(item.target, Name):
                self._bind(item.target, item.context, SOMETHING, known)
        exits = self._block(statement.body, known.facts)
        for item in reversed(statement.items):
            exits = self._left(statement, item, exits)
        if any(suppresses(item.context) for item in statement.items):
            exits.falls, exits.raises = exits.falls | exits.raises, frozenset()
        exits.raises |= states if self.catches else frozenset()
        return exits

    def _left(self, statement: With, item: WithItem, exits: Exits[Fact]) -> Exits[Fact]:
        """What the end of a ``with`` does to the objects of the session that it commits or closes."""
        name, commits, closes = self._ends(statement, item)
        if name is None:
            return exits
        place = self.place(item.context)

        def end(facts: Facts, ends: Callable[[Entity, Place], Entity | None]) -> Facts:
            known = Knowledge(facts)
            if commits:
                known.change(lambda one: one.session == name, lambda one: ends(one, place))
            if closes:
                known.change(lambda one: one.session == name, lambda one: closed(one, place))
            return known.facts if facts else facts

        left = exits.mapped(lambda facts: end(facts, committed))
        left.raises = end(exits.raises, rolled_back)
        return left

    def _ends(self, statement: With, item: WithItem) -> tuple[str | None, bool, bool]:
        """The session that the end of a ``with`` item concerns, and whether it is committed and closed there."""
        block = own_block(self.project, statement, item, self.scope)
        if block is not None and isinstance(block.held, kinds.Session):
            return block.name, block.begins or self._commits_late(item), True
        name = walk.dotted(item.context)
        if name is not None and isinstance(self.project.kind(item.context, self.scope), kinds.Session):
            return name, False, True
        match item.context:
            case Call(func=Attribute(value=session, attr="begin"), args=()):
                kind = self.project.kind(session, self.scope)
                return (walk.dotted(session), True, False) if isinstance(kind, kinds.Session) else (None, False, False)
        return None, False, False

    def _commits_late(self, item: WithItem) -> bool:
        callee = self.project.kind(item.context.func, self.scope) if isinstance(item.context, Call) else None
        return isinstance(callee, kinds.FunctionKind) and commits_on_success(self.project, callee.function)


def catches(function: FunctionScope) -> bool:
    """Whether anything in its body may go on behind an error."""
    return bool(function.tries) or any(suppresses(item.context) for one in function.withs for item in one.items)


def _looked_at(statement: Statement) -> list[Term]:
    """The terms that a statement evaluates, without its targets."""
    match statement:
        case Assign(value=value, targets=targets):
            subscripts = [term for term in targets if not isinstance(term, Name | Attribute | Collection)]
            return [*([value] if value is not None else []), *subscripts]
        case For(iter=iterated):
            return [iterated]
        case _:
            return list(walk.own_terms(statement))


def _names(target: Term) -> list[str]:
    return [term.id for term, _ in walk.descend(target) if isinstance(term, Name)]


def _tested(test: Term) -> tuple[str | None, bool]:
    """The name that a test asks for, and whether it is there when the test holds."""
    match test:
        case Name(id=name):
            return name, True
        case Operation(op="not", operands=(inner,)):
            found, is_there = _tested(inner)
            return found, not is_there
        case Operation(op="is not", operands=(Name(id=name), Constant(value=None))):
            return name, True
        case Operation(op="is", operands=(Name(id=name), Constant(value=None))):
            return name, False
        case _:
            return None, True
