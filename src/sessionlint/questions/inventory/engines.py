"""The engines and the session factories of a project."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sessionlint.link.names.import_time import sites_at_import
from sessionlint.link.names.scopes import Binding, FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Comprehension, Constant, Name, Subscript, Term
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.engines.urls import engine_urls, is_from_config
from sessionlint.questions.inventory.parts import function_at, part_of
from sessionlint.questions.inventory.records import Code, Engine, Factory, Option
from sessionlint.questions.references.call_graph import calls_to
from sessionlint.questions.sessions.makers import configurations

_LONGEST, _DEPTH = 40, 3


@gathered
def engines(project: Project, module: ModuleScope) -> Iterator[Engine]:
    """Every engine that the project builds, in order of files."""
    for engine in _engines_of(project, module):
        disposed = (place for origin, place in _disposed(project, module.path) if origin == engine.code.place)
        yield replace(engine, disposed=tuple(disposed))


def _engines_of(project: Project, module: ModuleScope) -> Iterator[Engine]:
    drivers: dict[Place, list[str]] = defaultdict(list)
    for shown in engine_urls(project, module):
        drivers[shown.site.place] += [shown.drivername] if shown.drivername is not None else []
    at_import = {site.term for site in sites_at_import(module)}
    for site in project.calls_giving(kinds.Engine, within=module):
        call, engine = site.term, project.kind(site.term, site.scope)
        if isinstance(call, Call) and isinstance(engine, kinds.Engine) and is_engine_builder(project, call, site):
            url = walk.argument(call, 0, "url") if not is_from_config(project, call, site.scope) else None
            driver = tuple(dict.fromkeys(drivers[site.place]))
            code, where = _bound_code(project, site), url_origin(url)
            yield Engine(code, engine.is_async, driver, where, options_of(project, call, site.scope), call in at_import)


@postings
def _disposed(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, Place]]]:
    """The engines on which ``dispose`` is called, each with the place."""
    for site in module.calls_named(("dispose",)):
        func = site.term.func if isinstance(site.term, Call) else None
        origin = built_at(project, func.value, site.scope) if isinstance(func, Attribute) else None
        if origin is not None:
            yield origin.path, (origin, site.place)


@gathered
def factories(project: Project, module: ModuleScope) -> Iterator[Factory]:
    """Every session factory and registry that the project builds, in order of files."""
    for site, factory in _factory_calls(project, module):
        assert isinstance(site.term, Call)
        engine = engine_of(project, site.place) or dict(_configured(project, module.path)).get(site.place)
        options = options_of(project, site.term, site.scope)
        at_import = isinstance(site.scope, ModuleScope)
        yield Factory(_bound_code(project, site), factory.is_async, factory.scoped, engine, options, at_import)


@question(dict[Place, Place]())
def sources(project: Project) -> Mapping[Place, Place]:
    """By factory, what tells one database from another: its engine, or the factory itself where that is not known."""
    return {factory.code.place: factory.engine or factory.code.place for factory in factories(project)}


@postings
def _configured(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, Place | None]]]:
    """By factory, the engine that ``factory.configure(bind=engine)`` gives it."""
    for factory, site, call in configurations(project, module):
        bind = walk.argument(call, None, "bind")
        if bind is not None and factory.origin is not None:
            yield factory.origin.path, (factory.origin, built_at(project, bind, site.scope))


def _factory_calls(project: Project, module: ModuleScope) -> Iterator[tuple[Site, kinds.Factory]]:
    for site in project.calls_giving(kinds.Factory, within=module):
        factory = project.kind(site.term, site.scope)
        if isinstance(factory, kinds.Factory) and factory.origin == site.place and not _is_in_registry(project, site):
            yield site, factory


def _is_in_registry(project: Project, site: Site) -> bool:
    """``scoped_session(sessionmaker(engine))``: the registry stands for both."""
    return any(isinstance(project.kind(outer, site.scope), kinds.Factory) for outer in site.path if isinstance(outer, Call))


def engine_of(project: Project, origin: Place) -> Place | None:
    """Where the engine is built of what was called at ``origin``: a factory, a registry of one, or a session class."""
    site = project.call_at(origin)
    if site is None or not isinstance(site.term, Call):
        return None
    given = walk.argument(site.term, 0, "bind") or walk.argument(site.term, 0, "session_factory")
    if given is None:
        return None
    found = built_at(project, given, site.scope)
    is_factory = isinstance(project.kind(given, site.scope), kinds.Factory)
    return engine_of(project, found) if is_factory and found is not None and found != origin else found


def is_made_once(project: Project, origin: Place, depth: int = _DEPTH) -> bool:
    """Whether what is built there is one thing, as far as can be seen, and not another for each caller of a function."""
    module = project.modules.get(origin.path)
    function = function_at(module, origin) if module is not None else None
    if function is None or not [parameter for parameter in function.node.params if parameter.name not in ("self", "cls")]:
        return True
    calls = [site for site in calls_to(project, function) if _is_plain_call(project, site, function)]
    if len(calls) > 1 or not depth or any(isinstance(outer, Comprehension) for site in calls for outer in site.path):
        return False
    return not calls or is_made_once(project, calls[0].place, depth - 1)


def _is_plain_call(project: Project, site: Site, function: FunctionScope) -> bool:
    """Whether the function is called by its own name, and not by a test."""
    match site.term:
        case Call(func=Name(id=name) | Attribute(attr=name)):
            return name == function.node.name and project.role(site.scope.module) is not Role.TEST
        case _:
            return False


def built_at(project: Project, term: Term, scope: Scope) -> Place | None:
    """Where the engine or the factory is built that a term is; also one that is declared as None and filled later."""
    kind = project.kind(term, scope)
    if not isinstance(kind, kinds.Engine | kinds.Factory):
        return None
    if kind.origin is not None:
        return kind.origin
    found = {origin for value, inner in _values(project, term, scope) if (origin := _origin(project.kind(value, inner)))}
    return found.pop() if len(found) == 1 else None


def _origin(kind: kinds.Kind) -> Place | None:
    return kind.origin if isinstance(kind, kinds.Engine | kinds.Factory) else None


def _values(project: Project, term: Term, scope: Scope) -> Iterator[tuple[Term, Scope]]:
    """What is assigned to a name, or to an attribute of the object itself."""
    bindings: Sequence[Binding] = ()
    match term:
        case Name(id=name):
            home = project.evaluator.home(name, scope)
            bindings = home.bindings[name] if home is not None else ()
        case Attribute(value=value, attr=attr):
            owner = project.kind(value, scope)
            ancestors = project.evaluator.ancestors(owner.cls) if isinstance(owner, kinds.Instance | kinds.ClassKind) else ()
            bindings = [one for cls in ancestors for one in (*cls.attributes.get(attr, ()), *cls.bindings.get(attr, ()))]
    for binding in bindings:
        if isinstance(binding, ValueBinding) and binding.value is not None and not binding.path:
            yield binding.value, binding.scope


# --- how it is written ------------------------------------------------------------------------------------------------


def _bound_code(project: Project, site: Site) -> Code:
    """What a call builds, under the name that it is bound to; else that of the function which builds it."""
    outer = site.scope.qualified_name
    name = _bound_name(site)
    if name is not None and not (isinstance(site.scope, FunctionScope) and _is_global(name, site.scope)):
        name = ".".join(filter(None, (outer, name)))
    return Code(site.scope.module.name, name or (f"{outer}()" if outer else ""), site.place, part_of(project, site.scope))


def _is_global(name: str, scope: FunctionScope) -> bool:
    return scope.declared.get(name) == "global"


def _bound_name(site: Site) -> str | None:
    """The name that an assignment gives to what the call builds; what it builds for another call gets none."""
    if not isinstance(site.statement, Assign) or any(isinstance(outer, Call) for outer in site.path):
        return None
    return walk.dotted(site.statement.targets[0])


def options_of(project: Project, call: Call, scope: Scope) -> tuple[Option, ...]:
    """The keyword arguments of a call, but for what it is about."""
    named = [given for given in call.args if given.keyword is not None and given.keyword not in ("url", "bind")]
    text = project.source(scope).text
    return tuple(Option(given.keyword or "", _shown(given.term, text)) for given in named)


def _shown(value: Term, text: str) -> str:
    """The source of a term, unless there could be a secret in it, or it is long."""
    terms = [term for term, _ in walk.descend(value)]
    if any(isinstance(term, Constant) and isinstance(term.value, str) for term in terms):
        return "..."
    written = " ".join(text[slice(*value.span)].split())
    return written if written and len(written) <= _LONGEST and "://" not in written else "..."


def url_origin(url: Term | None) -> str:
    """Where a URL comes from, in the words of the code: a name, a setting, a variable of the environment; "" for a text."""
    match url:
        case Name() | Attribute():
            return walk.dotted(url) or "..."
        case Subscript(value=value, items=(Constant() as key,)):
            return f"{walk.dotted(value) or '...'}[{_word(key) or '...'}]"
        case Call(func=func, args=args):
            first = _word(args[0].term) if args else ""
            return f"{walk.dotted(func) or '...'}({'...' if args and not first else first})"
        case _:
            return ""


def _word(term: Term) -> str:
    """A text that is the name of something."""
    return term.value if isinstance(term, Constant) and isinstance(term.value, str) and term.value.isidentifier() else ""
