"""Sessions that are opened past the project's own helper, and what stands in the way of opening them through it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import Binding, EnteredBinding, FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered
from sessionlint.link.values.known_names import CONTEXT_METHODS
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Block, BoolOp, Call, Conditional, Constant, Name, Term, Try, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.providers.helper import Helper, configured_helper, is_lender, is_opened_by_factory
from sessionlint.questions.references.replaced import replacement
from sessionlint.questions.requests.routes import is_called_by_fastapi
from sessionlint.questions.sessions.holding import Use, holding_of
from sessionlint.questions.sessions.lives import Ending, Life, lives_of, statement_mentions
from sessionlint.rules.session.direct_session import RULE
from sessionlint.rules.session.direct_session.committing import of_commit
from sessionlint.rules.session.direct_session.cycles import imports_back
from sessionlint.rules.session.direct_session.inside_try import InsideTry, inside_try
from sessionlint.rules.session.direct_session.obstacles import Obstacle
from sessionlint.rules.session.direct_session.ownership import Ownership, ownership_of
from sessionlint.rules.session.direct_session.ranges import by_itself


@dataclass(frozen=True, slots=True, eq=False)
class DirectSession:
    """``obstacle`` None: the helper can take over. ``obstacle_place`` is where the obstacle is, if elsewhere.

    ``ownership``: the session may be the caller's, and it is plain when; ``inside``: the ``try`` that closes it holds its
    opening; ``guard``: the ``try`` whose handlers have to stand
    around the block; ``kept``: what writes today without a commit, which the helper's commit will keep.
    """

    life: Life
    helper: Helper
    obstacle: Obstacle | None = None
    obstacle_place: Place | None = None
    ownership: Ownership | None = None
    inside: InsideTry | None = None
    guard: Try | None = None
    kept: tuple[Span, ...] = ()

    @property
    def place(self) -> Place:
        return self.life.place

    @property
    def name(self) -> str | None:
        """The name of the session, where it has one."""
        body = body_of(self.life, self.ownership, self.inside)
        return body[0] if body is not None else self.life.name

    @property
    def call(self) -> Call:
        assert isinstance(self.life.opening.term, Call)
        return self.life.opening.term


@collected
def direct_sessions(project: Project, module: ModuleScope) -> Iterator[DirectSession]:
    """Every session of the helper's kind that a service, script, task or route opens through the factory itself."""
    helper = configured_helper(project)
    if helper is None:
        return
    for life in _ours(project, module, helper):
        unsure = len(set(_factories(project))) > 1
        yield DirectSession(life, helper, Obstacle.UNSURE) if unsure else _judged(project, life, helper)


@gathered
def _factories(project: Project, module: ModuleScope) -> Iterator[Place | None]:
    """What makes the sessions of the helper's kind, None where that cannot be told."""
    helper = configured_helper(project)
    yield from dict.fromkeys(life.session.origin for life in _ours(project, module, helper)) if helper is not None else ()


def _ours(project: Project, module: ModuleScope, helper: Helper) -> Iterator[Life]:
    return (life for life in lives_of(project, module) if _is_ours(project, life, helper))


def entered_item(opening: Site) -> With | None:
    """The ``with`` whose item the opening call is."""
    statement = opening.statement
    if isinstance(statement, With) and any(item.context is opening.term for item in statement.items):
        return statement
    return None


def _is_ours(project: Project, life: Life, helper: Helper) -> bool:
    """Whether the policy speaks of this session: the same kind, the same factory, and not in a provider or a test."""
    session, scope, call = life.session, life.scope, life.opening.term
    if session.is_async is not helper.session.is_async or session.scoped or project.role(scope.module) in RULE.silent_in:
        return False
    if helper.session.origin is not None and session.origin != helper.session.origin:
        return False  # another database
    if not isinstance(call, Call) or not is_opened_by_factory(project, call, scope):
        return False
    if scope is helper.function or is_lender(project, scope):
        return False
    where = life.first_use
    return where is None or (
        where.use is not Use.RETURNED and not (where.use is Use.STORED and _is_lent_by(project, scope, where.name))
    )


def _is_lent_by(project: Project, scope: Scope, name: str | None) -> bool:
    """Whether what keeps the session is there to lend it: a context manager, a request, or another object that is not our own."""
    owner, dot, _ = (name or "").partition(".")
    if dot and owner not in ("self", "cls"):
        return True
    cls = scope.owner if isinstance(scope, FunctionScope) else None
    ancestors = project.evaluator.ancestors(cls) if cls is not None else []
    return any(CONTEXT_METHODS & set(one.methods) for one in ancestors)


# --- obstacles --------------------------------------------------------------------------------------------------------


def _judged(project: Project, life: Life, helper: Helper) -> DirectSession:
    if (found := _obstacle_to_any(project, life, helper)) is not None:
        return DirectSession(life, helper, *found)
    ownership = ownership_of(project, life)
    if ownership is None and _may_be_the_callers(life):
        return DirectSession(life, helper, Obstacle.OWNED)
    inside = inside_try(project, life) if ownership is None else None
    body = body_of(life, ownership, inside)
    if life.ending in (Ending.ELSEWHERE, Ending.SHARED):
        return DirectSession(life, helper, Obstacle.KEPT)
    if body is None or _is_left_open_again(life):
        return DirectSession(life, helper, Obstacle.FORM)
    if _is_unused(project, life, *body):
        return DirectSession(life, helper, Obstacle.UNUSED)
    obstacle, guard, kept = of_commit(project, life, helper, *body)
    if obstacle is not None:
        return DirectSession(life, helper, obstacle)
    if (place := _replacement(project, life)) is not None:
        return DirectSession(life, helper, Obstacle.REPLACED, place)
    obstacle = Obstacle.CYCLE if imports_back(project, life, helper) else None
    return DirectSession(life, helper, obstacle, None, ownership, inside, guard, kept)


def _replacement(project: Project, life: Life) -> Place | None:
    call = life.opening.term
    name = (walk.dotted(call.func) or "").partition(".")[0] if isinstance(call, Call) else ""
    return replacement(project, life.scope.module, name)


def _obstacle_to_any(project: Project, life: Life, helper: Helper) -> tuple[Obstacle, Place | None] | None:
    scope, call = life.scope, life.opening.term
    assert isinstance(call, Call)
    if isinstance(scope, FunctionScope) and is_called_by_fastapi(project, scope):
        return Obstacle.ROUTE, None
    if call.args:
        return Obstacle.ARGUMENTS, None
    entered = entered_item(life.opening)
    if entered is not None and entered.is_async is not life.session.is_async:
        return Obstacle.ENTERED, None
    return (Obstacle.SWALLOWS, helper.place) if helper.swallows else None


def _may_be_the_callers(life: Life) -> bool:
    return any(isinstance(outer, BoolOp | Conditional) for outer in life.opening.path) or _is_rebound(life)


def _is_unused(project: Project, life: Life, name: str, block: Block) -> bool:
    closed = {site.term for site in life.closes}
    return all(site.term in closed for site in _mentions(project, life, name, block))


def _mentions(project: Project, life: Life, name: str, block: Block) -> Iterator[Site]:
    """Where the block says the name of the session."""
    for site, _ in holding_of(project).mentions(life.scope, frozenset({name})):
        if any(statement.span.contains(site.term.span) for statement in block):
            yield site


def _is_rebound(life: Life) -> bool:
    """``db = self.db`` ... ``if db is None: db = SessionLocal()``: the name may hold another session."""
    if not isinstance(life.scope, FunctionScope) or life.name is None or not isinstance(life.opening.statement, Assign):
        return False
    others = _other_bindings(life.scope, life.name, life.opening.statement)
    return any(not (isinstance(one, ValueBinding) and _is_none(one.value)) and not _opens(one) for one in others)


def _other_bindings(scope: FunctionScope, name: str, opening: Assign) -> list[Binding]:
    bindings = scope.bindings.get(name, ())
    return [each for each in bindings if not (isinstance(each, ValueBinding) and each.value is opening.value)]


def _is_left_open_again(life: Life) -> bool:
    """Whether the name gets another session that nothing closes behind it: the close of this one counts for that, too."""
    if not isinstance(life.scope, FunctionScope) or life.name is None or not isinstance(life.opening.statement, Assign):
        return False
    others = _other_bindings(life.scope, life.name, life.opening.statement)
    opened = [one.value.span.end for one in others if isinstance(one, ValueBinding) and isinstance(one.value, Call)]
    return any(all(close.term.span.start < end for close in life.closes) for end in opened)


def _is_none(value: Term | None) -> bool:
    return isinstance(value, Constant) and value.value is None


def _opens(binding: Binding) -> bool:
    """Another session of the same name, opened and closed elsewhere in the function."""
    return (isinstance(binding, ValueBinding) and isinstance(binding.value, Call)) or isinstance(binding, EnteredBinding)


def body_of(life: Life, ownership: Ownership | None = None, inside: InsideTry | None = None) -> tuple[str, Block] | None:
    """The name of the session and the statements that run while it is open."""
    if ownership is not None:
        return ownership.name, ownership.covered
    if inside is not None and life.name is not None:
        return life.name, inside.covered
    statement = life.opening.statement
    if (entered := entered_item(life.opening)) is not None:
        target = next(item.target for item in entered.items if item.context is life.opening.term)
        return (target.id, entered.body) if isinstance(target, Name) else None
    if isinstance(statement, Assign) and not life.opening.path and life.name is not None and "." not in life.name:
        if (alone := by_itself(life)) is not None:
            return life.name, alone[1]
        block = life.opening.block
        following = block[block.index(statement) + 1 :]
        last = max((i for i, one in enumerate(following) if statement_mentions(one, life.names)), default=-1)
        return life.name, following[: last + 1]
    return None
