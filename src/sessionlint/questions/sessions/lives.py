"""The life of each session that the project opens: where it is opened, who holds it, and how it ends."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from sessionlint.flow.checkout import takes_connection
from sessionlint.flow.leaks import Leaks, PathWalk
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Evaluate, Statement, Term, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.sessions.escape import derived_names
from sessionlint.questions.sessions.holding import CLOSING_METHODS, Holding, Use, Where, holding_of
from sessionlint.questions.sessions.opening_flags import opening_flags
from sessionlint.questions.sessions.openings import openings_of


class Ending(Enum):
    CLOSED = "closed on every path"
    PARTLY = "closed, but not on every path"
    NEVER = "nothing closes it"
    ELSEWHERE = "returned, stored or handed over: somebody else's to close"
    SHARED = "bound in a module or a class body: every caller has the same one"


_NO_LEAKS = Leaks((), ())


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """``names`` are the dotted names that hold the session; ``closes`` the places that close it, in source order.

    ``cause``: the statement whose exception is caught, if it is that alone which leaves the session open. ``gives_back``: no path
    without a close leaves before a commit or rollback has returned the connection.
    """

    opening: Site
    session: kinds.Session
    ending: Ending
    names: frozenset[str] = frozenset()
    closes: tuple[Site, ...] = ()
    leaks: Leaks = _NO_LEAKS
    first_use: Where | None = None
    cause: Span | None = None
    gives_back: bool = False

    @property
    def name(self) -> str | None:
        """The name that the opening binds."""
        return self.first_use.name if self.first_use is not None else None

    @property
    def recipe(self) -> str:
        """How the session ought to be opened, for a message: ``async with SessionLocal() as db``."""
        call = self.opening.term
        called = walk.dotted(call.func) if isinstance(call, Call) else None
        written = f"{called}({'...' if isinstance(call, Call) and call.args else ''})" if called else "..."
        return f"{'async with' if self.session.is_async else 'with'} {written} as {self.name or 'session'}:"

    @property
    def place(self) -> Place:
        return self.opening.place

    @property
    def scope(self) -> Scope:
        return self.opening.scope


@gathered
def session_lives(project: Project, module: ModuleScope) -> Iterable[Life]:
    """The life of every session that the project opens."""
    return lives_of(project, module)


@question(tuple[Life, ...]())
def lives_of(project: Project, module: ModuleScope) -> tuple[Life, ...]:
    """The life of every session that ``module`` opens, in source order."""
    return tuple(life_of(project, opening, session) for opening, session in openings_of(project).of(module))


def lives_in(project: Project, scope: Scope) -> Sequence[Life]:
    """The sessions that ``scope``'s own body opens."""
    return _lives_by_scope(project, scope.module).get(scope, ())


@question(dict[Scope, list[Life]]())
def _lives_by_scope(project: Project, module: ModuleScope) -> dict[Scope, list[Life]]:
    found: dict[Scope, list[Life]] = defaultdict(list)
    for life in lives_of(project, module):
        found[life.scope].append(life)
    return dict(found)


def life_of(project: Project, opening: Site, session: kinds.Session) -> Life:
    """What becomes of something that is closed as a session is; ``lives_of`` has those of the sessions themselves."""
    return _Follower(project, holding_of(project)).life(opening, session)


class _Follower:
    """Follows sessions from their opening."""

    def __init__(self, project: Project, holding: Holding) -> None:
        self.project = project
        self.holding = holding

    def life(self, opening: Site, session: kinds.Session) -> Life:
        """What becomes of the ``session`` that ``opening`` opens."""
        where = self.holding.at(opening)
        match where.use:
            case Use.USED if _is_connectionless(opening):
                return Life(opening, session, Ending.CLOSED, first_use=where)
            case Use.USED | Use.YIELDED:
                return Life(opening, session, Ending.NEVER, first_use=where)
            case Use.BOUND if where.name is not None:
                return self._held(opening, session, where)
            case Use.STORED if where.name is not None and not where.name.startswith(("self.", "cls.")):
                return self._stored(opening, session, where)
            case Use.CLOSED | Use.MANAGED:
                return Life(opening, session, Ending.CLOSED, first_use=where)
            case _:
                return Life(opening, session, Ending.ELSEWHERE, first_use=where)

    def _stored(self, opening: Site, session: kinds.Session, where: Where) -> Life:
        """``request.state.db = SessionLocal()``: ours to judge only where the same function also closes it."""
        assert where.name is not None
        names = frozenset({where.name})
        if not isinstance(opening.scope, FunctionScope):
            return Life(opening, session, Ending.SHARED, names, first_use=where)
        if "." not in where.name:
            return Life(opening, session, Ending.SHARED, names, first_use=where)  # declared global
        mentions = list(self.holding.mentions(opening.scope, names))
        if any(found.use is Use.CLOSED for _, found in mentions):
            return self._judged(opening, session, where, names, mentions)
        return Life(opening, session, Ending.ELSEWHERE, names, first_use=where)

    def _held(self, opening: Site, session: kinds.Session, where: Where) -> Life:
        assert where.name is not None
        names = frozenset({where.name})
        while True:
            mentions = list(self.holding.mentions(opening.scope, names))
            aliases = {found.name for _, found in mentions if found.use is Use.BOUND and found.name is not None}
            if aliases <= names:
                return self._judged(opening, session, where, names, mentions)
            names |= aliases

    def _judged(
        self, opening: Site, session: kinds.Session, where: Where, names: frozenset[str], mentions: list[tuple[Site, Where]]
    ) -> Life:
        uses = {found.use for _, found in mentions}
        closes = tuple(site for site, found in mentions if found.use is Use.CLOSED)
        if uses & {Use.STORED, Use.RETURNED, Use.GIVEN_AWAY}:
            return Life(opening, session, Ending.ELSEWHERE, names, closes, first_use=where)
        if any(found.use is Use.MANAGED and not isinstance(site.statement, With) for site, found in mentions):
            return Life(opening, session, Ending.CLOSED, names, closes, first_use=where)
        if any(site.scope is not opening.scope for site in closes):
            return Life(opening, session, Ending.CLOSED, names, closes, first_use=where)  # a nested clean-up function
        managing = {site.statement for site, found in mentions if found.use is Use.MANAGED}
        if not closes and not managing:
            others = [site for site, found in mentions if found.use is not Use.BOUND]
            used = [takes_connection(site.path) and not _ends_with_transaction(site, names) for site in others]
            ending = Ending.NEVER if any(used) or not used else Ending.CLOSED
            return Life(opening, session, ending, names, first_use=where)
        if managing:
            return Life(opening, session, Ending.CLOSED, names, closes, first_use=where)
        closing = {site.statement for site in closes}
        ends = never_returns_in(self.project, opening.scope)
        how = (opening.statement, names, closing.__contains__, managing.__contains__, ends)
        back, flags = self._ends(opening, names, _ROLLBACK), opening_flags(opening, names)
        leaks = PathWalk(*how, gives_back=back, flags=flags).leaks(opening.scope.body)
        if not leaks:
            return Life(opening, session, Ending.CLOSED, names, closes, first_use=where)
        plain = PathWalk(*how, handles=False, gives_back=back, flags=flags)
        cause = leaks.caught[0] if leaks.caught and not plain.leaks(opening.scope.body) else None
        over, objects = self._ends(opening, names, _ENDS), _objects(opening.scope, names)
        held = PathWalk(*how, gives_back=back, ends_transaction=over, objects=objects, flags=flags)
        kept = held.leaks(opening.scope.body)
        return Life(opening, session, Ending.PARTLY, names, closes, kept or leaks, where, cause, gives_back=not kept)

    def _ends(self, opening: Site, names: frozenset[str], methods: frozenset[str]) -> Callable[[Statement], bool]:
        """Which statements call one of the ``methods`` that end a session's transaction; a connection is out until its close."""
        is_session = isinstance(self.project.kind(opening.term, opening.scope), kinds.Session)
        return (lambda statement: _calls_one(statement, names, methods)) if is_session else (lambda statement: False)


_ROLLBACK = frozenset({"rollback"})
_ENDS = frozenset({"rollback", "commit"})


def _calls_one(statement: Statement, names: frozenset[str], methods: frozenset[str]) -> bool:
    value = statement.value if isinstance(statement, Evaluate) else None
    call = value.value if isinstance(value, Await) else value
    func = call.func if isinstance(call, Call) else None
    return isinstance(func, Attribute) and func.attr in methods and walk.dotted(func.value) in names


def _objects(scope: Scope, names: frozenset[str]) -> frozenset[str]:
    """The names in ``scope`` of what may have been read through the session, or added to it."""
    return derived_names(scope, names) - names if isinstance(scope, FunctionScope | ModuleScope) else frozenset()


def _is_connectionless(opening: Site) -> bool:
    """``SessionLocal().get_bind()``, ``with Session(e).begin():`` and the like take no connection, or give it back."""
    outer = next((term for term in opening.path if isinstance(term, Attribute)), None)
    return outer is not None and outer.attr in {"bind", "get_bind", "begin", "info", "__enter__", "__aenter__", *CLOSING_METHODS}


def _ends_with_transaction(use: Site, names: frozenset[str]) -> bool:
    """Whether it is in a ``with db.begin():``, which gives the connection back at its end, or is that ``begin``."""
    return any(
        block.span.contains(use.statement.span) and any(_begins(item.context, names) for item in block.items)
        for block in walk.statements(use.scope.body)
        if isinstance(block, With)
    )


def _begins(context: Term, names: frozenset[str]) -> bool:
    func = context.func if isinstance(context, Call) else None
    return isinstance(func, Attribute) and func.attr == "begin" and walk.dotted(func.value) in names


def statement_mentions(statement: Statement, names: frozenset[str]) -> bool:
    """Whether a statement, with everything inside it, mentions the session."""
    return any(
        walk.dotted(term) in names
        for inner in walk.statements((statement,))
        for top in walk.own_terms(inner)
        for term, _ in walk.descend(top)
    )
