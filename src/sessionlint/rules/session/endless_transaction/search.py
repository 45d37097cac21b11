"""Loops that never end, around a session that was opened before them and never ends its transaction in them."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Attribute,
    Call,
    Constant,
    For,
    Jump,
    Lambda,
    Name,
    Operation,
    Return,
    Statement,
    Term,
    While,
    Yield,
)
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.questions.running.library_objects import library_object
from sessionlint.questions.running.waits import Wait, called_wait, waits_of
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.handed import events_around
from sessionlint.questions.sessions.open_transactions import Standing, asks, sessions_in, standing_of_round
from sessionlint.questions.sessions.registries import kind_of_name
from sessionlint.questions.sessions.rounds import keeps_transaction

_CONSUMERS = frozenset({"kafka.KafkaConsumer", "aiokafka.AIOKafkaConsumer", "confluent_kafka.Consumer"})
_WORDS = ("while ", "Consumer", ".listen(")
_FLAG = regex(r"(?:^|_)(?:run|running|alive|active|stop|stopped|stopping|shutdown|shutting_down|exit|quit)(?:_|$)")
_RENEWING = frozenset({"expire_all", "expire", "expunge_all"})


@dataclass(frozen=True, slots=True, eq=False)
class EndlessTransaction:
    """Each round of ``loop`` runs SQL on the session ``name``, first at ``event``, and leaves its transaction open."""

    loop: For | While
    name: str
    event: Event
    waits: tuple[Wait, ...]


def endless_transactions(project: Project, module: ModuleScope) -> Iterator[EndlessTransaction]:
    """Each loop once, with the first session."""
    sessions = sessions_in(project, module)
    if not sessions or not any(project.mentions(module, word) for word in _WORDS):
        return
    for scope, names in sessions.items():
        for loop in _endless_loops(project, scope):
            found = next(filter(None, (_in_loop(project, scope, name, loop) for name in sorted(names))), None)
            if found is not None:
                yield found


def _endless_loops(project: Project, scope: Scope) -> Iterator[For | While]:
    for statement in walk.statements(scope.body):
        if isinstance(statement, For | While) and _goes_on(project, statement, scope) and not _is_left(statement):
            yield statement


def _goes_on(project: Project, loop: For | While, scope: Scope) -> bool:
    """``while True:``, ``while not stop.is_set():``, ``for message in consumer:``."""
    if isinstance(loop, While):
        return (isinstance(loop.test, Constant) and bool(loop.test.value)) or _is_stopped_by_others(loop)
    return _listens(loop.iter) or library_object(project, loop.iter, scope) in _CONSUMERS


def _is_stopped_by_others(loop: While) -> bool:
    """``while not stop.is_set():``, ``while self.running:``, which nothing in the loop changes."""
    match loop.test:
        case Operation(op="not", operands=(Call(func=Attribute(value=flag, attr="is_set"), args=()),)):
            return walk.dotted(flag) is not None
        case Operation(op="not", operands=(Name() | Attribute() as flag,)) | (Name() | Attribute() as flag):
            name = walk.dotted(flag) or ""
            targets = (target for one in walk.statements(loop.body) for target in getattr(one, "targets", ()))
            return _FLAG.search(name.rpartition(".")[2]) is not None and name not in map(walk.dotted, targets)
    return False


def _listens(term: Term) -> bool:
    """``pubsub.listen()``."""
    if not isinstance(term, Call) or not isinstance(term.func, Attribute) or term.func.attr != "listen":
        return False
    return "pubsub" in (walk.dotted(term.func.value) or "").lower()


def _is_left(loop: For | While) -> bool:
    """Whether the loop is left other than by an error, or stops at a yield."""
    inside = list(walk.statements(loop.body))
    nested = {one for inner in inside if isinstance(inner, For | While) for one in walk.statements(inner.body)}
    return any(
        isinstance(one, Return)
        or (isinstance(one, Jump) and one.kind == "break" and one not in nested)
        or any(map(_yields, walk.own_terms(one)))
        for one in inside
    )


def _yields(top: Term) -> bool:
    return any(
        isinstance(term, Yield) and not any(isinstance(outer, Lambda) for outer in path) for term, path in walk.descend(top)
    )


def _in_loop(project: Project, scope: Scope, name: str, loop: For | While) -> EndlessTransaction | None:
    inside = [event for event in events_around(project, scope, name) if _stands_in(event.site.statement, loop)]
    first = next((event for event in inside if asks(event) or event.act is Act.PASSED), None)
    if first is None or any(event.method in _RENEWING for event in inside) or not _is_ours(project, scope, name):
        return None
    if not _stays_open(project, scope, name, loop) or not all(keeps_transaction(project, event, name) for event in inside):
        return None
    own = {wait.site.term: wait for wait in waits_of(project, scope)}
    calls = (site for site in project.calls_in(scope) if _stands_in(site.statement, loop))
    waits = (own.get(site.term) or called_wait(project, site) for site in calls)
    return EndlessTransaction(loop, name, first, tuple(wait for wait in waits if wait is not None))


def _stays_open(project: Project, scope: Scope, name: str, loop: For | While) -> bool:
    """Whether rounds leave a transaction open; a round in which something fails before its SQL, and is handled, leaves it as it
    was."""
    behind = standing_of_round(project, scope, name, loop)
    return Standing.OPEN in behind and behind <= {Standing.OPEN, Standing.UNSURE}


def _stands_in(statement: Statement, loop: For | While) -> bool:
    return any(one.span.contains(statement.span) for one in loop.body)


def _is_ours(project: Project, scope: Scope, name: str) -> bool:
    """Whether it is a plain session and no registry's, whose session somebody may remove."""
    kind = kind_of_name(project, scope, name)
    return isinstance(kind, kinds.Session) and not kind.scoped
