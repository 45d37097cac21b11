"""What each statement of a body does to a session: with its methods, and in the functions of the project that it is handed to."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TypeAlias

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assert, Attribute, BoolOp, Call, Evaluate, If, Name, Operation, Statement, Term, While
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event, event_at
from sessionlint.questions.sessions.handed import runs_at_once
from sessionlint.rules.session.direct_session.carriers import (
    Names,
    bound_name,
    built_around,
    constructor,
    gets,
    held_names,
    is_owner,
    leads_to,
    names_in_callee,
    rests,
)
from sessionlint.rules.session.direct_session.reading import may_write


class Effect(Enum):
    ENDS = "commits, or rolls back"
    BEGINS = "begins a transaction that its `with` ends"
    WRITES = "may write, or nobody knows"


@dataclass(frozen=True, slots=True)
class Runs:
    """A function of the project that runs here and knows the session by ``names``."""

    function: FunctionScope
    names: Names


Effects: TypeAlias = Mapping[Statement, tuple[Effect | Runs, ...]]

_ENDS = frozenset({Act.COMMIT, Act.ROLLBACK})
_WRITES = frozenset({Act.WRITE, Act.SHARED, Act.PASSED, Act.YIELDED, Act.RETURNED})
_BULK = frozenset({"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "connection"})
_LOOKING = frozenset({"isinstance", "type", "id", "bool", "print", "repr", "str", "hasattr", "callable"})
_COMPARING = frozenset({"is", "is not", "==", "!=", "not", "in", "not in"})


def effects(project: Project, scope: Scope, names: Names) -> Effects:
    """By statement, in the order in which they happen."""
    found: dict[Statement, tuple[Effect | Runs, ...]] = {}
    for statement, effect in _effects(project, scope, held_names(project, scope, names)):
        found[statement] = (*found.get(statement, ()), effect)
    return found


@collected
def _effects(project: Project, scope: Scope, names: Names) -> Iterator[tuple[Statement, Effect | Runs]]:
    roots = frozenset(name.partition(".")[0] for name in names)
    for site in sites(scope):
        effect: Effect | Runs | None = None
        if isinstance(site.term, Call):
            effect = _of_call(project, site.term, site, names)
        elif isinstance(site.term, Name | Attribute) and walk.dotted(site.term) in names:
            effect = _of_mention(project, site, names)
        elif isinstance(site.term, Name) and site.term.id in roots:
            effect = _of_owner(project, site, names)
        if effect is not None:
            yield site.statement, Effect.WRITES if site.in_lambda else effect


def is_captured(scope: Scope, names: Names) -> bool:
    """Whether a function inside the body knows the session: when it runs is not followed."""
    roots = {name.partition(".")[0] for name in names}
    return isinstance(scope, FunctionScope) and any(
        isinstance(site.term, Name) and site.term.id in roots and site.term.id not in inner.bindings
        for inner in inner_functions(scope)
        for site in sites(inner)
    )


# --- the session itself -----------------------------------------------------------------------------------------------


def _of_mention(project: Project, site: Site, names: Names) -> Effect | None:
    name = walk.dotted(site.term) or ""
    if _is_argument(site) or _is_alias(site, names) or (event := event_at(project, site, name)) is None:
        return None
    if event.act in _ENDS:
        return Effect.ENDS
    if event.act is Act.BEGIN:
        return Effect.BEGINS
    return Effect.WRITES if _writes(project, event) else None


def _is_argument(site: Site) -> bool:
    """``f(db)``: the call says what becomes of it."""
    outer = site.path[0] if site.path else None
    return isinstance(outer, Call) and outer.func is not site.term


def _is_alias(site: Site, names: Names) -> bool:
    to = bound_name(site.statement, site.scope) if not site.path else None
    return to is not None and any(leads_to(to, name) for name in names)


def _writes(project: Project, event: Event) -> bool:
    if event.act in _WRITES or event.method in _BULK:
        return True
    if event.method == "query":
        return any(isinstance(outer, Attribute) and outer.attr in ("update", "delete") for outer in event.site.path)
    if event.act is not Act.SQL or event.method in ("get", "get_one", "refresh"):
        return False
    return event.call is None or not event.call.args or may_write(project, event.call.args[0].term, event.site.scope)


# --- what keeps it ----------------------------------------------------------------------------------------------------


def _of_owner(project: Project, site: Site, names: Names) -> Effect | Runs | None:
    """``service`` in ``service.total()``, ``service.name``, ``return service``."""
    assert isinstance(site.term, Name)
    owner, path = site.term.id, site.path
    term: Term = site.term
    while path and isinstance(path[0], Attribute):
        if (longer := f"{owner}.{path[0].attr}") in names:
            return None
        if not is_owner(longer, names):
            return _of_member(project, Site(term, path, site.statement, site.block, site.scope), path[0])
        owner, term, path = longer, path[0], path[1:]
    here = Site(term, path, site.statement, site.block, site.scope)
    if _is_argument(here) or _is_alias(here, names) or _is_target(here) or _is_asked(here):
        return None
    return Effect.WRITES


def _of_member(project: Project, owner: Site, member: Attribute) -> Effect | None:
    """A plain attribute does nothing, a method speaks at its call, and what a property does is not followed."""
    called = len(owner.path) > 1 and isinstance(owner.path[1], Call) and owner.path[1].func is member
    cls = _class_of(project, owner)
    if called and isinstance(project.kind(member, owner.scope), kinds.FunctionKind):
        return None
    ancestors = project.evaluator.ancestors(cls) if cls is not None else []
    known = any(member.attr in one.attributes or member.attr in one.bindings for one in ancestors)
    return None if known and not any(member.attr in one.methods for one in ancestors) else Effect.WRITES


def _class_of(project: Project, owner: Site) -> ClassScope | None:
    kind = project.kind(owner.term, owner.scope)
    return kind.cls if isinstance(kind, kinds.Instance) else None


def _is_target(site: Site) -> bool:
    return not site.path and site.term in getattr(site.statement, "targets", ())


def _is_asked(site: Site) -> bool:
    """``if service:``, ``service is None``."""
    outer = site.path[0] if site.path else None
    if outer is None or isinstance(outer, BoolOp):
        return isinstance(site.statement, If | While | Assert)
    return isinstance(outer, Operation) and outer.op in _COMPARING


# --- calls ------------------------------------------------------------------------------------------------------------


def _of_call(project: Project, call: Call, site: Site, names: Names) -> Effect | Runs | None:
    owner = call.func.value if isinstance(call.func, Attribute) else None
    if owner is not None and walk.dotted(owner) in names:
        return None  # a method of the session
    if not gets(call, names) and not (owner is not None and any(True for _ in rests(project, owner, site.scope, names))):
        return None
    match project.kind(call.func, site.scope):
        case kinds.FunctionKind(function=function, wrapped="") if runs_at_once(project, function, call, site):
            known = names_in_callee(project, function, call, site.scope, names)
            overridden = function in _overridden(project, function.module.path)
            return Runs(function, known) if known is not None and not overridden else Effect.WRITES
        case kinds.ClassKind(cls=cls):
            return _of_construction(project, cls, call, site, names)
        case kinds.External(name=name) if name.startswith("builtins.") and name.rpartition(".")[2] in _LOOKING:
            return None
        case _:
            return Effect.WRITES


@postings
def _overridden(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    """The methods in whose place that of a subclass may run."""
    for cls in module.classes:
        for ancestor in project.evaluator.ancestors(cls):
            names = (name for name in cls.methods if name in ancestor.methods and name != "__init__")
            yield from ((ancestor.module.path, ancestor.methods[name]) for name in names if ancestor is not cls)


def _of_construction(project: Project, cls: ClassScope, call: Call, site: Site, names: Names) -> Effect | Runs:
    """``service = Service(db)`` and ``Service(db).total()``; an object that goes elsewhere is not followed."""
    init = constructor(project, cls)
    if init is None or built_around(project, call, site.scope, names) is None or not _stays(site):
        return Effect.WRITES
    known = names_in_callee(project, init, call, site.scope, names)
    return Runs(init, known) if known else Effect.WRITES


def _stays(site: Site) -> bool:
    """Whether the object that a call builds is given a name that holds nothing else, asked for one thing, or dropped."""
    match site.path:
        case ():
            return isinstance(site.statement, Evaluate) or bound_name(site.statement, site.scope) is not None
        case (Attribute() as member, Call(func=func), *_):
            return func is member
        case _:
            return False
