"""What one body does with the session of a registry (``scoped_session``, Flask-SQLAlchemy's ``db.session``), which it has in
common with everything else that runs in the same thread or request."""

from collections.abc import Collection, Iterable, Iterator

from sessionlint.flow.leaks import is_harmless
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name, Term
from sessionlint.model.source import Span
from sessionlint.questions.sessions.handed import is_without_sessions
from sessionlint.questions.sessions.transactions import Course, course_of

_ENDING = frozenset({"commit", "rollback", "remove", "close"})
_DEPTH = 3
# what may be a method of a dictionary or a list; one that changes it is as likely one of a model, which saves that
_OF_BUILTINS = frozenset(name for kind in (dict, list, set, str, bytes, tuple) for name in dir(kind)) - {
    *("add", "clear", "discard", "insert", "pop", "update")
}


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


def kind_of_name(project: Project, scope: Scope, name: str) -> kinds.Kind:
    """What a body has under a dotted name."""
    root, *rest = name.split(".")
    term: Term = Name(0, root)
    for attr in rest:
        term = Attribute(0, 0, term, attr)
    return project.kind(term, scope)


def is_registry(project: Project, scope: Scope, name: str) -> bool:
    kind = kind_of_name(project, scope, name)
    return isinstance(kind, kinds.Factory) and kind.scoped


def is_used_by_nobody_else(project: Project, scope: Scope, name: str, spans: Collection[Span]) -> bool:
    """Whether nothing that a body calls in ``spans`` uses the registry ``name`` on its own, as far as that can be followed."""
    calls = (site.term for site in project.calls_in(scope) if any(span.contains(site.term.span) for span in spans))
    return all(_leaves_alone(project, call, scope, name) for call in calls if isinstance(call, Call))


def _leaves_alone(project: Project, call: Call, scope: Scope, name: str) -> bool:
    if is_harmless(call):
        return True
    match project.kind(call.func, scope):
        case kinds.FunctionKind(function=function):
            return function.node.name not in _ending_names(project) and is_without_sessions(project, function)
        case kinds.Method(owner=kinds.Factory() | kinds.Session()) if isinstance(call.func, Attribute):
            return walk.dotted(call.func.value) == name
        case kinds.External() | kinds.ClassKind():
            return True
        case kinds.Unknown(unread=None) if isinstance(call.func, Attribute):  # `item.save()`: whatever has a method of that name
            is_own = walk.dotted(call.func.value) in ("self", "cls")
            return not is_own and (call.func.attr in _OF_BUILTINS or call.func.attr not in _ending_names(project))
        case _:  # a callback, or what stands in a file that was not read
            return isinstance(call.func, Name) and call.func.id[:1].isupper()


@question(frozenset[str]())
def _ending_names(project: Project) -> frozenset[str]:
    """The names of the functions and methods that end a transaction, or call what goes by the name of one that does."""
    ending = _ENDING
    for _ in range(_DEPTH):
        ending |= frozenset(_calling(project, *sorted(ending - _OF_BUILTINS)))
    return ending


@gathered
def _calling(_: Project, module: ModuleScope, *names: str) -> Iterable[str]:
    """The functions of a module that call something by one of ``names``, by name."""
    scopes = (site.scope for site in module.calls_named(names))
    return dict.fromkeys(scope.node.name for scope in scopes if isinstance(scope, FunctionScope))
