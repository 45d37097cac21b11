"""What happens to a session at each place of one body that mentions it, and the ``with`` blocks that close one at their end.

An act is read off the surroundings of a mention; the order in which acts happen is ``link.transactions``'s.
"""

from collections.abc import Iterator
from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, Scope, Site
from sessionlint.link.names.sites import mentions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Constant, Name, Term, With, WithItem, Yield
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.holding import CLOSING_METHODS, Use, holding_of
from sessionlint.questions.sessions.lives import lives_in
from sessionlint.questions.sessions.openings import openings_of


class Act(Enum):
    """What a mention of a session does with it."""

    QUERY = "builds a query that has not run yet"
    SQL = "runs SQL"
    WRITE = "adds or deletes an object"
    FLUSH = "flushes"
    COMMIT = "commits"
    ROLLBACK = "rolls back"
    CLOSE = "closes"
    BEGIN = "begins a transaction"
    NESTED = "sets a savepoint"
    LOOKED = "looks at it: no SQL, no transaction"
    PASSED = "hands it to a function of the project that only uses it"
    RETURNED = "hands it to the caller"
    YIELDED = "lends it"
    SHARED = "hands it to something that cannot be followed, or gives it another name"


_METHODS = {
    **dict.fromkeys(("execute", "scalar", "scalars", "exec", "get", "get_one", "refresh", "connection", "stream"), Act.SQL),
    **dict.fromkeys(("stream_scalars", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"), Act.SQL),
    **dict.fromkeys(("add", "add_all", "delete", "merge"), Act.WRITE),
    **dict.fromkeys(("expunge", "expunge_all", "expire", "expire_all", "in_transaction", "in_nested_transaction"), Act.LOOKED),
    **dict.fromkeys(("is_modified", "get_bind", "enable_relationship_loading"), Act.LOOKED),
    **dict.fromkeys(("reset", "remove", *CLOSING_METHODS), Act.CLOSE),
    "flush": Act.FLUSH,
    "commit": Act.COMMIT,
    "rollback": Act.ROLLBACK,
    "begin": Act.BEGIN,
    "begin_nested": Act.NESTED,
}
_ATTRIBUTES = frozenset(
    {"is_active", "new", "dirty", "deleted", "identity_map", "info", "bind", "no_autoflush", "autoflush", "expire_on_commit"}
)
# what makes a Query run: https://docs.sqlalchemy.org/en/21/orm/queryguide/query.html
_RUNS = frozenset({"all", "first", "one", "one_or_none", "scalar", "count", "delete", "update", "get"})
_DEPTH = 3  # context managers of the project inside each other
SESSION_METHODS = frozenset(_METHODS) | {"query"}


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One mention of a session. ``call`` is the session's method call, if the mention is one."""

    act: Act
    site: Site

    @property
    def call(self) -> Call | None:
        path = self.site.path
        if len(path) > 1 and isinstance(path[0], Attribute) and isinstance(path[1], Call) and path[1].func is path[0]:
            return path[1]
        return None

    @property
    def method(self) -> str:
        return self.call.func.attr if self.call is not None and isinstance(self.call.func, Attribute) else ""

    @property
    def place(self) -> Place:
        """The method call, or the mention itself."""
        return Place(self.site.scope.module.path, self.call.span if self.call is not None else self.site.term.span)


@dataclass(frozen=True, slots=True, eq=False)
class OwnBlock:
    """A ``with`` that opens a session (or connection), binds it to ``name``, and closes it at its end.

    ``begins``: it commits as well (``SessionLocal.begin()``). ``direct``: it opens the session itself; a context manager
    of the project may do more at its end. ``borrows``: the session uses a connection that somebody else holds.
    """

    statement: With
    item: WithItem
    name: str
    held: kinds.Session | kinds.Connection
    scope: Scope
    begins: bool = False
    direct: bool = True
    borrows: bool = False

    @property
    def place(self) -> Place:
        return Place(self.scope.module.path, self.item.context.span)


def events(project: Project, scope: Scope, name: str) -> Iterator[Event]:
    """Every mention of the session ``name`` (dotted) in ``scope``'s own body, in source order, targets left out."""
    return (event for site in mentions(scope, {name}) if (event := event_at(project, site, name)) is not None)


def event_at(project: Project, site: Site, name: str) -> Event | None:
    """What the mention of the session ``name`` at ``site`` does, if there is one."""
    return Event(_act(project, site), site) if _is_called(site.term, name) and not _is_written(site) else None


def _is_called(term: Term, name: str) -> bool:
    """Whether a term is that dotted name; most are not, as their last part tells."""
    if isinstance(term, Name):
        return term.id == name
    return isinstance(term, Attribute) and term.attr == name.rpartition(".")[2] and walk.dotted(term) == name


def own_blocks(project: Project, scope: Scope, depth: int = _DEPTH) -> Iterator[OwnBlock]:
    """Every ``with`` item of ``scope``'s own body that opens a session or connection under a plain name."""
    for statement in scope.withs:
        for item in statement.items:
            if (block := own_block(project, statement, item, scope, depth)) is not None:
                yield block


def own_block(project: Project, statement: With, item: WithItem, scope: Scope, depth: int = _DEPTH) -> OwnBlock | None:
    """What a ``with`` item opens and closes, if that is a session or a connection."""
    if not isinstance(item.target, Name) or not isinstance(item.context, Call):
        return None
    call, name = item.context, item.target.id
    entered = project.evaluator.entered(project.kind(call, scope))
    if not isinstance(entered, kinds.Session | kinds.Connection):
        return None
    if openings_of(project).opens(call, scope):
        return OwnBlock(statement, item, name, entered, scope)
    if openings_of(project).borrows(call, scope):
        return OwnBlock(statement, item, name, entered, scope, borrows=True)
    match project.kind(call.func, scope):
        case kinds.Method(owner=kinds.Factory(scoped=False), name="begin"):
            return OwnBlock(statement, item, name, entered, scope, begins=True)
        case kinds.Method(owner=kinds.Engine(), name="connect" | "begin" as method):
            return OwnBlock(statement, item, name, entered, scope, begins=method == "begin")
        case kinds.External(name="contextlib.closing" | "contextlib.aclosing") if _opens_argument(project, call, scope):
            return OwnBlock(statement, item, name, entered, scope)
        case kinds.FunctionKind(function=function) if depth and closes_what_it_lends(project, function, depth - 1):
            return OwnBlock(statement, item, name, entered, scope, direct=False)
    return None


def _opens_argument(project: Project, call: Call, scope: Scope) -> bool:
    given = walk.argument(call, 0, "thing")
    return isinstance(given, Call) and openings_of(project).opens(given, scope)


def closes_what_it_lends(project: Project, function: FunctionScope, depth: int = _DEPTH) -> bool:
    """Whether every session that a generator function yields is opened by it and closed behind the yield."""
    if not function.node.is_generator:
        return False
    closed = [(block.name, block.statement) for block in own_blocks(project, function, depth)]
    by_hand = {name for life in lives_in(project, function) if life.ending.name == "CLOSED" for name in life.names}
    lent = [site for site in sites(function) if isinstance(site.term, Yield)]
    return bool(lent) and all(_is_closed_behind(site.term, closed, by_hand) for site in lent)


def _is_closed_behind(term: Term, closed: list[tuple[str, With]], by_hand: set[str]) -> bool:
    value = term.value if isinstance(term, Yield) and not term.delegated else None
    if not isinstance(value, Name):
        return False
    return value.id in by_hand or any(name == value.id and statement.span.contains(term.span) for name, statement in closed)


def _is_written(site: Site) -> bool:
    targets = getattr(site.statement, "targets", None) or ()
    own = getattr(site.statement, "target", None)
    items = site.statement.items if isinstance(site.statement, With) else ()
    written = [*targets, *([own] if own is not None else []), *(item.target for item in items)]
    return any(site.term is target or target in site.path for target in written)


def _act(project: Project, site: Site) -> Act:
    if site.in_lambda:
        return Act.SHARED
    if site.path and isinstance(site.path[0], Attribute):
        return _method(project, site, site.path[0])
    match holding_of(project).at(site).use:
        case Use.RETURNED:
            return Act.RETURNED
        case Use.YIELDED:
            return Act.YIELDED
        case Use.USED:
            return _argument(project, site)
        case _:
            return Act.SHARED


def _argument(project: Project, site: Site) -> Act:
    call = next((outer for outer in site.path if isinstance(outer, Call)), None)
    if call is None:
        return Act.LOOKED
    match project.kind(call.func, site.scope):
        case kinds.FunctionKind():
            return Act.PASSED
        case kinds.External(name=name) if name.startswith("builtins."):
            return Act.LOOKED
        case _:
            return Act.SHARED


def _method(project: Project, site: Site, attribute: Attribute) -> Act:
    called = site.path[1] if len(site.path) > 1 else None
    if not isinstance(called, Call) or called.func is not attribute:
        return Act.LOOKED if attribute.attr in _ATTRIBUTES else Act.SHARED
    if attribute.attr == "query":
        return Act.SQL if any(isinstance(outer, Attribute) and outer.attr in _RUNS for outer in site.path[2:]) else Act.QUERY
    act = _METHODS.get(attribute.attr, Act.SHARED)
    if act is Act.BEGIN:
        return _begin(project, site, called)
    return act


def _begin(project: Project, site: Site, call: Call) -> Act:
    match call.args:
        case ():
            session = project.kind(site.term, site.scope)
            entered = isinstance(site.statement, With) or any(isinstance(outer, Await) for outer in site.path)
            # on an async session `begin()` by itself does nothing
            return Act.BEGIN if entered or not (isinstance(session, kinds.Session) and session.is_async) else Act.LOOKED
        case (argument,) if argument.keyword == "nested" and isinstance(argument.term, Constant) and argument.term.value is True:
            return Act.NESTED
        case _:
            return Act.SHARED
