"""What one body does with the session of a registry (``scoped_session``, Flask-SQLAlchemy's ``db.session``), which it has in
common with everything else that runs in the same thread or request."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, For, Name, Term, While
from sessionlint.questions.sessions.handed import is_without_sessions
from sessionlint.questions.sessions.transactions import Course, course_of


@collected
def registry_courses(project: Project, module: ModuleScope) -> Iterator[Course]:
    """The course of every registry in every body of ``module`` that rolls its session back."""
    known: set[tuple[Scope, str]] = set()
    for site in module.calls_named(("rollback",)):
        call = site.term
        if isinstance(call, Call) and isinstance(call.func, Attribute) and not isinstance(site.scope, ClassScope):
            name, registry = _registry(project, call.func.value, site.scope)
            if name is not None and registry is not None and (site.scope, name) not in known:
                known.add((site.scope, name))
                session = kinds.Session(registry.is_async, scoped=True, origin=registry.origin)
                yield course_of(project, site.scope, name, session)


def _registry(project: Project, term: Term, scope: Scope) -> tuple[str | None, kinds.Factory | None]:
    name = walk.dotted(term) if isinstance(term, Name | Attribute) else None
    kind = project.kind(term, scope) if name is not None and name.count(".") < 2 else None
    return (name, kind) if isinstance(kind, kinds.Factory) and kind.scoped else (None, None)


def is_used_by_nobody_else(project: Project, course: Course, loop: For | While) -> bool:
    """Whether nothing that a loop calls uses the registry of ``course`` on its own, as far as that can be followed."""
    calls = (site.term for site in project.calls_in(course.scope) if loop.span.contains(site.term.span))
    return all(_leaves_alone(project, call, course) for call in calls if isinstance(call, Call))


def _leaves_alone(project: Project, call: Call, course: Course) -> bool:
    match project.kind(call.func, course.scope):
        case kinds.FunctionKind(function=function):
            return is_without_sessions(project, function)
        case kinds.Method(owner=kinds.Factory() | kinds.Session()) if isinstance(call.func, Attribute):
            return walk.dotted(call.func.value) == course.name
        case kinds.External() | kinds.ClassKind():
            return True
        case _:
            return not isinstance(call.func, Attribute) or walk.dotted(call.func.value) not in ("self", "cls")
