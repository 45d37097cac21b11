"""URLs that are written where an engine is asked for: handed to the function, or to the object, that builds it."""

from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ParameterBinding, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Name, Parameter, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.engines.urls import drivernames, is_from_config
from sessionlint.questions.references.call_graph import calls_to

_CALLS_DEEP = 3


@dataclass(frozen=True, slots=True, eq=False)
class HandedUrl:
    """A URL with ``drivername``, written at ``place``, for the engine that is built at ``engine``."""

    place: Place
    drivername: str
    engine: Place
    is_async: bool | None


def handed_urls(project: Project, module: ModuleScope) -> Sequence[HandedUrl]:
    """Every URL of a module that reaches an engine through the parameters of functions and constructors, in order of engines."""
    return _handed_urls(project, module.path)


@postings
def _handed_urls(project: Project, module: ModuleScope) -> Iterator[tuple[str, HandedUrl]]:
    """The URLs of the engines that a module builds."""
    for site in project.calls_giving(kinds.Engine, within=module):
        call, engine = site.term, project.kind(site.term, site.scope)
        if not isinstance(call, Call) or not isinstance(engine, kinds.Engine) or not is_engine_builder(project, call, site):
            continue
        url = walk.argument(call, 0, "url")
        if url is None or is_from_config(project, call, site.scope):
            continue
        for place, drivername in dict.fromkeys(_handed(project, url, site.scope, _CALLS_DEEP)):
            yield place.path, HandedUrl(place, drivername, site.place, engine.is_async)


def _handed(project: Project, term: Term, scope: Scope, depth: int) -> Iterator[tuple[Place, str]]:
    """Where the callers of the function whose parameter ``term`` is write its value, and the name of the driver there."""
    found = _parameter(project, term, scope)
    if found is None or depth == 0:
        return
    function, parameter = found
    for site in calls_to(project, function):
        given = _given(site, function, parameter)
        if given is not None:
            yield from drivernames(project, given, site.scope)
            yield from _handed(project, given, site.scope, depth - 1)
        elif parameter.default is not None and not _has_stars(site):
            yield from drivernames(project, parameter.default, function)


def _given(site: Site, function: FunctionScope, parameter: Parameter) -> Term | None:
    """What a call gives the parameter; None where it leaves it out, or hides it behind stars."""
    assert isinstance(site.term, Call)
    positional = [each.name for each in function.node.params if each.kind in ("/", "")]
    bound = 1 if function.owner is not None and positional[:1] in (["self"], ["cls"]) else 0
    position = positional.index(parameter.name) - bound if parameter.name in positional else None
    return walk.argument(site.term, position, parameter.name)


def _has_stars(site: Site) -> bool:
    return isinstance(site.term, Call) and any(given.star for given in site.term.args)


def _parameter(project: Project, term: Term, scope: Scope) -> tuple[FunctionScope, Parameter] | None:
    """The parameter that ``url``, or ``self.url`` as ``__init__`` has set it, always is."""
    name = walk.dotted(term) or ""
    if isinstance(term, Name):
        home = project.evaluator.home(name, scope)
        bindings = home.bindings[name] if home is not None else []
    else:
        owner = scope.owner if isinstance(scope, FunctionScope) and name.startswith("self.") else None
        bindings = owner.attributes.get(name.removeprefix("self."), []) if owner is not None else []
    match bindings:
        case [ParameterBinding(function=function, parameter=parameter)] if parameter.kind not in ("*", "**"):
            return function, parameter
        case [ValueBinding(value=Name() as value, scope=FunctionScope() as setter, path=())] if not isinstance(term, Name):
            return _parameter(project, value, setter)
        case _:
            return None
