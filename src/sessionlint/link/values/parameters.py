"""What a parameter is given, where neither its annotation nor its ``Depends`` says it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import Binding, FunctionScope, ModuleScope, ParameterBinding, Scope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.values import kinds
from sessionlint.link.values.asking import Values
from sessionlint.link.values.kinds import UNKNOWN, External, Kind
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, Name, Operation, Parameter, Subscript, Term

# what a session has and a factory has not
_OF_SESSIONS = frozenset(
    {
        *("add", "add_all", "delete", "execute", "exec", "query", "scalar", "scalars", "get", "get_one", "merge", "flush"),
        *("refresh", "commit", "rollback", "expunge", "stream", "run_sync"),
    }
)
_NAMED_SO = ("session", "factory", "maker")


def is_vague(declared: Kind) -> bool:
    """Whether an annotation leaves open what a parameter is given: it cannot be followed, or is ``Callable[[], Session]``."""
    return isinstance(declared, kinds.Unknown) or (isinstance(declared, kinds.Callback) and not declared.trusted)


def by_factory_annotation(values: Values, function: FunctionScope, parameter: Parameter) -> Kind:
    """``db: SessionLocal``, as if a factory were a class: who writes it means the session, and uses it as one, or has FastAPI
    fill it. UNKNOWN where it is called: then the factory is meant."""
    factory = _factory(values, parameter.annotation, function)
    if factory is None:
        return UNKNOWN
    uses = set(_uses(function, parameter.name))
    if "()" in uses or not (uses & _OF_SESSIONS or _is_filled(values, function, parameter)):
        return UNKNOWN
    return kinds.Session(factory.is_async, factory.scoped)


def _factory(values: Values, annotation: Term | None, function: FunctionScope) -> kinds.Factory | None:
    """The factory that an annotation names, in ``Annotated``, ``Optional`` and ``X | None`` too."""
    match annotation:
        case Name() | Attribute():
            kind = values.kind(annotation, function)
            return kind if isinstance(kind, kinds.Factory) else None
        case Subscript(value=Name(id="Annotated" | "Optional") | Attribute(attr="Annotated" | "Optional"), items=(first, *_)):
            return _factory(values, first, function)
        case Operation(op="|", operands=(first, Constant(value=None))):
            return _factory(values, first, function)
        case _:
            return None


def _uses(function: FunctionScope, name: str) -> Iterator[str]:
    """The attributes of a name that a function's own body reads, and "()" where it calls it."""
    for site in sites(function):
        if isinstance(site.term, Name) and site.term.id == name and site.path:
            outer = site.path[0]
            if isinstance(outer, Attribute):
                yield outer.attr
            elif isinstance(outer, Call) and outer.func is site.term:
                yield "()"


def _is_filled(values: Values, function: FunctionScope, parameter: Parameter) -> bool:
    """Whether FastAPI fills the parameter, by its default or its annotation."""
    outside = function.parent or function.module
    for around in (parameter.default, parameter.annotation):
        for term, _ in walk.descend(around) if around is not None else ():
            if isinstance(term, Call) and values.kind(term.func, outside) == External("Depends"):
                return True
    return False


def by_default(values: Values, function: FunctionScope, parameter: Parameter) -> Kind:
    """What FastAPI fills a parameter with, or the factory that it has unless a caller gives another one."""
    if parameter.default is None:
        return UNKNOWN
    default = values.kind(parameter.default, function.parent or function.module)
    if isinstance(default, kinds.Factory):
        return default
    return default.value if isinstance(default, kinds.Dependency) else UNKNOWN


def instead_of_parameter(values: Values, options: Sequence[Term], scope: Scope) -> Kind:
    """``factory or SessionLocal``: a parameter of which nothing is known is of the kind of the factory that stands in for it."""
    found = kinds.join([values.kind(option, scope) for option in options])
    if not isinstance(found, kinds.Unknown):
        return found
    others = [option for option in options if not (isinstance(option, Name) and _is_parameter(values, option.id, scope))]
    known = values.kind(others[0], scope) if len(others) == 1 and len(options) == 2 else UNKNOWN
    return known if isinstance(known, kinds.Factory) else found


def _is_parameter(values: Values, name: str, scope: Scope) -> bool:
    home = values.home(name, scope)
    return home is not None and all(isinstance(binding, ParameterBinding) for binding in home.bindings[name])


def is_called(init: FunctionScope, parameter: Parameter) -> bool:
    """Whether what ``__init__`` is given is called, there or under the attributes that keep it, or goes by the name of a factory:
    for others one need not look for their callers."""
    if any(word in parameter.name.lower() for word in _NAMED_SO):
        return True
    assert init.owner is not None
    kept = [name for name, bindings in init.owner.attributes.items() if any(_binds(each, parameter.name) for each in bindings)]
    return bool(init.module.calls_named((parameter.name, *kept)))


def _binds(binding: Binding, name: str) -> bool:
    return isinstance(binding, ValueBinding) and isinstance(binding.value, Name) and binding.value.id == name


def by_callers(values: Values, init: FunctionScope, parameter: Parameter, calls: Iterable[Site]) -> Kind:
    """The factory that those who make an object give its ``__init__``, as far as one can tell. ``calls`` are those of what goes
    by the name of the class, or of a class below it."""
    found = [given for site in calls if (given := _given(values, init, parameter, site)) is not None]
    known = kinds.join([kind for kind in found if not isinstance(kind, kinds.Unknown)])
    return known if isinstance(known, kinds.Factory) else UNKNOWN


def _given(values: Values, init: FunctionScope, parameter: Parameter, site: Site) -> Kind | None:
    """What a call gives the parameter; None for a call of something else, or without it."""
    cls = values.kind(site.term.func, site.scope) if isinstance(site.term, Call) else UNKNOWN
    if not isinstance(site.term, Call) or not isinstance(cls, kinds.ClassKind):
        return None
    if values.instance_attribute(cls.cls, "__init__") != kinds.FunctionKind(init):
        return None
    positional = [each.name for each in init.node.params if each.kind in ("/", "")]
    position = positional.index(parameter.name) - 1 if parameter.name in positional else None
    term = walk.argument(site.term, position, parameter.name)
    return values.kind(term, site.scope) if term is not None else None


def bases(module: ModuleScope) -> dict[tuple[str, str], None]:
    """The names of the classes of a module, each behind that of a class that it names as its base."""
    pairs = ((base.term, cls.node.name) for cls in module.classes for base in cls.node.bases)
    return dict.fromkeys(((walk.dotted(base) or "").rpartition(".")[2], name) for base, name in pairs)


def class_names_below(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """The names of the classes that name a class of some name as their base, and those below them; itself among them."""
    below: dict[str, set[str]] = defaultdict(set)
    for base, name in pairs:
        below[base].add(name)
    return {name: frozenset(_reached(name, below)) for name in below}


def _reached(name: str, below: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {name}, [name]
    while waiting:
        new = below.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found
