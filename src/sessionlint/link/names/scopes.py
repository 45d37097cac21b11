"""Who binds a name: the scopes of a module and, in each, every way in which a name gets its value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from itertools import islice
from typing import TypeAlias, TypeVar

from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Block,
    Call,
    Class,
    Collection,
    For,
    Function,
    Import,
    Lambda,
    Match,
    ModuleFacts,
    Name,
    Operation,
    Parameter,
    Return,
    Scoping,
    Statement,
    Subscript,
    Term,
    Try,
    Walrus,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span

# --- bindings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class ValueBinding:
    """``name = value``; for an unpacked target ``path`` holds the index at each level. ``scope`` is where value is evaluated."""

    scope: "Scope"
    value: Term | None
    annotation: Term | None = None
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class EnteredBinding:
    """``with value as name`` / ``async with value as name``."""

    scope: "Scope"
    value: Term
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class IteratedBinding:
    """``for name in value`` / ``async for name in value``."""

    scope: "Scope"
    value: Term
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ImportBinding:
    """``name`` of ``module``; name None binds the module itself, "*" everything it offers."""

    importer: "ModuleScope"
    statement: Import
    module: str
    level: int
    name: str | None


@dataclass(frozen=True, slots=True, eq=False)
class ParameterBinding:
    function: "FunctionScope"
    parameter: Parameter
    position: int


@dataclass(frozen=True, slots=True, eq=False)
class DefinitionBinding:
    scope: "FunctionScope | ClassScope"


@dataclass(frozen=True, slots=True, eq=False)
class OpaqueBinding:
    """Bound to something we do not follow: an exception, a pattern's capture, a loop over unknown things, ``+=``."""


Binding: TypeAlias = (
    ValueBinding | EnteredBinding | IteratedBinding | ImportBinding | ParameterBinding | DefinitionBinding | OpaqueBinding
)

_NOTHING: Mapping[str, str] = {}
T = TypeVar("T")


class Bindings(dict[str, Sequence[Binding]]):
    """What is bound to each name, in source order. Most are bound once, for which a tuple takes half of a list."""

    __slots__ = ()

    def __missing__(self, name: str) -> Sequence[Binding]:
        return ()

    def add(self, name: str, binding: Binding) -> None:
        self[name] = _with(self.get(name, ()), binding)


def _with(known: Sequence[T], one: T) -> Sequence[T]:
    """``known``, which nobody else has, and ``one``."""
    if not known:
        return (one,)
    if isinstance(known, list):
        known.append(one)
        return known
    return [*known, one]


# --- scopes -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False, kw_only=True)
class _ScopeFields:
    module: "ModuleScope"
    parent: "Scope | None"
    bindings: Bindings = field(default_factory=Bindings)
    # the statements of its own body that are asked for most, in source order
    withs: Sequence[With] = ()
    tries: Sequence[Try] = ()
    returns: Sequence[Return] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class FunctionScope(_ScopeFields):
    """The inside of a ``def``; ``declared`` are its ``global`` and ``nonlocal`` names. ``owner`` is its class, for a method."""

    node: Function
    declared: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def owner(self) -> "ClassScope | None":
        return self.parent if isinstance(self.parent, ClassScope) else None

    @property
    def qualified_name(self) -> str:
        return _qualified(self.parent, self.node.name)

    @property
    def body(self) -> Block:
        return self.node.body

    @property
    def place(self) -> Place:
        return Place(self.module.path, self.node.name_span)


@dataclass(slots=True, eq=False, kw_only=True)
class ClassScope(_ScopeFields):
    node: Class
    methods: dict[str, FunctionScope] = field(default_factory=dict)
    # what methods bind on the instance: `self.name = value` and `self.name: annotation`
    attributes: Bindings = field(default_factory=Bindings)

    @property
    def qualified_name(self) -> str:
        return _qualified(self.parent, self.node.name)

    @property
    def body(self) -> Block:
        return self.node.body


@dataclass(eq=False)
class ModuleScope:
    """A module: its facts, its own names and all scopes inside it. ``star_imports`` and ``calls`` in source order; ``bit`` is
    that of the file in ``link.memory``."""

    facts: ModuleFacts
    name: str
    bit: int = 0
    bindings: Bindings = field(default_factory=Bindings)
    functions: list[FunctionScope] = field(default_factory=list)
    classes: list[ClassScope] = field(default_factory=list)
    withs: Sequence[With] = ()
    tries: Sequence[Try] = ()
    returns: Sequence[Return] = ()
    star_imports: list[ImportBinding] = field(default_factory=list)
    calls: "list[Site]" = field(default_factory=list)
    # what is put on a state: `request.state.name = value`, `app.state["name"] = value`
    states: list[tuple[Term, ValueBinding | EnteredBinding]] = field(default_factory=list)
    # what `link.import_time` found
    at_import: "Sequence[Site] | None" = None

    parent: None = None

    @cached_property
    def _calls_by_name(self) -> "dict[str, Sequence[Site]]":
        found: dict[str, list[Site]] = {}
        for site in self.calls:
            match site.term:
                case Call(func=Name(id=name) | Attribute(attr=name)):
                    found.setdefault(name, []).append(site)
                case Call(func=Call()):
                    found.setdefault("()", []).append(site)
        return {name: tuple(sites) for name, sites in found.items()}

    @property
    def called_names(self) -> Iterable[str]:
        """What ``calls_named`` finds something by."""
        return self._calls_by_name

    @cached_property
    def _sites_by_call(self) -> "dict[Term, Site]":
        return {site.term: site for site in self.calls}

    def call_site(self, call: Call) -> "Site":
        """The one of ``calls`` that is ``call``."""
        return self._sites_by_call[call]

    def calls_named(self, names: Sequence[str]) -> "Sequence[Site]":
        """The calls of what goes by one of ``names``, in source order; "()" is what another call gives."""
        return self.in_order([self._calls_by_name[name] for name in dict.fromkeys(names) if name in self._calls_by_name])

    def in_order(self, some: "Sequence[Sequence[Site]]") -> "Sequence[Site]":
        """Groups of ``calls``, each in their order, as one of that order; each call once."""
        if len(some) < 2:
            return some[0] if some else ()
        found = {site for sites in some for site in sites}
        return [site for site in self.calls if site in found]

    @property
    def module(self) -> "ModuleScope":
        return self

    @property
    def path(self) -> str:
        return self.facts.path

    @property
    def body(self) -> Block:
        return self.facts.body

    @property
    def qualified_name(self) -> str:
        return ""

    @cached_property
    def _positions(self) -> "dict[FunctionScope, int]":
        return {function: position for position, function in enumerate(self.functions)}

    def functions_behind(self, function: FunctionScope) -> Iterator[FunctionScope]:
        """The functions that begin behind the beginning of ``function``, in source order: those inside it come first."""
        return islice(self.functions, self._positions[function] + 1, None)

    @property
    def scopes(self) -> "tuple[Scope, ...]":
        """The module and every class and function in it."""
        return (self, *self.classes, *self.functions)

    def place(self, span: Span) -> Place:
        return Place(self.facts.path, span)


Scope: TypeAlias = ModuleScope | ClassScope | FunctionScope


def _qualified(parent: Scope | None, name: str) -> str:
    outer = parent.qualified_name if parent is not None else ""
    return f"{outer}.{name}" if outer else name


def enclosing_function(scope: Scope) -> FunctionScope | None:
    """The function whose body ``scope`` is or lies in, if any."""
    current: Scope | None = scope
    while current is not None and not isinstance(current, FunctionScope):
        current = current.parent
    return current


# --- places -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One term where it stands. ``path`` are its ancestors inside the statement, nearest first; ``block`` holds the statement."""

    term: Term
    path: walk.Path
    statement: Statement
    block: Block
    scope: Scope

    @property
    def place(self) -> Place:
        return Place(self.scope.module.path, self.term.span)

    @property
    def in_lambda(self) -> bool:
        return any(isinstance(outer, Lambda) for outer in self.path)


# --- building ---------------------------------------------------------------------------------------------------------


def build_module(facts: ModuleFacts, name: str, bit: int = 0) -> ModuleScope:
    module = ModuleScope(facts, name, bit)
    _Binder(module).bind_block(facts.body, module)
    return module


class _Binder:
    def __init__(self, module: ModuleScope) -> None:
        self.module = module

    def bind_block(self, block: Block, scope: Scope) -> None:
        # `global` may stand below an assignment to the name only by mistake, so declarations are read first
        if isinstance(scope, FunctionScope):
            declared = [statement for statement in walk.statements(block) if isinstance(statement, Scoping)]
            if declared:
                scope.declared = {name: statement.kind for statement in declared for name in statement.names}
        self._bind_statements(block, scope)

    def _bind_statements(self, block: Block, scope: Scope) -> None:
        for statement in block:
            self._bind_statement(statement, scope)
            for term in walk.own_terms(statement):
                self._visit(term, statement, block, scope)
            for inner in walk.blocks(statement):
                self._bind_statements(inner, scope)

    def _bind_statement(self, statement: Statement, scope: Scope) -> None:
        match statement:
            case Function():
                self._define_function(statement, scope)
            case Class():
                self._define_class(statement, scope)
            case Import():
                self._import(statement, scope)
            case Assign():
                self._assign(statement, scope)
            case With(items=items):
                scope.withs = _with(scope.withs, statement)
                for item in items:
                    if item.target is not None:
                        for name, path in _targets(item.target):
                            self._bind(name, EnteredBinding(scope, item.context, path), scope)
                        if _is_on_state(item.target):
                            self.module.states.append((item.target, EnteredBinding(scope, item.context)))
            case For(target=target, iter=iterated):
                for name, path in _targets(target):
                    self._bind(name, IteratedBinding(scope, iterated, path), scope)
            case Return():
                scope.returns = _with(scope.returns, statement)
            case Try(handlers=handlers):
                scope.tries = _with(scope.tries, statement)
                for handler in handlers:
                    if handler.name is not None:
                        self._bind(handler.name, OpaqueBinding(), scope)
            case Match(cases=cases):
                for case in cases:
                    for name in case.binds:
                        self._bind(name, OpaqueBinding(), scope)
            case _:
                pass

    def _bind(self, target: str, binding: Binding, scope: Scope) -> None:
        """Bind ``target`` ("name" or "self.name") where ``scope`` says that name lives."""
        if target.startswith("self."):
            owner = scope.owner if isinstance(scope, FunctionScope) else None
            if owner is not None:
                owner.attributes.add(target.removeprefix("self."), binding)
            return
        self._home(target, scope).bindings.add(target, binding)

    def _home(self, name: str, scope: Scope) -> Scope:
        if not isinstance(scope, FunctionScope) or name not in scope.declared:
            return scope
        if scope.declared[name] == "global":
            return self.module
        outer: Scope | None = scope.parent
        while outer is not None and not (isinstance(outer, FunctionScope) and name in outer.bindings):
            outer = outer.parent
        return outer or self.module

    def _define_function(self, node: Function, scope: Scope) -> None:
        function = FunctionScope(module=self.module, parent=scope, node=node)
        self.module.functions.append(function)
        self._bind(node.name, DefinitionBinding(function), scope)
        if isinstance(scope, ClassScope):
            scope.methods.setdefault(node.name, function)
        for position, parameter in enumerate(node.params):
            function.bindings.add(parameter.name, ParameterBinding(function, parameter, position))
        self.bind_block(node.body, function)

    def _define_class(self, node: Class, scope: Scope) -> None:
        cls = ClassScope(module=self.module, parent=scope, node=node)
        self.module.classes.append(cls)
        self._bind(node.name, DefinitionBinding(cls), scope)
        self.bind_block(node.body, cls)

    def _import(self, statement: Import, scope: Scope) -> None:
        for alias in statement.names:
            if statement.module is None:
                bound = alias.asname or alias.name.partition(".")[0]
                target = alias.name if alias.asname else bound
                self._bind(bound, ImportBinding(self.module, statement, target, 0, None), scope)
            elif alias.name == "*":
                self.module.star_imports.append(ImportBinding(self.module, statement, statement.module, statement.level, "*"))
            else:
                binding = ImportBinding(self.module, statement, statement.module, statement.level, alias.name)
                self._bind(alias.asname or alias.name, binding, scope)

    def _assign(self, statement: Assign, scope: Scope) -> None:
        for target in statement.targets:
            for name, path in _targets(target):
                if statement.augmented:
                    self._bind(name, OpaqueBinding(), scope)
                else:
                    self._bind(name, ValueBinding(scope, statement.value, statement.annotation, path), scope)
            if _is_on_state(target):
                self.module.states.append((target, ValueBinding(scope, statement.value, statement.annotation)))

    def _visit(self, term: Term, statement: Statement, block: Block, scope: Scope) -> None:
        """The one walk through a statement's terms: calls are noted, walruses bind."""
        for inner, path in walk.composed(term):
            if isinstance(inner, Call):
                self.module.calls.append(Site(inner, path, statement, block, scope))
            elif isinstance(inner, Walrus) and not any(isinstance(outer, Lambda) for outer in path):
                self._bind(inner.target.id, ValueBinding(scope, inner.value), scope)


def _is_on_state(target: Term) -> bool:
    """``anything.state.name``, ``anything.state["name"]``, ``state.name``."""
    holder = target.value if isinstance(target, Attribute | Subscript) else None
    return (isinstance(holder, Attribute) and holder.attr == "state") or (isinstance(holder, Name) and holder.id == "state")


def _targets(target: Term, path: tuple[int, ...] = ()) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The names a target binds, with the index path of each; ``self.x`` (and ``cls.x``) as "self.x"."""
    match target:
        case Name(id=name):
            yield name, path
        case Attribute(value=Name(id="self" | "cls"), attr=attr):
            yield f"self.{attr}", path
        case Collection(items=items):
            for index, item in enumerate(items):
                yield from _targets(item, (*path, index))
        case Operation(op="*", operands=(inner,)):
            yield from _targets(inner, (*path, -1))
        case _:
            pass
