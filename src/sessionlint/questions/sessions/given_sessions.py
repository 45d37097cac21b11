"""Parameters that say ``Session`` and never get one: every call of the function hands over an ``AsyncSession``."""

from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call, Parameter, Term
from sessionlint.questions.references.call_graph import calls_to
from sessionlint.questions.sessions.holding import parameter_for


@question(frozenset[str]())
def async_in_truth(project: Project, function: FunctionScope) -> frozenset[str]:
    """The parameters of ``function`` that are declared as a synchronous session, and get an asynchronous one by every call."""
    declared = [param for param in function.node.params if _is_sync(project, function, param)]
    calls = calls_to(project, function) if declared else ()
    return frozenset(
        param.name for param in declared if calls and all(_gives_async(project, function, param, at) for at in calls)
    )


def _is_sync(project: Project, function: FunctionScope, parameter: Parameter) -> bool:
    if parameter.annotation is None or parameter.default is not None:
        return False
    kind = project.evaluator.annotated(parameter.annotation, function.parent or function.module)
    return isinstance(kind, kinds.Session) and not kind.is_async


def _gives_async(project: Project, function: FunctionScope, parameter: Parameter, site: Site) -> bool:
    call = site.term
    assert isinstance(call, Call)
    given: list[Term] = [one.term for one in call.args if parameter_for(function, call, one.term) == parameter.name]
    kind = project.kind(given[0], site.scope) if given else kinds.UNKNOWN
    return isinstance(kind, kinds.Session) and kind.is_async
