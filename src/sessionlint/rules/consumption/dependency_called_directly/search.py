"""Functions whose session only FastAPI would fill in, called by the project itself without one."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
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


def direct_calls(project: Project) -> Iterator[DirectCall]:
    """Every call that leaves a session to a ``Depends`` which is only an object there, in order of files."""
    filled = {function: found for function in project.functions() if (found := list(_filled(project, function)))}
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind) if filled else ():
        call = site.term
        if not isinstance(call, Call) or _is_deferred(project, site):
            continue
        function = _called(project, project.kind(call.func, site.scope))
        if function is None or (function.module is not site.scope.module and is_route(function)):
            continue  # nobody calls another file's route, and files that name one are not read for that
        for parameter in filled.get(function, ()):
            if not _is_passed(function, call, parameter):
                yield DirectCall(site, function, parameter, walk.dotted(call.func) or function.node.name)
                break


def _filled(project: Project, function: FunctionScope) -> Iterator[Parameter]:
    """The parameters whose default is the ``Depends`` itself, of a function that is called as it is written."""
    if not (is_route(function) or project.evaluator.decorators(function) <= _PLAIN):
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
    return any(walk.dotted(call.args[0].value) == parameter.name for call in tests)


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
