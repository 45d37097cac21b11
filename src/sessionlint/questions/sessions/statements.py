"""What a session runs at one event: a statement that writes, a query, before which the objects that wait are flushed.

SQLAlchemy flushes before ``Query`` runs and before statements about mapped classes, unless it is told not to ("Flushing", in
"Session Basics"); since 2.1 before every statement, which counts for nothing here.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import WRITING_STATEMENTS
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant, Name, Term
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.makers import configurations, is_subclass_with_init, makers_of, opened_calls

_READS = ("select", "with", "show", "explain", "pragma", "set ")
_OF_CLASSES = WRITING_STATEMENTS | {"select", "union", "union_all", "exists"}
_LOADING = frozenset({"get", "get_one", "refresh", "merge"})
RUNNING = frozenset({"execute", "exec", "scalar", "scalars", "stream", "stream_scalars"})
_OPTION = "autoflush"


def writes(event: Event) -> bool:
    """Whether the event runs ``insert(...)``, ``update(...).where(...)``, ``delete(...)``, or a text that is not a query."""
    statements = _statements(event)
    return bool(statements) and all(map(_writes, statements))


def _writes(statement: Term) -> bool:
    for name, call in _called(statement):
        if name in WRITING_STATEMENTS:
            return True
        if name == "text" and call.args:
            text = call.args[0].term
            return not (isinstance(text, Constant) and str(text.value).lstrip().lower().startswith(_READS))
    return False


def queries(event: Event) -> bool:
    """Whether the event asks for objects, for which the session flushes those that wait."""
    if is_told_not_to(event):
        return False
    if event.method == "query":
        return event.act is Act.SQL
    if event.method in _LOADING:
        return True
    statements = _statements(event) if event.method in RUNNING else []
    return bool(statements) and all(map(_is_of_classes, statements))


def _is_of_classes(statement: Term) -> bool:
    """``select(User)``, ``update(User)``: of classes, and not of tables, which are written in small letters."""
    about = any(name in _OF_CLASSES for name, _ in _called(statement))
    return about and any(isinstance(term, Name) and term.id[:1].isupper() for term, _ in walk.descend(statement))


def is_told_not_to(event: Event) -> bool:
    """``with db.no_autoflush:`` around it, ``query(...).autoflush(False)`` or ``execution_options(autoflush=False)``."""
    name, whole = walk.dotted(event.site.term), (event.site.path or (event.site.term,))[-1]
    said = (
        (isinstance(term, Attribute) and term.attr == _OPTION)
        or (isinstance(term, Call) and any(given.keyword == _OPTION for given in term.args))
        or (isinstance(term, Constant) and term.value == _OPTION)
        for term, _ in walk.descend(whole)
    )
    return any(said) or any(
        block.span.contains(event.site.statement.span)
        and any(walk.dotted(item.context) == f"{name}.no_autoflush" for item in block.items)
        for block in event.site.scope.withs
    )


def _statements(event: Event) -> list[Term]:
    """The statement that a method is given, or what its name stands for; none where that cannot be told."""
    given = event.call.args[0].term if event.call is not None and event.call.args else None
    return statements_given(given, event.site.scope) if given is not None else []


def statements_given(given: Term, scope: Scope) -> list[Term]:
    """The term itself, or all that its local name is bound to; none where that cannot be told."""
    if not isinstance(given, Name):
        return [given]
    bindings = scope.bindings.get(given.id, [])
    values = [binding.value for binding in bindings if isinstance(binding, ValueBinding) and not binding.path]
    built = [value for value in values if value is not None and not _goes_on_from(value, given.id)]
    return built if len(values) == len(bindings) else []


def _goes_on_from(value: Term, name: str) -> bool:
    """``statement = statement.where(...)``."""
    while isinstance(value, Call | Attribute):
        value = value.func if isinstance(value, Call) else value.value
    return isinstance(value, Name) and value.id == name


def _called(statement: Term) -> Iterator[tuple[str, Call]]:
    for inner, _ in walk.descend(statement):
        if isinstance(inner, Call) and (name := (walk.dotted(inner.func) or "").rpartition(".")[2]):
            yield name, inner


# --- sessions ---------------------------------------------------------------------------------------------------------


def autoflushes(project: Project, session: kinds.Session, name: str, scope: Scope) -> bool:
    """Whether the session ``name`` of ``scope`` surely flushes by itself: whoever may have made it says nothing else."""
    otherwise = _without_autoflush(project)
    if (session.origin in otherwise or None in otherwise) if session.origin is not None else bool(otherwise):
        return False
    return not any(
        isinstance(statement, Assign) and any(walk.dotted(target) == f"{name}.{_OPTION}" for target in statement.targets)
        for statement in walk.statements(scope.body)
    )


@gathered
def _without_autoflush(project: Project, module: ModuleScope) -> Iterator[Place | None]:
    """What makes sessions (None: it cannot be told), in tests apart, that do not flush by themselves, or may not for all that is
    known."""
    if project.role(module) is Role.TEST:
        return
    making = [(maker.place, maker.call, maker.session_class) for maker in makers_of(project, module)]
    configuring = [(factory.origin, call, None) for factory, _, call in configurations(project, module)]
    opening = [(factory.origin, call, None) for factory, call, _ in opened_calls(project, module)]
    found = (
        made for made, call, cls in (*making, *configuring, *opening) if _says_so(call) or is_subclass_with_init(project, cls)
    )
    yield from dict.fromkeys(found)


def _says_so(call: Call) -> bool:
    """``autoflush=``, unless it is True, or stars that may hide it."""
    return any(
        given.star or (given.keyword == _OPTION and not (isinstance(given.term, Constant) and given.term.value is True))
        for given in call.args
    )
