"""Whether a commit expires the objects of a session: what made the session says so."""

from collections import defaultdict
from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.sessions.makers import Maker, configurations, is_subclass_with_init, makers, opened_calls

EXPIRE_ON_COMMIT = "expire_on_commit"


def expires(project: Project, session: kinds.Session, name: str, scope: FunctionScope) -> bool:
    """Whether a commit surely expires the objects of the session ``name``: nothing that makes it says otherwise.

    Of a session that comes from outside, all that make such sessions in the project have to agree.
    """
    opening = [*_opening(project, name, scope)]
    if any(_says(call) for call in opening):
        return False
    if not opening and session.origin in _sometimes_overridden(project):
        return False
    return may_expire(project, session)


def may_expire(project: Project, session: kinds.Session) -> bool:
    """As ``expires``, for all that is known of what makes the session."""
    if not anything_expires(project):
        return False
    makes = _expiring(project)
    if session.origin is not None:
        return makes.get(session.origin, False)
    said = {does for place, does in makes.items() if _flavours(project).get(place) is session.is_async}
    return said == {True}


@question(False)
def anything_expires(project: Project) -> bool:
    """Whether a commit surely expires the objects of any session."""
    return any(_expiring(project).values())


def _opening(project: Project, name: str, scope: FunctionScope) -> Iterator[Call]:
    """The calls of a factory or a session class that a body binds the session's name to."""
    for binding in scope.bindings.get(name, ()):
        value = binding.value if isinstance(binding, EnteredBinding | ValueBinding) else None
        if isinstance(value, Call) and not isinstance(project.kind(value.func, scope), kinds.FunctionKind):
            yield value


@question(dict[Place, bool]())
def _expiring(project: Project) -> dict[Place, bool]:
    """Everything that makes sessions, tests apart, and whether a commit surely expires their objects."""
    otherwise = configured(project) | overridden(project) | _set(project)
    return {
        maker.place: None not in otherwise and maker.place not in otherwise and _leaves_it(project, maker)
        for maker in makers(project)
        if project.role(maker.site.scope.module) is not Role.TEST
    }


@question(dict[Place, bool | None]())
def _flavours(project: Project) -> dict[Place, bool | None]:
    return {maker.place: maker.is_async for maker in makers(project)}


def _leaves_it(project: Project, maker: Maker) -> bool:
    if maker.partial or maker.has_stars or is_subclass_with_init(project, maker.session_class):
        return False
    said = [given.value for given in maker.call.args if given.keyword == EXPIRE_ON_COMMIT]
    return all(isinstance(value, Constant) and value.value is True for value in said)


@question(frozenset[Place | None]())
def configured(project: Project) -> frozenset[Place | None]:
    """The factories (None: one that cannot be told) to which ``configure`` gives the option, or may."""
    return frozenset(
        factory.origin
        for factory, _, call in configurations(project)
        if any(given.keyword == EXPIRE_ON_COMMIT or given.star for given in call.args)
    )


@question(frozenset[Place]())
def overridden(project: Project) -> frozenset[Place]:
    """The factories that are called with the option each time."""
    given: dict[Place, list[bool]] = defaultdict(list)
    for factory, call, _ in opened_calls(project):
        if factory.origin is not None:
            given[factory.origin].append(_says(call))
    return frozenset(origin for origin, each in given.items() if all(each))


def _says(call: Call) -> bool:
    return any(argument.keyword == EXPIRE_ON_COMMIT or argument.star == "**" for argument in call.args)


@question(frozenset[Place | None]())
def _set(project: Project) -> frozenset[Place | None]:
    """What makes the sessions on which the project sets the option: ``db.expire_on_commit = False``."""
    return frozenset(origin for module in project.modules.values() for origin in _set_in(project, module))


@question(frozenset[Place | None]())
def _sometimes_overridden(project: Project) -> frozenset[Place | None]:
    """The factories that are called with the option here or there."""
    return frozenset(factory.origin for factory, call, _ in opened_calls(project) if _says(call))


@collected
def _set_in(project: Project, module: ModuleScope) -> Iterator[Place | None]:
    for scope in module.scopes if project.mentions(module, f".{EXPIRE_ON_COMMIT}") else ():
        for statement in walk.statements(scope.body):
            for target in statement.targets if isinstance(statement, Assign) else ():
                if isinstance(target, Attribute) and target.attr == EXPIRE_ON_COMMIT:
                    owner = project.kind(target.value, scope)
                    yield owner.origin if isinstance(owner, kinds.Session | kinds.Factory) else None
