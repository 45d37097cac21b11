"""Functions whose session only FastAPI would fill in, called by the project itself without one."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Lambda, Parameter
from sessionlint.model.records import dataclass
from sessionlint.questions.requests.depends import is_depends
from sessionlint.questions.requests.routes import injected_sessions, is_route

_PLAIN = frozenset({"builtins.staticmethod", "builtins.classmethod"})


@dataclass(frozen=True, slots=True, eq=False)
class DirectCall:
    """``site`` calls ``function`` (``written`` in the source) and leaves ``parameter`` to its default, a ``Depends``."""

    site: Site
    function: FunctionScope
    parameter: Parameter
    written: str


def direct_calls(project: Project, module: ModuleScope) -> Iterator[DirectCall]:
    """Every call in a module that leaves a session to a ``Depends`` which is only an object there."""
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind, within=module):
        call = site.term
        function = _called(project, project.kind(call.func, site.scope)) if isinstance(call, Call) else None
        if function is None or not isinstance(call, Call):
            continue
        left_out = next((given for given in _filled(project, function) if not _is_passed(function, call, given)), None)
        if left_out is not None and not _is_deferred(project, site) and not _is_foreign_route(project, function, module):
            yield DirectCall(site, function, left_out, walk.dotted(call.func) or function.node.name)


def _is_foreign_route(project: Project, function: FunctionScope, module: ModuleScope) -> bool:
    """Nobody calls another file's route, and files that name one are not read for that."""
    return function.module is not module and is_route(project, function)


@collected
def _filled(project: Project, function: FunctionScope) -> Iterator[Parameter]:
    """The parameters whose default is the ``Depends`` itself, of a function that is called as it is written."""
    if not (is_route(project, function) or project.evaluator.decorators(function) <= _PLAIN):
        return
    outside = function.parent or function.module
    for injected in injected_sessions(project, function):
        default = injected.parameter.default
        if isinstance(default, Call) and is_depends(project, default, outside) and not _is_checked(function, injected.parameter):
            yield injected.parameter


def _is_checked(function: FunctionScope, parameter: Parameter) -> bool:
    """``if isinstance(db, Depends):``: the function knows that it is called without."""
    calls = (site.term for site in sites(function) if isinstance(site.term, Call) and site.term.args)
    tests = (call for call in calls if walk.dotted(call.func) == "isinstance")
    return any(walk.dotted(call.args[0].term) == parameter.name for call in tests)


def _called(project: Project, callee: kinds.Kind) -> FunctionScope | None:
    if isinstance(callee, kinds.ClassKind):
        callee = project.evaluator.instance_attribute(callee.cls, "__init__")
    return callee.function if isinstance(callee, kinds.FunctionKind) and not callee.wrapped else None


def _is_deferred(project: Project, site: Site) -> bool:
    """A call in a lambda, and one inside ``Depends(...)``, which another rule judges."""
    return any(
        isinstance(outer, Lambda) or (isinstance(outer, Call) and is_depends(project, outer, site.scope)) for outer in site.path
    )


def _is_passed(function: FunctionScope, call: Call, parameter: Parameter) -> bool:
    """Whether the call gives the parameter a value, or may do so by a star."""
    if any(given.star for given in call.args) or any(given.keyword == parameter.name for given in call.args):
        return True
    params = [other for other in function.node.params if other.kind in ("/", "")]
    if parameter not in params:
        return False
    bound = 1 if function.owner is not None and params and params[0].name in ("self", "cls") else 0
    return params.index(parameter) - bound < sum(given.keyword is None for given in call.args)
