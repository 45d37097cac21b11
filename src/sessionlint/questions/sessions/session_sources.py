"""What gives a fresh session when it is called, and terms that make one."""

from sessionlint.link.names.scopes import Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Lambda, Term
from sessionlint.questions.sessions.openings import openings_of


def opens_session(project: Project, source: Term, scope: Scope) -> kinds.Session | None:
    """The session that calling ``source`` opens: a factory, a session class, a function or lambda that returns a fresh one."""
    kind = project.kind(source, scope)
    match kind:
        case kinds.Factory(is_async=is_async, scoped=False, origin=origin, trusted=trusted):
            return kinds.Session(is_async, origin=origin, trusted=trusted)
        case kinds.SessionType(is_async=is_async):
            return kinds.Session(is_async)
        case kinds.ClassKind():
            cls = project.evaluator.session_type(kind)
            return kinds.Session(cls.is_async) if cls is not None else None
        case kinds.FunctionKind(function=function):
            found = project.evaluator.result(kind)
            return _session(found) if openings_of(project).returns_opened(function) else None
        case kinds.LambdaKind(term=term, scope=inner):
            return makes_session(project, term.body, inner)
        case _:
            return None


def makes_session(project: Project, value: Term, scope: Scope) -> kinds.Session | None:
    """The session that evaluating ``value`` opens, or takes from a provider by hand (``next(get_db())``)."""
    for term, path in walk.descend(value):
        if not isinstance(term, Call) or any(isinstance(outer, Lambda) for outer in path):
            continue
        session = _session(project.kind(term, scope))
        if session is not None and (openings_of(project).opens(term, scope) or _is_next(project, term, scope)):
            return session
    return None


def _is_next(project: Project, call: Call, scope: Scope) -> bool:
    callee = project.kind(call.func, scope)
    return isinstance(callee, kinds.External) and callee.name in ("builtins.next", "builtins.anext")


def _session(kind: kinds.Kind) -> kinds.Session | None:
    if isinstance(kind, kinds.Awaitable):
        kind = kind.value
    return kind if isinstance(kind, kinds.Session) and not kind.scoped else None
