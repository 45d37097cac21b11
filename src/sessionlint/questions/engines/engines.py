"""Where engines are built, directly or inside a function of the project that is called."""

from collections.abc import Iterator

from sessionlint.link.names.import_time import calls_at_import
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question, remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.externals import ENGINE_BUILDERS
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.references.call_graph import called_function
from sessionlint.questions.references.literals import literal_text
from sessionlint.questions.sessions.holding import parameter_for

# what builds the application may build its engine: it runs when the application is made, whoever calls it
APP_FACTORIES = frozenset(
    {"main", "create_app", "make_app", "build_app", "get_app", "init_app", "app_factory", "create_application"}
)


@dataclass(frozen=True, slots=True, eq=False)
class EngineBuild:
    """``site`` is the call; ``builder`` the place of ``create_engine(...)`` itself when that stands in a called function.

    ``name`` is what the module binds the engine to; ``literal_url`` says that the URL can be read off the code.
    """

    site: Site
    builder: Place | None
    function: FunctionScope | None
    name: str | None
    literal_url: bool


def engines_built_at_import(project: Project, module: ModuleScope) -> Iterator[EngineBuild]:
    """Every call that builds an engine while ``module`` is imported; the innermost, when they are nested."""
    building = _building(project, module)
    for site in calls_at_import(module):
        call = site.term
        if not isinstance(call, Call) or call not in building:
            continue
        if is_engine_builder(project, call, site):
            yield EngineBuild(site, None, None, _bound_name(site), has_literal_url(project, call, site))
            continue
        function = called_function(project, call, site)
        if function is not None and not _is_nested_build(project, call, site):
            found = builds_engine(project, function)
            if found is not None:
                literal = _is_given_literal_url(project, call, site, function, found)
                yield EngineBuild(site, found.place, function, _bound_name(site), literal)


def is_engine_builder(project: Project, call: Call, site: Site) -> bool:
    """``create_engine(...)`` and its kin, under any name they are called by."""
    return isinstance(project.kind(call, site.scope), kinds.Engine) and _is_library_call(project, call, site)


@collected
def possible_engine_builds(project: Project, module: ModuleScope) -> Iterator[Site]:
    """The calls among which are those of engine builders: told by what is called, not by what it gives."""
    yield from project.calls_of_external(*ENGINE_BUILDERS, within=module)
    yield from project.calls_of(kinds.Partial, kinds.Either, kinds.Callback, within=module)
    if project.evaluator.trust.vocabulary.engine_builders:
        yield from project.calls_of(kinds.FunctionKind, within=module)


@question(frozenset[Term]())
def _building(project: Project, module: ModuleScope) -> frozenset[Term]:
    """Those calls, and those that run a function of the project."""
    running = project.calls_of(kinds.FunctionKind, kinds.ClassKind, within=module)
    return frozenset(site.term for site in (*possible_engine_builds(project, module), *running))


def _is_library_call(project: Project, call: Call, site: Site) -> bool:
    match project.kind(call.func, site.scope):
        case kinds.External(name=name) | kinds.Partial(func=kinds.External(name=name)):
            return name in ENGINE_BUILDERS
        case kinds.Either(options=options):
            return all(option.name in ENGINE_BUILDERS for option in options)
        case kinds.Callback(trusted=trusted):
            return trusted
        case kinds.FunctionKind(function=function):
            return isinstance(project.evaluator.trust.given(function), kinds.Engine)
        case _:
            return False


def builds_engine(project: Project, function: FunctionScope) -> Site | None:
    """The call inside ``function`` (or what it calls) that builds an engine when the function runs, if there is one."""
    return remembered(project, ("engine", function), None, _building_site, project, function)


def _building_site(project: Project, function: FunctionScope) -> Site | None:
    node = function.node
    if node.is_generator or node.is_async or node.name in APP_FACTORIES:
        return None
    building = _building(project, function.module)
    for site in project.calls_in(function):
        if not isinstance(site.term, Call) or site.term not in building or site.in_lambda:
            continue
        if is_engine_builder(project, site.term, site):
            return site
        inner = called_function(project, site.term, site)
        if inner is not None and (found := builds_engine(project, inner)) is not None:
            return found
    return None


def _is_nested_build(project: Project, call: Call, site: Site) -> bool:
    """Whether an argument of the call already is a build of its own."""
    return any(
        isinstance(term, Call)
        and term is not call
        and is_engine_builder(project, term, Site(term, (), site.statement, (), site.scope))
        for term, _ in walk.descend(call)
    )


def has_literal_url(project: Project, call: Call, site: Site) -> bool:
    url = walk.argument(call, 0, "url")
    return url is not None and literal_text(url, site.scope, project.evaluator) is not None


def _is_given_literal_url(project: Project, call: Call, site: Site, function: FunctionScope, built: Site) -> bool:
    """Whether the engine that ``function`` builds has a URL that stands in it, or that ``call`` hands to it as a literal."""
    assert isinstance(built.term, Call)
    if has_literal_url(project, built.term, built):
        return True
    url = walk.argument(built.term, 0, "url")
    if url is None and built.term.args and built.term.args[0].star == "*":  # `def build(*args): return create_engine(*args)`
        return has_literal_url(project, call, site)
    return built.scope is function and any(
        isinstance(url, Name)
        and parameter_for(function, call, given.term) == url.id
        and literal_text(given.term, site.scope, project.evaluator) is not None
        for given in call.args
    )


def _bound_name(site: Site) -> str | None:
    if isinstance(site.statement, Assign) and isinstance(site.scope, ModuleScope):
        return walk.dotted(site.statement.targets[0])
    return None
