"""Sessions that are opened past the project's own helper, and what stands in the way of opening them through it."""

import re
from collections.abc import Iterator
from enum import Enum

from sessionlint.link.names.scopes import (
    Binding,
    ClassScope,
    EnteredBinding,
    FunctionScope,
    ImportBinding,
    ModuleScope,
    Site,
    ValueBinding,
)
from sessionlint.link.project import Project
from sessionlint.link.question import by_module
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Block, BoolOp, Call, Conditional, Constant, Name, Statement, Term, With
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Span
from sessionlint.questions.providers.helper import Helper, configured_helper, is_lender, is_opened_by_factory
from sessionlint.questions.requests.routes import is_called_by_fastapi
from sessionlint.questions.sessions.escape import derived_names, escapes
from sessionlint.questions.sessions.holding import Use, holding_of
from sessionlint.questions.sessions.lives import Ending, Life, session_lives, statement_mentions
from sessionlint.rules.session.direct_session.pending import State, Written, left_pending

OTHERS_BUSINESS = frozenset({Role.TEST, Role.MIGRATION, Role.STUB})


class Obstacle(Enum):
    """Why a session cannot be opened through the helper just so."""

    ROUTE = "FastAPI calls this function: let it have the session as a parameter, with `Depends`"
    OWNED = "the session may also be the caller's: only one that is opened here may be closed here"
    ARGUMENTS = "the call has arguments, which the helper would not pass on"
    KEPT = "the session is kept, or handed to something that may keep it, beyond any block"
    UNUSED = "nothing uses the session, so that opening and closing it can go"
    FORM = "it is not opened in a `with` block or under a plain name that holds nothing else"
    PENDING = "the block may write without a commit behind it, and the helper would commit that"
    FAILED = "an `except` goes on after an error without a rollback, and the helper would commit what is left"
    ESCAPES = "what is read through the session is used after the block, and the helper's commit expires it"
    SWALLOWS = "the helper may swallow an exception of its block"
    REPLACED = "other code replaces the factory in this module, so it would no longer have a say"
    UNSURE = "the project has several factories, and whose sessions the helper opens cannot be seen"
    CYCLE = "the helper's module imports this one, so importing it here may fail"


@dataclass(frozen=True, slots=True, eq=False)
class DirectSession:
    """``obstacle`` None: the helper can take over. ``obstacle_place`` is where the obstacle is, if elsewhere."""

    life: Life
    helper: Helper
    obstacle: Obstacle | None = None
    obstacle_place: Place | None = None

    @property
    def place(self) -> Place:
        return self.life.place

    @property
    def name(self) -> str | None:
        """The name of the session, where it has one."""
        body = _body(self.life)
        return body[0] if body is not None else self.life.name

    @property
    def call(self) -> Call:
        assert isinstance(self.life.opening.term, Call)
        return self.life.opening.term


@by_module
def direct_sessions(project: Project) -> Iterator[DirectSession]:
    """Every session of the helper's kind that a service, script, task or route opens through the factory itself."""
    helper = configured_helper(project)
    if helper is None:
        return
    ours = [life for life in session_lives(project) if _is_ours(project, life, helper)]
    unsure = len({life.session.origin for life in ours}) > 1
    for life in ours:
        obstacle, place = (Obstacle.UNSURE, None) if unsure else _obstacle(project, life, helper)
        yield DirectSession(life, helper, obstacle, place)


def entered_item(opening: Site) -> With | None:
    """The ``with`` whose item the opening call is."""
    statement = opening.statement
    if isinstance(statement, With) and any(item.context is opening.term for item in statement.items):
        return statement
    return None


def _is_ours(project: Project, life: Life, helper: Helper) -> bool:
    """Whether the policy speaks of this session: the same kind, the same factory, and not in a provider or a test."""
    session, scope, call = life.session, life.scope, life.opening.term
    if session.is_async is not helper.session.is_async or session.scoped or project.role(scope.module) in OTHERS_BUSINESS:
        return False
    if helper.session.origin is not None and session.origin != helper.session.origin:
        return False  # another database
    if not isinstance(call, Call) or not is_opened_by_factory(project, call, scope):
        return False
    if scope is helper.function or is_lender(project, scope):
        return False
    return life.ending is not Ending.SHARED and not (life.first_use and life.first_use.use in (Use.STORED, Use.RETURNED))


# --- obstacles --------------------------------------------------------------------------------------------------------


def _obstacle(project: Project, life: Life, helper: Helper) -> tuple[Obstacle | None, Place | None]:
    scope, call = life.scope, life.opening.term
    assert isinstance(call, Call)
    if isinstance(scope, FunctionScope) and is_called_by_fastapi(project, scope):
        return Obstacle.ROUTE, None
    if any(isinstance(outer, BoolOp | Conditional) for outer in life.opening.path) or _is_rebound(life):
        return Obstacle.OWNED, None
    if call.args:
        return Obstacle.ARGUMENTS, None
    if helper.swallows:
        return Obstacle.SWALLOWS, helper.place
    if life.ending is Ending.ELSEWHERE:
        return Obstacle.KEPT, None
    body = _body(life)
    if body is None:
        return Obstacle.FORM, None
    closed = {site.term for site in life.closes}
    if all(site.term in closed for site in _mentions(project, life, *body)):
        return Obstacle.UNUSED, None
    if (found := _of_commit(project, life, helper, *body)) is not None:
        return found, None
    if (place := _replacement(project, life)) is not None:
        return Obstacle.REPLACED, place
    return (Obstacle.CYCLE, None) if _imports_back(project, life, helper) else (None, None)


def _mentions(project: Project, life: Life, name: str, block: Block) -> Iterator[Site]:
    """Where the block says the name of the session."""
    for site, _ in holding_of(project).mentions(life.scope, frozenset({name})):
        if any(statement.span.contains(site.term.span) for statement in block):
            yield site


def _is_rebound(life: Life) -> bool:
    """``db = self.db`` ... ``if db is None: db = SessionLocal()``: the name may hold another session."""
    if not isinstance(life.scope, FunctionScope) or life.name is None or not isinstance(life.opening.statement, Assign):
        return False
    others = [
        binding
        for binding in life.scope.bindings.get(life.name, ())
        if not (isinstance(binding, ValueBinding) and binding.value is life.opening.statement.value)
    ]
    return any(not (isinstance(one, ValueBinding) and _is_none(one.value)) and not _opens(one) for one in others)


def _is_none(value: Term | None) -> bool:
    return isinstance(value, Constant) and value.value is None


def _opens(binding: Binding) -> bool:
    """Another session of the same name, opened and closed elsewhere in the function."""
    return (isinstance(binding, ValueBinding) and isinstance(binding.value, Call)) or isinstance(binding, EnteredBinding)


def _body(life: Life) -> tuple[str, Block] | None:
    """The name of the session and the statements that run while it is open."""
    statement = life.opening.statement
    if (entered := entered_item(life.opening)) is not None:
        target = next(item.target for item in entered.items if item.context is life.opening.term)
        return (target.id, entered.body) if isinstance(target, Name) else None
    if isinstance(statement, Assign) and not life.opening.path and life.name is not None and "." not in life.name:
        block = life.opening.block
        following = block[block.index(statement) + 1 :]
        last = max((i for i, one in enumerate(following) if statement_mentions(one, life.names)), default=-1)
        return life.name, following[: last + 1]
    return None


def _of_commit(project: Project, life: Life, helper: Helper, name: str, block: Block) -> Obstacle | None:
    """What a commit at the end of the block would do to what happens there and behind it."""
    if not helper.commits:
        return None
    if isinstance(life.scope, ClassScope):
        return Obstacle.FORM
    states = left_pending(project, life.scope, block, name)
    if any(isinstance(state, Written) for state in states):
        return Obstacle.PENDING
    if State.FAILED in states:
        return Obstacle.FAILED
    if _expires(project, life.session) and _outlives(life, name, block):
        return Obstacle.ESCAPES
    return None


def _expires(project: Project, session: kinds.Session) -> bool:
    """Whether a commit expires the objects: unless the factory was built with ``expire_on_commit=False``."""
    module = project.modules.get(session.origin.path) if session.origin is not None else None
    calls = (site.term for site in module.calls if session.origin == site.place) if module is not None else ()
    options = (walk.argument(call, None, "expire_on_commit") for call in calls if isinstance(call, Call))
    return not any(isinstance(option, Constant) and option.value is False for option in options)


def _outlives(life: Life, name: str, block: Block) -> bool:
    scope, names = life.scope, frozenset({name})
    assert not isinstance(scope, ClassScope)
    if isinstance(scope, FunctionScope) and (scope.node.is_generator or escapes(scope, names)):
        return True
    derived = derived_names(scope, names) - names
    if isinstance(scope, ModuleScope) and any(
        statement_mentions(statement, derived) for function in scope.functions for statement in function.body
    ):
        return True
    return any(statement_mentions(statement, derived) for statement in _behind(scope.body, block))


def _behind(body: Block, block: Block) -> Iterator[Statement]:
    """The simple statements of ``body`` that stand behind ``block``."""
    end = block[-1].span.end if block else 0
    return (one for one in walk.statements(body) if one.span.start >= end)


def _replacement(project: Project, life: Life) -> Place | None:
    """Where another file replaces the factory in this module by its name, as tests do: ``patch("app.tasks.SessionLocal")``."""
    call, module = life.opening.term, life.scope.module
    name = (walk.dotted(call.func) or "").partition(".")[0] if isinstance(call, Call) else ""
    leaf = re.escape(module.name.rpartition(".")[2])
    pattern = re.compile(
        rf"""["'][\w.]*\b{leaf}\.{re.escape(name)}["']|setattr\(\s*[\w.]*\b{leaf}\s*,\s*["']{re.escape(name)}["']"""
        rf"""|patch\.object\(\s*[\w.]*\b{leaf}\s*,\s*["']{re.escape(name)}["']"""
    )
    for path, source in sorted(project.sources.items()):
        if path != module.path and name in source.text and (found := pattern.search(source.text)) is not None:
            return Place(path, Span(*found.span()))
    return None


def _is_lazy(project: Project, place: Place) -> bool:
    """Whether an import runs only when a function does."""
    module = project.modules.get(place.path)
    return module is not None and any(function.node.span.contains(place.span) for function in module.functions)


def _imports_back(project: Project, life: Life, helper: Helper) -> bool:
    """Whether a module-level import of the helper would close a circle."""
    module, call = life.scope.module, life.opening.term
    if helper.home is None or helper.home[0] == module.path:
        return False
    name = (walk.dotted(call.func) or "").partition(".")[0] if isinstance(call, Call) else ""
    home = project.evaluator.home(name, life.scope)
    bindings = home.bindings[name] if home is not None else []
    if isinstance(home, FunctionScope) and any(isinstance(binding, ImportBinding) for binding in bindings):
        return False  # imported when the function runs, and so will the helper be
    waiting, seen = [module.path], {module.path}
    while waiting:
        for importer, place in project.importers.of_module(waiting.pop()).items():
            if importer in seen or _is_lazy(project, place):
                continue
            if importer == helper.home[0]:
                return True
            seen.add(importer)
            waiting.append(importer)
    return False
