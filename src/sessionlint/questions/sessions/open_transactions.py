"""Where a session holds a transaction, and with it a connection: behind its first SQL, until it commits, rolls back or is closed.

``add()`` alone takes no connection. A session that something unknown has got may have been committed by it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from enum import Enum

from sessionlint.flow.leaks import may_raise
from sessionlint.flow.paths import Exits
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope
from sessionlint.link.names.sites import inner_functions, mentions
from sessionlint.link.project import Project
from sessionlint.link.question import question, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, For, Name, Statement, Term, While
from sessionlint.model.records import dataclass
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.following import Following, made_with
from sessionlint.questions.sessions.handed import Handed, events_around, handed
from sessionlint.questions.sessions.transactions import kept_sessions


class Standing(Enum):
    """What is known of the transaction of a session at one point of one path."""

    NONE = "it has none"
    OPEN = "it has run SQL since its last commit"
    UNSURE = "nothing is known"
    SHARED = "somebody else holds the session, and may end its transaction at any time"


Standings = frozenset[Standing]
NOWHERE: Standings = frozenset()
OPEN: Standings = frozenset({Standing.OPEN})
_ENDS = frozenset({Act.COMMIT, Act.ROLLBACK, Act.CLOSE})
_ASKS = frozenset({Act.SQL, Act.FLUSH, Act.NESTED})
_ASKING = frozenset({"merge"})


@question(dict[Scope, frozenset[str]]())
def sessions_in(project: Project, module: ModuleScope) -> Mapping[Scope, frozenset[str]]:
    """The sessions of each body of a module that asks one for something, or hands one to a function of the project."""
    found: dict[Scope, set[str]] = {}
    for site in project.calls_of(kinds.Method, within=module):
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
        if isinstance(callee, kinds.Method) and _is_session(callee.owner) and isinstance(site.term, Call):
            owner = site.term.func.value if isinstance(site.term.func, Attribute) else None
            found.setdefault(site.scope, set()).update(_named(owner))
    for site in project.calls_of(kinds.FunctionKind, within=module):
        if isinstance(site.term, Call):
            found.setdefault(site.scope, set()).update(_handed(project, site.term, site.scope))
    return {scope: frozenset(names) for scope, names in found.items() if names and not isinstance(scope, ClassScope)}


def _is_session(owner: kinds.Kind) -> bool:
    """Also the one of a registry, to which that passes calls on."""
    return isinstance(owner, kinds.Session) or (isinstance(owner, kinds.Factory) and owner.scoped)


def _named(term: Term | None) -> Iterator[str]:
    name = walk.dotted(term) if isinstance(term, Name | Attribute) else None
    if name is not None and name.count(".") < 2:
        yield name


def _handed(project: Project, call: Call, scope: Scope) -> Iterator[str]:
    """The sessions that a function of the project is given, and those of the object whose method it is."""
    for given in call.args:
        if isinstance(given.term, Name | Attribute) and isinstance(project.kind(given.term, scope), kinds.Session):
            yield from _named(given.term)
    match call.func:
        case Attribute(value=Name(id=owner) as value) if isinstance(kind := project.kind(value, scope), kinds.Instance):
            if any(_is_ended(project, scope, name) for name in made_with(project, scope, owner)):
                return  # who knows the session by that name ends its transaction
            yield from (f"{owner}.{name}" for name, _ in kept_sessions(project, kind.cls))
        case _:
            return


def _is_ended(project: Project, scope: Scope, name: str) -> bool:
    return any(event.act in _ENDS | {Act.BEGIN} for event in events(project, scope, name))


def asks(event: Event) -> bool:
    """Whether an event runs SQL: a session without a transaction begins one, and takes a connection."""
    if event.act is Act.QUERY:  # a loop over a query runs it
        return isinstance(event.site.statement, For) and event.site.statement.iter in event.site.path
    return event.act in _ASKS or event.method in _ASKING


def is_known_inside(scope: Scope, name: str) -> bool:
    """Whether functions inside the body know the session."""
    return isinstance(scope, FunctionScope) and any(
        any(mentions(inner, {name})) for inner in inner_functions(scope) if name not in inner.bindings
    )


def standings_at(
    project: Project, scope: Scope, name: str, statements: Iterable[Statement], start: Standing = Standing.UNSURE
) -> Mapping[Statement, Standings]:
    """The standings in which the paths through a body come to ``statements``; ``start`` is that of a session from outside."""
    walked = OpenTransactions.of(project, scope, name)
    walked.at = dict.fromkeys(statements, NOWHERE)
    walked.follow(Standing.SHARED if is_known_inside(scope, name) else start)
    return walked.at


def standing_of_round(project: Project, scope: Scope, name: str, loop: For | While) -> Standings:
    """The standings with which a round of a loop leads to the next, whatever was before it."""
    shared = is_known_inside(scope, name) or any(one.act is Act.SHARED for one in events_around(project, scope, name))
    return OpenTransactions.of(project, scope, name).round_of(loop, Standing.SHARED if shared else Standing.UNSURE)


def standings_in_rounds(
    project: Project, scope: Scope, name: str, loop: For | While, statements: Iterable[Statement]
) -> Mapping[Statement, Standings]:
    """As ``standings_at``, in the rounds of a loop that follow on another; nowhere, unless each round leaves its transaction
    open."""
    if standing_of_round(project, scope, name, loop) != OPEN:
        return {}
    later = OpenTransactions.of(project, scope, name)
    later.at = dict.fromkeys(statements, NOWHERE)
    later.round_of(loop, Standing.OPEN)
    return later.at


def standing_behind(project: Project, to: Handed, start: Standing) -> Standings:
    """What a function makes of the transaction of a session that it is handed."""
    key = ("transaction behind", to.function, to.name, start)
    return remembered(project, key, frozenset({Standing.UNSURE}), _behind_function, project, to, start)


def _behind_function(project: Project, to: Handed, start: Standing) -> Standings:
    if is_known_inside(to.function, to.name):
        return frozenset({Standing.SHARED})
    exits = OpenTransactions.of(project, to.function, to.name).follow(start)
    return exits.falls | exits.returns


@dataclass(slots=True)
class OpenTransactions(Following[Standing]):
    """The walk; ``at`` collects the standings in which paths come to some statements."""

    at: dict[Statement, Standings] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, scope: Scope, name: str) -> "OpenTransactions":
        ends = never_returns_in(project, scope)
        return cls(project, scope, name, ends, fresh=Standing.NONE, unsure=Standing.UNSURE, ended=Standing.NONE)

    def round_of(self, loop: For | While, start: Standing) -> Standings:
        """The standings with which one round leads to the next, when it begins with ``start``."""
        self.gather()
        exits = self._block(loop.body, frozenset({start}))
        return exits.falls | exits.continues

    def _statement(self, statement: Statement, states: Standings) -> Exits[Standing]:
        if statement in self.at:
            self.at[statement] |= states
        return Following._statement(self, statement, states)

    def _own(self, statement: Statement, states: Standings) -> tuple[Standings, Standings]:
        after, _ = Following._own(self, statement, states)
        # SQL that has failed did not begin what somebody could hold
        return after, states if may_raise(statement) else NOWHERE

    def _behind(self, event: Event, state: Standing) -> Standings:
        if state is Standing.SHARED or event.act is Act.SHARED:
            return frozenset({Standing.SHARED})
        if event.act is Act.YIELDED:
            return frozenset({Standing.UNSURE})
        if event.act is Act.PASSED:
            to = handed(self.project, event, self.name)
            return standing_behind(self.project, to, state) if to is not None else frozenset({Standing.UNSURE})
        if event.act in _ENDS:
            return frozenset({Standing.NONE})
        return OPEN if asks(event) else frozenset({state})
