"""The abstract interpreter: what kind of value a term has.

It follows names through scopes, imports, re-exports and star imports, calls through the functions of the project, and
attributes through instances and classes. It is flow-insensitive: a name has the join of everything bound to it.
"""

import builtins
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from sessionlint.link.memory import Far, Memory
from sessionlint.link.names.functions import return_values, yields
from sessionlint.link.names.layout import Layout
from sessionlint.link.names.roles import is_test
from sessionlint.link.names.scopes import (
    Binding,
    ClassScope,
    DefinitionBinding,
    EnteredBinding,
    FunctionScope,
    ImportBinding,
    IteratedBinding,
    ModuleScope,
    OpaqueBinding,
    ParameterBinding,
    Scope,
    ValueBinding,
)
from sessionlint.link.values import kinds, parameters
from sessionlint.link.values.annotations import annotated
from sessionlint.link.values.externals import SESSION_TYPES, canonical
from sessionlint.link.values.kinds import NONE, UNKNOWN, External, Kind
from sessionlint.link.values.library import gives_something, library_call, library_method
from sessionlint.link.values.state import StateKey, lifespan_state, state_key
from sessionlint.link.values.told_by_modules import Evaluated, calling, class_names_below, kept_on_state
from sessionlint.link.values.trust import Trust
from sessionlint.model.facts import (
    Attribute,
    Await,
    BoolOp,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    FString,
    Lambda,
    Name,
    Operation,
    Parameter,
    Subscript,
    Term,
    Walrus,
    Yield,
)
from sessionlint.model.facts import Mapping as MappingTerm
from sessionlint.model.source import Place

# Decorators that leave what a call gives as it is. `inject` belongs to dependency-injector and dishka.
TRANSPARENT = frozenset(
    {
        *("builtins.staticmethod", "builtins.classmethod", "functools.cache", "functools.lru_cache", "functools.wraps"),
        *("typing.override", "typing_extensions.override", "abc.abstractmethod", "typing.final", "typing.no_type_check"),
        *("dependency_injector.wiring.inject", "async_lru.alru_cache"),
    }
)
_CONTEXT_DECORATORS = {"contextlib.contextmanager": False, "contextlib.asynccontextmanager": True}
_ANCESTORS = 200
# terms of which nothing needs to be remembered
_PLAIN = frozenset({Constant, FString, Operation, Yield})
_NOTHING: Kind = UNKNOWN
_SAYING_NOTHING = (kinds.Unknown, kinds.NoneKind)
_BUILTINS: dict[str, Kind] = {name: External(f"builtins.{name}") for name in dir(builtins)}
_PROPERTIES = frozenset({"builtins.property", "functools.cached_property"})


class Evaluator:
    """Evaluates terms of a set of modules; answers are remembered, what is made of nothing but itself is unknown."""

    def __init__(
        self, modules: Mapping[str, ModuleScope], layout: Layout, trust: Trust, memory: Memory, project: Evaluated
    ) -> None:
        self._modules = modules
        self._memory = memory
        self._project = project
        self._answers = memory.answers
        self.look_at(layout, trust)

    def look_at(self, layout: Layout, trust: Trust) -> None:
        """Go on with these; whoever calls this sees to what the memory holds."""
        self._layout = layout
        self.trust = trust
        self._externals: dict[str, Kind] = {}  # one of each, for there are many of few names
        self.is_test = lru_cache(maxsize=None)(lambda path: is_test(layout.full_path(path)))

    # --- terms --------------------------------------------------------------------------------------------------------

    def kind(self, term: Term, scope: Scope) -> Kind:
        """The kind of ``term``, which stands in ``scope``."""
        if type(term) is Name:  # what it stands for is remembered where it is bound
            return self.name_kind(term.id, scope)
        known: Kind | Far | None = self._answers.get(term)
        if known is not None:
            return self._memory.told(known) if type(known) is Far else known
        if type(term) in _PLAIN:
            return NONE if isinstance(term, Constant) and term.value is None else UNKNOWN
        unknown = self._of_unknown(term, scope)
        return unknown or self._memory.ask(term, scope.module.bit, _NOTHING, self._evaluate, term, scope)

    def _of_unknown(self, term: Term, scope: Scope) -> Kind | None:
        """What a call or an attribute of something unknown is, or a call of a library object of which nothing is known. Half of
        all terms are such, and need not be remembered.

        Only one step from what is remembered: chains of them are as long as somebody writes them.
        """
        if type(term) is Call and type(term.func) is not Call:
            found = self.kind(term.func, scope)
            if type(found) is External and not gives_something(found.name):
                return UNKNOWN
        elif type(term) is Attribute and type(term.value) is Name and term.value.id != "state":
            found = self.name_kind(term.value.id, scope)
        else:
            return None
        return found if type(found) is kinds.Unknown else None

    def _evaluate(self, term: Term, scope: Scope) -> Kind:
        match term:
            case Attribute(value=value, attr=attr):
                found = self.attribute_kind(self.kind(value, scope), attr)
                return (isinstance(found, kinds.Unknown) and self._on_state(term, scope)) or found
            case Call():
                return kinds.shallow(self._called(self.kind(term.func, scope), term, scope))
            case Await(value=value):
                inner = self.kind(value, scope)
                return inner.value if isinstance(inner, kinds.Awaitable) else inner
            case BoolOp(values=values):
                return parameters.instead_of_parameter(self, values, scope)
            case Conditional(body=body, orelse=orelse):
                return parameters.instead_of_parameter(self, (body, orelse), scope)
            case Walrus(value=value):
                return self.kind(value, scope)
            case Lambda():
                return kinds.LambdaKind(term, scope)
            case Collection(kind="tuple", items=items):
                return kinds.shallow(kinds.Tuple(tuple([self.kind(item, scope) for item in items])))
            case Collection(items=items):
                return kinds.shallow(kinds.Container(kinds.join([self.kind(item, scope) for item in items])))
            case MappingTerm(items=pairs):
                return kinds.shallow(kinds.Container(kinds.join([self.kind(value, scope) for _, value in pairs])))
            case Comprehension(kind="list" | "set" | "dict", element=element):
                return kinds.shallow(kinds.Container(self.kind(element[-1], scope)))
            case Subscript(value=value, items=items):
                found = self._alias(term, scope) or self._subscript(self.kind(value, scope), items)
                return (isinstance(found, kinds.Unknown) and self._on_state(term, scope)) or found
            case _:
                return UNKNOWN

    def _on_state(self, term: Attribute | Subscript, scope: Scope) -> Kind | None:
        """What the project puts on ``request.state`` or ``app.state`` under the name that ``term`` reads."""
        key = state_key(self, term, scope)
        return kept_on_state(self._project, key.holder, key.name) if key is not None else None

    def kept(self, paths: Iterable[str], key: StateKey) -> Kind:
        """What the modules at some paths put there."""
        found = [self._kept_by(module, key) for module in self._looked_into(paths)]
        return kinds.join([kind for kind in found if kind != NONE])

    def _kept_by(self, module: ModuleScope, key: StateKey) -> Kind:
        """What one module puts there."""
        return self._memory.ask((module, key), module.bit, NONE, self._find_kept_by, module, key)

    def _find_kept_by(self, module: ModuleScope, key: StateKey) -> Kind:
        bound = [binding for target, binding in module.states if state_key(self, target, binding.scope) == key]
        found = [self._binding(binding) for binding in bound]
        found += [self.kind(value, inner) for name, value, inner in lifespan_state(self, module) if name == key]
        return kinds.join(found) if found else NONE

    def keys_kept(self, module: ModuleScope) -> Iterator[StateKey]:
        """The names on states under which a module puts something."""
        for target, binding in module.states:
            if (key := state_key(self, target, binding.scope)) is not None:
                yield key
        yield from (key for key, _, _ in lifespan_state(self, module))

    def _alias(self, subscript: Subscript, scope: Scope) -> Kind | None:
        """``SessionDep = Annotated[Session, Depends(get_db)]``: as an annotation, the name stands for a session."""
        generic = self.kind(subscript.value, scope)
        if not isinstance(generic, External) or canonical(generic.name) not in ("Annotated", "Optional", "Union"):
            return None
        found = annotated(self, subscript, scope)
        return found if isinstance(found, kinds.Session | kinds.Engine | kinds.Connection) else None

    def _subscript(self, value: Kind, items: tuple[Term, ...]) -> Kind:
        match value, items:
            case kinds.Container(element=element), _:
                return element
            case kinds.Tuple(items=members), (Constant(value=int() as index),) if -len(members) <= index < len(members):
                return members[index]
            case ((kinds.SessionType() | kinds.ClassKind() | External()), _):
                return value  # a generic, parametrised: sessionmaker[Session](...)
            case _:
                return UNKNOWN

    # --- names --------------------------------------------------------------------------------------------------------

    def name_kind(self, name: str, scope: Scope) -> Kind:
        """What ``name`` means where ``scope``'s code runs."""
        home = scope if name in scope.bindings else self.home(name, scope)
        if home is not None:
            return self._bound_name(name, home)
        starred = self._star_member(scope.module, name) if scope.module.star_imports else UNKNOWN
        return starred if not isinstance(starred, kinds.Unknown) else _BUILTINS.get(name, UNKNOWN)

    def home(self, name: str, scope: Scope) -> Scope | None:
        """The scope that binds ``name`` for code in ``scope``; a class's names are not seen from its methods."""
        current: Scope | None = scope
        while current is not None:
            if name in current.bindings and (current is scope or type(current) is not ClassScope):
                return current
            is_global = type(current) is FunctionScope and current.declared.get(name) == "global"
            current = current.module if is_global else current.parent
        return None

    def _exists(self, kind: Kind) -> bool:
        """Whether a star import can have brought this: an external star import brings only what we know by name."""
        return not isinstance(kind, External) or (canonical(kind.name) == kind.name and "." not in kind.name)

    def _bound_name(self, name: str, home: Scope) -> Kind:
        bindings = home.bindings[name]
        known: Kind | Far | None = self._answers.get(bindings[0])
        if known is not None:
            return self._memory.told(known) if type(known) is Far else known
        plain = self._said_by_itself(bindings[0], name, home) if len(bindings) == 1 else None
        return plain or self._memory.ask(bindings[0], home.module.bit, _NOTHING, self._find_name, name, home)

    def _said_by_itself(self, binding: Binding, name: str, home: Scope) -> Kind | None:
        """What a definition is, or a parameter of which nothing is said, which need not be remembered."""
        if type(binding) is DefinitionBinding:
            is_trusted = type(home) is ModuleScope and self.trust.member(home.path, name) is not None
            return None if is_trusted else _defined(binding)
        if type(binding) is ParameterBinding and binding.parameter.annotation is None and binding.parameter.default is None:
            function = binding.function
            is_only_given = function.owner is None or (binding.position > 0 and function.node.name != "__init__")
            return UNKNOWN if is_only_given else None
        return None

    def _find_name(self, name: str, home: Scope) -> Kind:
        trusted = self.trust.member(home.module.path, name) if isinstance(home, ModuleScope) else None
        return trusted or self._join_bindings(home.bindings[name], name)

    def _join_bindings(self, bindings: Sequence[Binding], name: str) -> Kind:
        found = [self._binding(binding) for binding in bindings]
        if len(found) == 1:
            return found[0]
        if any(isinstance(binding, ParameterBinding) for binding in bindings):
            # `def f(db=None): db = db or SessionLocal()`: an untyped parameter says nothing, so the assignment decides
            found = [kind for kind in found if not isinstance(kind, kinds.Unknown)] or [UNKNOWN]
        return kinds.join(found)

    def _binding(self, binding: Binding) -> Kind:
        match binding:
            case ValueBinding(scope=scope, value=value, annotation=annotation, path=path):
                declared = annotated(self, annotation, scope) if annotation is not None else UNKNOWN
                if value is None:
                    return declared
                found = _unpacked(self.kind(value, scope), path)
                return declared if isinstance(found, _SAYING_NOTHING) and not isinstance(declared, kinds.Unknown) else found
            case EnteredBinding(scope=scope, value=value, path=path):
                return _unpacked(self.entered(self.kind(value, scope)), path)
            case IteratedBinding(scope=scope, value=value, path=path):
                return _unpacked(_iterated(self.kind(value, scope)), path)
            case ImportBinding(importer=importer, module=module, level=level, name=name):
                return self._imported(module, level, name, importer)
            case ParameterBinding():
                return self._parameter(binding)
            case DefinitionBinding():
                return _defined(binding)
            case OpaqueBinding() | _:
                return UNKNOWN

    def _parameter(self, binding: ParameterBinding) -> Kind:
        function, parameter = binding.function, binding.parameter
        owner = function.owner
        if owner is not None and binding.position == 0 and not self._is_static(function):
            return kinds.ClassKind(owner) if parameter.name == "cls" else kinds.Instance(owner)
        if parameter.kind in ("*", "**"):
            return UNKNOWN
        found = annotated(self, parameter.annotation, function) if parameter.annotation is not None else UNKNOWN
        if not parameters.is_vague(found):
            return found
        better = parameters.by_default(self, function, parameter)
        if isinstance(better, kinds.Unknown):
            better = parameters.by_factory_annotation(self, function, parameter)
        if isinstance(better, kinds.Unknown) and owner is not None and function.node.name == "__init__":
            better = self._by_callers(function, parameter) if parameters.is_called(function, parameter) else UNKNOWN
        return found if isinstance(better, kinds.Unknown) else better

    def _by_callers(self, init: FunctionScope, parameter: Parameter) -> Kind:
        key = ("given to", init, parameter.name)
        return self._memory.ask(key, init.module.bit, _NOTHING, self._find_given, init, parameter)

    def _find_given(self, init: FunctionScope, parameter: Parameter) -> Kind:
        assert init.owner is not None
        names = class_names_below(self._project).get(init.owner.node.name, frozenset({init.owner.node.name}))
        calls = [
            site
            for name in sorted(names)
            for module in self._looked_into(calling(self._project, name))
            for site in module.calls_named((name,))
        ]
        return parameters.by_callers(self, init, parameter, calls)

    def _looked_into(self, paths: Iterable[str]) -> Iterator[ModuleScope]:
        for path in paths:
            self._memory.read(self._memory.bit(path))
            yield self._modules[path]

    def _is_static(self, function: FunctionScope) -> bool:
        return "builtins.staticmethod" in self.decorators(function)

    # --- imports ------------------------------------------------------------------------------------------------------

    def _imported(self, module: str, level: int, name: str | None, importer: ModuleScope) -> Kind:
        path = self._layout.resolve(importer.path, module, level)
        if name is None:
            return self._module(path, module, importer)
        if path is not None:
            self._memory.read(self._memory.bit(path))
        if path is not None and (trusted := self.trust.member(path, name)) is not None:
            return trusted
        if path is not None and path in self._modules and path != importer.path:
            found = self.member(self._modules[path], name)
            if not isinstance(found, kinds.Unknown):
                return found
        submodule = self._layout.resolve(importer.path, f"{module}.{name}" if module else name, level)
        if submodule is not None and (path is None or path in self._modules or path.endswith("__init__.py")):
            return kinds.ModuleKind(submodule)
        if path is None and not self._layout.is_internal(importer.path, module, level):
            return self._external(f"{module}.{name}")
        return kinds.Unknown(unread=path) if path not in self._modules else UNKNOWN

    def _module(self, path: str | None, module: str, importer: ModuleScope) -> Kind:
        if path is not None:
            return kinds.ModuleKind(path)
        return UNKNOWN if self._layout.is_internal(importer.path, module, 0) else External(module)

    def member(self, module: ModuleScope, name: str) -> Kind:
        """What ``module.name`` is, its star imports included."""
        if (trusted := self.trust.member(module.path, name)) is not None:
            return trusted
        return self._bound_name(name, module) if name in module.bindings else self._star_member(module, name)

    def _star_member(self, module: ModuleScope, name: str) -> Kind:
        return self._memory.ask((module, name), module.bit, _NOTHING, self._find_starred, module, name)

    def _find_starred(self, module: ModuleScope, name: str) -> Kind:
        brought = (self._imported(star.module, star.level, name, module) for star in module.star_imports)
        return next((kind for kind in brought if not isinstance(kind, kinds.Unknown) and self._exists(kind)), UNKNOWN)

    # --- attributes ---------------------------------------------------------------------------------------------------

    def attribute_kind(self, value: Kind, attr: str) -> Kind:
        match value:
            case External(name=name):
                return self._external(f"{name}.{attr}")
            case kinds.ModuleKind(path=path):
                if (trusted := self.trust.member(path, attr)) is not None:
                    return trusted
                module = self._modules.get(path)
                self._memory.read(self._memory.bit(path))
                found = self.member(module, attr) if module is not None else kinds.Unknown(unread=path)
                return found if not isinstance(found, kinds.Unknown) else self._submodule(path, attr) or found
            case kinds.Instance(cls=cls):
                return self.instance_attribute(cls, attr)
            case kinds.ClassKind(cls=cls):
                return self._class_attribute(cls, attr)
            case kinds.Factory() | kinds.Session() | kinds.Engine() | kinds.Connection():
                return kinds.Method(value, attr)
            case kinds.Extension():
                return kinds.Factory(is_async=False, scoped=True) if attr == "session" else UNKNOWN
            case kinds.Unknown():
                return value
            case _:
                return UNKNOWN

    def _submodule(self, path: str, attr: str) -> Kind | None:
        found = self._layout.resolve(path, attr, 1) if path.endswith("__init__.py") else None
        return kinds.ModuleKind(found) if found is not None else None

    def instance_attribute(self, cls: ClassScope, attr: str) -> Kind:
        """``instance.attr``: bound by a method, in the class body, or a method or property, here or in a base class."""
        key = (cls, attr)
        return self._memory.ask(key, cls.module.bit, _NOTHING, self._find_attribute, cls, attr)

    def _find_attribute(self, cls: ClassScope, attr: str) -> Kind:
        for ancestor in self.ancestors(cls):
            if (trusted := self.trust.member(ancestor.module.path, f"{ancestor.qualified_name}.{attr}")) is not None:
                return trusted
            bindings = [*ancestor.attributes.get(attr, ()), *ancestor.bindings.get(attr, ())]
            method = ancestor.methods.get(attr)
            if method is not None and len(bindings) == 1:
                if (names := self.decorators(method)) & _PROPERTIES:
                    return _managed(self.returned(method), names)
                return kinds.FunctionKind(method)
            if bindings:
                return self._join_bindings(bindings, attr)
        return UNKNOWN

    def _class_attribute(self, cls: ClassScope, attr: str) -> Kind:
        for ancestor in self.ancestors(cls):
            if (trusted := self.trust.member(ancestor.module.path, f"{ancestor.qualified_name}.{attr}")) is not None:
                return trusted
            if bindings := [*ancestor.bindings.get(attr, ()), *ancestor.attributes.get(attr, ())]:
                return self._join_bindings(bindings, attr)
        return UNKNOWN

    def ancestors(self, cls: ClassScope) -> Sequence[ClassScope]:
        """The class and its bases that the project defines, nearest first, as far as anybody would look."""
        if not cls.node.bases:
            return (cls,)
        return self._memory.ask(("ancestors", cls), cls.module.bit, (cls,), self._find_ancestors, cls)

    def _find_ancestors(self, cls: ClassScope) -> Sequence[ClassScope]:
        found = {cls: None}
        waiting = deque(found)
        while waiting and len(found) < _ANCESTORS:
            bases = [base.cls for base in self.base_kinds(waiting.popleft()) if isinstance(base, kinds.ClassKind)]
            new = [base for base in dict.fromkeys(bases) if base not in found]
            found |= dict.fromkeys(new)
            waiting += new
        return (*found,)

    def base_kinds(self, cls: ClassScope) -> list[Kind]:
        parent = cls.parent or cls.module
        return [self.kind(base.term, parent) for base in cls.node.bases if base.keyword is None and not base.star]

    def session_type(self, kind: Kind) -> kinds.SessionType | None:
        """The library's session class that a class is or derives from."""
        match kind:
            case kinds.SessionType():
                return kind
            case kinds.ClassKind(cls=cls):
                for ancestor in self.ancestors(cls):
                    for base in self.base_kinds(ancestor):
                        if isinstance(base, kinds.SessionType):
                            return base
        return None

    # --- calls --------------------------------------------------------------------------------------------------------

    def _called(self, callee: Kind, call: Call, scope: Scope) -> Kind:
        place = Place(scope.module.path, call.span)
        match callee:
            case kinds.Factory(is_async=is_async, scoped=scoped, origin=origin, trusted=trusted):
                return kinds.Session(is_async, scoped, origin, trusted)
            case kinds.SessionType(is_async=is_async):
                return kinds.Session(is_async, origin=place)
            case kinds.ClassKind(cls=cls):
                session = self.session_type(callee)
                return kinds.Session(session.is_async, origin=place) if session else kinds.Instance(cls)
            case kinds.FunctionKind():
                return self._built_at(place, self.result(callee))
            case kinds.LambdaKind(term=term, scope=inner):
                return self.kind(term.body, inner)
            case kinds.Callback(value=value):
                return self._built_at(place, value)
            case kinds.Partial(func=func):
                return self._called(func, call, scope)
            case External(name=name):
                return library_call(self, name, call, scope)
            case kinds.Either(options=options):
                return kinds.join([self._called(option, call, scope) for option in options])
            case kinds.Instance(cls=cls):
                method = self.instance_attribute(cls, "__call__")
                return self.result(method) if isinstance(method, kinds.FunctionKind) else UNKNOWN
            case kinds.Method(owner=owner, name=name):
                return library_method(owner, name)
            case kinds.Unknown():
                return callee
            case _:
                return UNKNOWN

    def _built_at(self, place: Place, value: Kind) -> Kind:
        """An engine that the configuration alone knows of is built where its builder is called."""
        return kinds.Engine(value.is_async, place) if isinstance(value, kinds.Engine) and value.origin is None else value

    def result(self, callee: kinds.FunctionKind) -> Kind:
        """What calling a function of the project gives, its decorators considered."""
        function = callee.function
        if (given := self.trust.given(function)) is not None and not callee.wrapped:
            return given
        names = self.decorators(function)
        found = self.returned(function)
        if (names | {callee.wrapped}) & _CONTEXT_DECORATORS.keys():
            return _managed(found, names | {callee.wrapped})
        return found if names <= TRANSPARENT else UNKNOWN

    def decorators(self, function: FunctionScope) -> frozenset[str]:
        """The dotted names of a function's decorators; one that cannot be followed is "?"."""
        outside = function.parent or function.module
        found = set()
        for term in function.node.decorators:
            kind = self.kind(term.func if isinstance(term, Call) else term, outside)
            found.add(kind.name if isinstance(kind, External) else "?")
        return frozenset(found)

    def returned(self, function: FunctionScope) -> Kind:
        """What the bare function gives when called: a generator, an awaitable, or the join of its returns."""
        return self._memory.ask(function, function.module.bit, _NOTHING, self._evaluate_returns, function)

    def _evaluate_returns(self, function: FunctionScope) -> Kind:
        node = function.node
        declared = annotated(self, node.returns, function.parent or function.module) if node.returns is not None else UNKNOWN
        if node.is_generator:
            if isinstance(declared, kinds.Generator):
                declared = declared.value
            value = self.yielded(function)
            return kinds.shallow(kinds.Generator(declared if isinstance(value, _SAYING_NOTHING) else value, node.is_async))
        found = kinds.join([self.kind(value, function) for value in return_values(function)])
        if isinstance(found, _SAYING_NOTHING):
            found = declared
        return kinds.shallow(kinds.Awaitable(found)) if node.is_async else found

    def yielded(self, function: FunctionScope) -> Kind:
        """The join of what a generator yields, through ``yield from`` and re-yielded loops."""
        found = []
        for term in yields(function):
            if term.value is None:
                continue
            value = self.kind(term.value, function)
            if term.delegated:
                value = _iterated(value)
            found.append(value)
        lent = self.trust.given(function)
        known = kinds.join(found)
        return (
            lent.value if isinstance(known, kinds.Unknown) and isinstance(lent, kinds.Generator | kinds.ContextManager) else known
        )

    # --- context managers ---------------------------------------------------------------------------------------------

    def entered(self, kind: Kind) -> Kind:
        """What ``with kind as name`` binds."""
        match kind:
            case kinds.ContextManager(value=value):
                return value
            case kinds.Session() | kinds.Connection():
                return kind
            case kinds.Instance(cls=cls):
                for method in ("__aenter__", "__enter__"):
                    found = self.instance_attribute(cls, method)
                    if isinstance(found, kinds.FunctionKind):
                        value = self.returned(found.function)
                        return value.value if isinstance(value, kinds.Awaitable) else value
        return UNKNOWN

    def _external(self, dotted: str) -> Kind:
        known = self._externals.get(dotted)
        if known is None:
            name = canonical(dotted)
            known = self._externals[dotted] = self.trust.outside(name) or SESSION_TYPES.get(name) or External(name)
        return known

    def annotated(self, annotation: Term, scope: Scope) -> Kind:
        """The kind of a value that carries ``annotation``, read where ``scope`` says."""
        return annotated(self, annotation, scope)


def _managed(found: Kind, decorators: frozenset[str]) -> Kind:
    """What ``@contextmanager``, if it is among the decorators of a function, makes of what the function gives."""
    manager = next((is_async for name, is_async in _CONTEXT_DECORATORS.items() if name in decorators), None)
    if manager is None:
        return found
    return kinds.ContextManager(found.value, manager) if isinstance(found, kinds.Generator) else UNKNOWN


def _defined(binding: DefinitionBinding) -> Kind:
    scope = binding.scope
    return kinds.FunctionKind(scope) if isinstance(scope, FunctionScope) else kinds.ClassKind(scope)


def _iterated(kind: Kind) -> Kind:
    match kind:
        case kinds.Generator(value=value) | kinds.Container(element=value):
            return value
        case kinds.Tuple(items=items):
            return kinds.join(list(items))
        case _:
            return UNKNOWN


def _unpacked(kind: Kind, path: tuple[int, ...]) -> Kind:
    for index in path:
        match kind:
            case kinds.Tuple(items=items) if 0 <= index < len(items):
                kind = items[index]
            case _:
                return UNKNOWN
    return kind
