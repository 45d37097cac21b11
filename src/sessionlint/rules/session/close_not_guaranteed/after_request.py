"""Sessions on Flask's ``g`` that are closed in ``after_request`` functions only.

"If a function raises an exception, any remaining ``after_request`` functions will not be called. Therefore, this should not be
used for actions that must execute, such as to close resources" (Flask's documentation).
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.references.call_graph import calls_to
from sessionlint.questions.sessions.holding import Use, holding_of
from sessionlint.questions.sessions.lives import Ending, Life, lives_of

_G = tuple(kinds.External(name) for name in ("flask.g", "flask.globals.g", "quart.g", "quart.globals.g"))
_READING = frozenset({"pop", "get"})
_AFTER = ("after_request", "after_app_request")


@dataclass(frozen=True, slots=True, eq=False)
class ClosedAfterRequest:
    """``name`` is that on ``g``; ``closes`` the functions that close it."""

    life: Life
    name: str
    closes: tuple[Place, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Closing:
    """``function`` (None: a module) closes, or gives away, what ``g`` keeps under ``name``."""

    name: str
    function: FunctionScope | None


def closed_after_request(project: Project, module: ModuleScope) -> Iterator[ClosedAfterRequest]:
    """Every session that ``module`` opens, keeps on ``g``, and that only ``after_request`` functions of the project close."""
    for life in lives_of(project, module):
        name = _name_on_g(project, life) if life.ending is Ending.ELSEWHERE else None
        if name is None:
            continue
        closing = [found.function for found in _closings(project) if found.name == name]
        places = tuple(function.place for function in closing if function is not None and _runs_after(project, function))
        if places and len(places) == len(closing):
            yield ClosedAfterRequest(life, name, places)


def _name_on_g(project: Project, life: Life) -> str | None:
    """``db`` for a session that is stored as ``g.db``, and nowhere else."""
    mentions = holding_of(project).mentions(life.scope, life.names) if life.names else ()
    wheres = [where for where in (life.first_use, *(where for _, where in mentions)) if where is not None]
    stored = {where.name or "" for where in wheres if where.use is Use.STORED}
    if len(stored) != 1 or any(where.use in (Use.GIVEN_AWAY, Use.YIELDED) for where in wheres):
        return None
    statements = (statement for statement in walk.statements(life.scope.body) if isinstance(statement, Assign))
    targets = (target for statement in statements for target in statement.targets)
    return next(
        (name for target in targets if walk.dotted(target) in stored and (name := _on_g(project, target, life.scope))), None
    )


def _on_g(project: Project, term: Term, scope: Scope) -> str | None:
    """``db`` for ``g.db``, ``g.pop("db")``, ``g.get("db")`` and ``getattr(g, "db")``."""
    match term:
        case Attribute(value=Name() | Attribute() as value, attr=attr) if project.kind(value, scope) in _G:
            return attr if attr not in _READING else None
        case Call(func=Attribute(value=value, attr="pop" | "get"), args=(name, *_)) if project.kind(value, scope) in _G:
            return _text(name.term)
        case Call(func=Name(id="getattr"), args=(value, name, *_)) if project.kind(value.term, scope) in _G:
            return _text(name.term)
        case _:
            return None


def _text(term: Term) -> str | None:
    return term.value if isinstance(term, Constant) and isinstance(term.value, str) else None


@gathered
def _closings(project: Project, module: ModuleScope) -> Iterator[_Closing]:
    """The functions that do more with what ``g`` keeps than to use it."""
    if not project.mentions(module, "flask") and not project.mentions(module, "quart"):
        return
    for scope in module.scopes:
        for site in sites(scope):
            name = _on_g(project, site.term, scope) if isinstance(site.term, Attribute | Call) else None
            if name is not None and not _is_written(site) and _ends(project, site):
                yield _Closing(name, scope if isinstance(scope, FunctionScope) else None)


def _ends(project: Project, site: Site) -> bool:
    holding = holding_of(project)
    where = holding.at(site)
    if where.use is Use.BOUND and where.name is not None:
        uses = {found.use for _, found in holding.mentions(site.scope, frozenset({where.name}))}
    else:
        uses = {where.use}
    if Use.RETURNED in uses and isinstance(site.scope, FunctionScope):
        uses |= {holding.at(call).use for call in calls_to(project, site.scope)}
    return not uses <= {Use.USED, Use.BOUND, Use.RETURNED, Use.DROPPED}


def _is_written(site: Site) -> bool:
    return isinstance(site.statement, Assign) and site.term in site.statement.targets


def _runs_after(project: Project, function: FunctionScope) -> bool:
    """``@app.after_request``, or ``app.after_request(function)``."""
    if any((walk.dotted(term) or "").rpartition(".")[2] in _AFTER for term in function.node.decorators):
        return True
    return function in _given_to_run_after(project, function.module.path)


@postings
def _given_to_run_after(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    for site in module.calls_named(_AFTER):
        for given in site.term.args if isinstance(site.term, Call) else ():
            kind = project.kind(given.term, site.scope)
            if isinstance(kind, kinds.FunctionKind) and kind == kinds.FunctionKind(kind.function):
                yield kind.function.module.path, kind.function
