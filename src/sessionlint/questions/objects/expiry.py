"""Whether a commit expires the objects of a session: what made the session says so."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant, Term
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.sessions.makers import Maker, configurations, is_subclass_with_init, makers_of, opened_calls

EXPIRE_ON_COMMIT = "expire_on_commit"


def expires(project: Project, session: kinds.Session, name: str, scope: FunctionScope) -> bool:
    """Whether a commit surely expires the objects of the session ``name``: nothing that makes it says otherwise.

    Of a session that comes from outside, all that make such sessions in the project have to agree.
    """
    opening = [*_opening(project, name, scope)]
    if any(_says(call) for call in opening):
        return False
    if not opening and session.origin in _sometimes_overridden(project, _home(session.origin)):
        return False
    return may_expire(project, session)


def may_expire(project: Project, session: kinds.Session) -> bool:
    """As ``expires``, for all that is known of what makes the session."""
    if not anything_expires(project):
        return False
    if session.origin is not None:
        return _expiring(project, session.origin.path).get(session.origin, False)
    return {does for is_async, does in _said(project) if is_async is session.is_async} == {True}


def anything_expires(project: Project) -> bool:
    """Whether a commit surely expires the objects of any session."""
    return any(does for _, does in _said(project))


def _opening(project: Project, name: str, scope: FunctionScope) -> Iterator[Call]:
    """The calls of a factory or a session class that a body binds the session's name to."""
    for binding in scope.bindings.get(name, ()):
        value = binding.value if isinstance(binding, EnteredBinding | ValueBinding) else None
        if isinstance(value, Call) and not isinstance(project.kind(value.func, scope), kinds.FunctionKind):
            yield value


@gathered
def _said(project: Project, module: ModuleScope) -> Iterator[tuple[bool | None, bool]]:
    """Of which flavour what makes sessions is, and whether a commit surely expires their objects."""
    making = makers_of(project, module)
    expiring = _expiring(project, module.path) if making else {}
    yield from dict.fromkeys((maker.is_async, expiring[maker.place]) for maker in making if maker.place in expiring)


@question(dict[Place, bool]())
def _expiring(project: Project, path: str) -> dict[Place, bool]:
    """Everything in a file, no test, that makes sessions, and whether a commit surely expires their objects.

    It is asked by path, as a question about the whole project: many rest on the answer, which hardly ever changes, and few of the
    calls that it is made of say anything of it.
    """
    module = project.modules.get(path)
    making = makers_of(project, module) if module is not None else ()
    if module is None or not making or project.role(module) is Role.TEST:
        return {}
    otherwise = configured(project) | frozenset(set_on_sessions(project)) | _overridden(project, module)
    return {
        maker.place: None not in otherwise and maker.place not in otherwise and _leaves_it(project, maker) for maker in making
    }


def _leaves_it(project: Project, maker: Maker) -> bool:
    if maker.partial or maker.has_stars or is_subclass_with_init(project, maker.session_class):
        return False
    said = [given.term for given in maker.call.args if given.keyword == EXPIRE_ON_COMMIT]
    return all(isinstance(value, Constant) and value.value is True for value in said)


@question(frozenset[Place | None]())
def configured(project: Project) -> frozenset[Place | None]:
    """The factories (None: one that cannot be told) to which ``configure`` gives the option, or may."""
    return frozenset(_configured(project))


@gathered
def _configured(project: Project, module: ModuleScope) -> Iterator[Place | None]:
    for factory, _, call in configurations(project, module):
        if any(given.keyword == EXPIRE_ON_COMMIT or given.star for given in call.args):
            yield factory.origin


@question(frozenset[Place]())
def _overridden(project: Project, module: ModuleScope) -> frozenset[Place]:
    """The factories of a module that are called with the option each time."""
    given = _opened(project, module.path)
    return frozenset(origin for origin, says in given if origin is not None and says and (origin, False) not in given)


@question(frozenset[Place | None]())
def _sometimes_overridden(project: Project, path: str) -> frozenset[Place | None]:
    """The factories of a file that are called with the option here or there; asked by path, as ``_expiring`` is."""
    return frozenset(origin for origin, says in _opened(project, path) if says)


@postings
def _opened(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place | None, bool]]]:
    """The factories that are called, each with whether the option is given to it; those of which nothing is known under ""."""
    called = dict.fromkeys((factory.origin, _says(call)) for factory, call, _ in opened_calls(project, module))
    return ((_home(origin), (origin, says)) for origin, says in called)


def _home(origin: Place | None) -> str:
    return origin.path if origin is not None else ""


def _says(call: Call) -> bool:
    return any(argument.keyword == EXPIRE_ON_COMMIT or argument.star == "**" for argument in call.args)


@gathered
def set_on_sessions(project: Project, module: ModuleScope) -> Iterator[Place | None]:
    """What makes the sessions on which the project sets the option: ``db.expire_on_commit = False``."""
    for scope in module.scopes if project.mentions(module, f".{EXPIRE_ON_COMMIT}") else ():
        for statement in walk.statements(scope.body):
            for target in statement.targets if isinstance(statement, Assign) else ():
                if isinstance(target, Attribute) and target.attr == EXPIRE_ON_COMMIT:
                    yield from _that_has_it(project, target.value, scope)


def _that_has_it(project: Project, session: Term, scope: Scope) -> Iterator[Place | None]:
    """An ``AsyncSession`` has the option in the session inside: set on itself it says nothing."""
    inside = isinstance(session, Attribute) and session.attr == "sync_session"
    owner = project.kind(session.value if inside and isinstance(session, Attribute) else session, scope)
    if isinstance(owner, kinds.Session | kinds.Factory) and (inside or not owner.is_async):
        yield owner.origin
