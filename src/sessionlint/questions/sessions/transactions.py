"""In which state is a session when something is done to it? One name, one body, every path through it.

What the states are and how one leads to another is said in ``conditions``, the walk over the paths is ``tracing``'s.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.sessions.block_uses import SESSION_METHODS, Event
from sessionlint.questions.sessions.conditions import NOWHERE, Conditions, suppresses_database_errors
from sessionlint.questions.sessions.statements import autoflushes
from sessionlint.questions.sessions.tracing import Tracing

_METHODS = (*SESSION_METHODS,)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An event and the conditions of the session in which paths reach it; ``refused``: those in which the session has failed and
    refuses it."""

    event: Event
    before: Conditions
    refused: Conditions


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What one body does with one session, in source order; ``entered`` are the headers of the ``with`` blocks that close it.

    ``borrows``: its block opens it on a connection that somebody else holds.
    """

    scope: Scope
    name: str
    session: kinds.Session
    steps: tuple[Step, ...]
    entered: tuple[Place, ...]
    borrows: bool


@collected
def courses(project: Project, module: ModuleScope) -> Iterator[Course]:
    """The course of every session, however it came there, in every body of ``module`` that calls one of its methods."""
    return (course_of(project, scope, name, session) for scope, name, session in _sessions(project, module))


def course_of(project: Project, scope: Scope, name: str, session: kinds.Session) -> Course:
    """What a body does with the session that it knows as ``name``."""
    tracing = Tracing(project, scope, name, autoflushes(project, session, name, scope), never_returns_in(project, scope))
    tracing.trace()
    steps = tuple(Step(event, tracing.seen.get(event, NOWHERE), tracing.refused.get(event, NOWHERE)) for event in tracing.events)
    return Course(scope, name, session, steps, tuple(tracing.entered), tracing.borrows)


def _sessions(project: Project, module: ModuleScope) -> Iterator[tuple[Scope, str, kinds.Session]]:
    known = set()
    asked, handed_on = module.calls_named(_METHODS), project.calls_of(kinds.FunctionKind, within=module)
    for site in module.in_order([asked, handed_on]):
        if isinstance(site.scope, ClassScope) or not isinstance(site.term, Call):
            continue
        for name, kind in (*_asked(project, site.term, site.scope), *_handed_on(project, site.term, site.scope)):
            if (site.scope, name) not in known:
                known.add((site.scope, name))
                yield site.scope, name, kind


def _asked(project: Project, call: Call, scope: Scope) -> Iterator[tuple[str, kinds.Session]]:
    """The session whose method is called."""
    if isinstance(call.func, Attribute) and call.func.attr in SESSION_METHODS:
        yield from _session(project, call.func.value, scope)


def _handed_on(project: Project, call: Call, scope: Scope) -> Iterator[tuple[str, kinds.Session]]:
    """The sessions that a function of the project gets, with its object or as arguments, where somebody handles its errors."""
    if not _handles_errors(project, scope) or not isinstance(project.kind(call.func, scope), kinds.FunctionKind):
        return
    for given in call.args:
        yield from _session(project, given.term, scope)
    owner = project.kind(call.func.value, scope) if isinstance(call.func, Attribute) else None
    if isinstance(call.func, Attribute) and isinstance(call.func.value, Name) and isinstance(owner, kinds.Instance):
        for name, kind in kept_sessions(project, owner.cls):
            yield f"{call.func.value.id}.{name}", kind


def _session(project: Project, term: Term, scope: Scope) -> Iterator[tuple[str, kinds.Session]]:
    name = walk.dotted(term) if isinstance(term, Name | Attribute) else None
    if name is not None and name.count(".") < 2 and isinstance(kind := project.kind(term, scope), kinds.Session):
        yield name, kind


def _handles_errors(project: Project, scope: Scope) -> bool:
    return bool(scope.tries) or (bool(scope.withs) and _suppresses_errors(project, scope))


@question(False)
def _suppresses_errors(project: Project, scope: Scope) -> bool:
    return any(suppresses_database_errors(item.context) for one in scope.withs for item in one.items)


@collected
def kept_sessions(project: Project, cls: ClassScope) -> Iterator[tuple[str, kinds.Session]]:
    """The sessions that the objects of a class keep."""
    for name in dict.fromkeys(name for one in project.evaluator.ancestors(cls) for name in one.attributes):
        if isinstance(kind := project.evaluator.instance_attribute(cls, name), kinds.Session):
            yield name, kind
