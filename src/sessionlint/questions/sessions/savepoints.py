"""Savepoints that a project sets in context managers of its own."""

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Term
from sessionlint.questions.sessions.holding import parameter_for

_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


def sets_savepoint(project: Project, context: Term, name: str, scope: Scope) -> bool:
    """Whether what a ``with`` enters is a block of ``begin_nested()`` of the session ``name``, written in a function."""
    kind = project.kind(context.func, scope) if isinstance(context, Call) else kinds.UNKNOWN
    if not isinstance(context, Call) or not isinstance(kind, kinds.FunctionKind):
        return False
    if not (project.evaluator.decorators(kind.function) | {kind.wrapped}) & _MANAGERS:
        return False
    inside = _savepoint_around_the_yields(kind.function)
    return inside is not None and _called_outside(inside, kind.function, context) == name


def _savepoint_around_the_yields(function: FunctionScope) -> str | None:
    """The session of which a block of ``begin_nested()`` is around all that a context manager yields."""
    found = list(yields(function))
    for block in function.withs:
        for item in block.items:
            match item.context:
                case Call(func=Attribute(value=session, attr="begin_nested"), args=()):
                    if found and all(block.span.contains(one.span) for one in found):
                        return walk.dotted(session)
    return None


def _called_outside(inside: str, function: FunctionScope, call: Call) -> str | None:
    """What the caller calls the session: its own argument, or what the object keeps that the method is called on."""
    root, dot, kept = inside.partition(".")
    if dot and root == "self" and function.owner is not None and isinstance(call.func, Attribute):
        owner = walk.dotted(call.func.value)
        return f"{owner}.{kept}" if owner is not None else None
    given = next((each.term for each in call.args if parameter_for(function, call, each.term) == inside), None)
    return walk.dotted(given) if given is not None else None
