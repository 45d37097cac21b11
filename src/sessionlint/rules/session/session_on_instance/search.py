"""Sessions that an object keeps, and whether anybody closes them."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.holding import CLOSING_METHODS, Use, holding_of
from sessionlint.questions.sessions.lives import Ending, Life, lives_in
from sessionlint.questions.sessions.session_sources import opens_session

_FIELDS = {
    "dataclasses.field": "default_factory",
    "pydantic.Field": "default_factory",
    "attr.ib": "factory",
    "attr.field": "factory",
    "attrs.field": "factory",
}
_TAKEN_OVER = frozenset({Use.CLOSED, Use.MANAGED, Use.GIVEN_AWAY, Use.STORED, Use.YIELDED})


@dataclass(frozen=True, slots=True, eq=False)
class KeptSession:
    """A session that lives as long as an object: the ``attribute`` of an instance of ``owner``."""

    place: Place
    owner: str
    attribute: str
    is_async: bool
    origin: Place | None


def sessions_on_instances(project: Project, module: ModuleScope) -> Iterator[KeptSession]:
    """Every session that a class of ``module`` keeps on its instances and that nothing closes."""
    for function in module.functions:
        if function.owner is None:
            continue
        for life in lives_in(project, function):
            name = _attribute_of(project, life)
            if name is not None and not _is_closed(project, function.owner, name):
                owner, session = function.owner.qualified_name, life.session
                yield KeptSession(life.place, owner, name, session.is_async, session.origin)
    for cls in module.classes:
        yield from _fields(project, cls)


def _attribute_of(project: Project, life: Life) -> str | None:
    """The attribute of ``self`` that holds the session in the end, if that is all that becomes of it."""
    if life.ending is not Ending.ELSEWHERE or life.first_use is None:
        return None
    if life.first_use.use is Use.STORED:
        return _own_attribute(life.first_use.name)
    if life.first_use.use is not Use.BOUND:
        return None
    stored = None
    for _, where in holding_of(project).mentions(life.scope, life.names):
        if where.use is Use.STORED and stored is None:
            stored = _own_attribute(where.name)
        elif where.use not in (Use.USED, Use.BOUND):
            return None
    return stored


def _own_attribute(name: str | None) -> str | None:
    parts = name.split(".") if name is not None else []
    return parts[1] if len(parts) == 2 and parts[0] == "self" else None


def _fields(project: Project, cls: ClassScope) -> Iterator[KeptSession]:
    """``db: Session = field(default_factory=SessionLocal)`` of a dataclass."""
    for statement in cls.body:
        if not isinstance(statement, Assign) or not isinstance(statement.value, Call):
            continue
        callee = project.kind(statement.value.func, cls)
        keyword = _FIELDS.get(callee.name) if isinstance(callee, kinds.External) else None
        made_by = walk.argument(statement.value, None, keyword) if keyword is not None else None
        name = walk.dotted(statement.targets[0])
        session = opens_session(project, made_by, cls) if made_by is not None else None
        if session is not None and name is not None and not _is_closed(project, cls, name):
            place = Place(cls.module.path, statement.value.span)
            yield KeptSession(place, cls.qualified_name, name, session.is_async, session.origin)


# --- who closes it ----------------------------------------------------------------------------------------------------


def _is_closed(project: Project, cls: ClassScope, name: str) -> bool:
    """Whether the class, one of its relatives or a user of its instances may close ``self.name``."""
    evaluator = project.evaluator
    family = {cls, *evaluator.ancestors(cls), *(other for ancestor, other in _heirs(project, cls.module.path) if ancestor is cls)}
    names = {name}
    for relative in family:
        if holding_of(project).closes_attribute(relative, name):
            return True
        for method in relative.methods.values():
            for passed_on in _passed_on(project, method, name):
                if passed_on is None:
                    return True
                names.add(passed_on)
    return any(_is_closed_by_users(project, family, alias) for alias in names)


@postings
def _heirs(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[ClassScope, ClassScope]]]:
    """The classes of a module, each with those that it is derived from."""
    for cls in module.classes:
        bases = (ancestor for ancestor in project.evaluator.ancestors(cls) if ancestor is not cls)
        yield from ((base.module.path, (base, cls)) for base in bases)


def _passed_on(project: Project, method: FunctionScope, name: str) -> Iterator[str | None]:
    """The methods under whose names ``self.name`` leaves the object; None when somebody else takes it over."""
    for site in sites(method):
        if not isinstance(site.term, Attribute) or walk.dotted(site.term) != f"self.{name}" or _is_written(site):
            continue
        where = holding_of(project).at(site)
        if where.use is Use.RETURNED:
            yield method.node.name
        elif where.use in _TAKEN_OVER:
            yield None
        elif where.use is Use.BOUND and where.name is not None:
            yield from _through_local(project, method, where.name)


def _through_local(project: Project, method: FunctionScope, local: str) -> Iterator[str | None]:
    uses = {where.use for _, where in holding_of(project).mentions(method, frozenset({local}))}
    if uses & _TAKEN_OVER:
        yield None
    if Use.RETURNED in uses:
        yield method.node.name


def _is_written(site: Site) -> bool:
    return isinstance(site.statement, Assign) and site.term in site.statement.targets


def _is_closed_by_users(project: Project, family: set[ClassScope], name: str) -> bool:
    """``service.db.close()``, ``service.get_db().close()``, ``with service.get_db():`` somewhere in the project."""
    return any(_may_be(project, term, scope, family) for term, scope in _holders_closed(project, name))


@gathered
def _holders_closed(project: Project, module: ModuleScope, name: str) -> Iterator[tuple[Term, Scope]]:
    """Whatever of which the attribute or the result of the method ``name`` is closed, or taken over."""
    for site in module.calls_named((*CLOSING_METHODS, name)) if project.mentions(module, name) else ():
        func = site.term.func if isinstance(site.term, Call) else None
        if not isinstance(func, Attribute):
            continue
        if func.attr in CLOSING_METHODS:
            held = func.value.func if isinstance(func.value, Call) else func.value
            if isinstance(held, Attribute) and held.attr == name:
                yield held.value, site.scope
        if func.attr == name and _takes_over(project, site):
            yield func.value, site.scope


def _may_be(project: Project, term: Term, scope: Scope, family: set[ClassScope]) -> bool:
    match project.kind(term, scope):
        case kinds.Instance(cls=cls) | kinds.ClassKind(cls=cls):
            return cls in family
        case kinds.Unknown():
            return True
        case _:
            return isinstance(term, Name) and term.id == "cls"


def _takes_over(project: Project, site: Site) -> bool:
    """Whether whoever calls the method that gives the session out may close what it gets."""
    where = holding_of(project).at(site)
    if where.use is Use.BOUND and where.name is not None:
        mentions = holding_of(project).mentions(site.scope, frozenset({where.name}))
        return any(mention.use in _TAKEN_OVER | {Use.RETURNED} for _, mention in mentions)
    return where.use in _TAKEN_OVER or where.use is Use.RETURNED
