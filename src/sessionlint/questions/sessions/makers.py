"""What decides how sessions are: the calls of ``sessionmaker`` and its kin, and of session classes."""

from collections.abc import Iterable, Iterator

from sessionlint.link.names.scopes import ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place

_FACTORIES = {"sessionmaker": False, "async_sessionmaker": True}
_PARTIAL = "functools.partial"


@dataclass(frozen=True, slots=True, eq=False)
class Maker:
    """One call that builds a session factory (``is_factory``) or opens a session of a class.

    ``name`` is what is called, for a message. ``session_class`` is the kind of the session's class as it is written, None
    where the callee's own counts. ``is_async`` None: it cannot be told. A ``partial(...)`` is a maker, too, whose other
    arguments come later.
    """

    site: Site
    call: Call
    name: str
    is_factory: bool
    is_async: bool | None
    session_class: kinds.Kind | None
    partial: bool = False

    @property
    def place(self) -> Place:
        return self.site.place

    @property
    def has_stars(self) -> bool:
        """Whether ``*`` or ``**`` may hide arguments."""
        return any(given.star for given in self.call.args)

    @property
    def bind(self) -> Term | None:
        return walk.argument(self.call, 1 if self.partial else 0, "bind")


@gathered
def makers(project: Project, module: ModuleScope) -> Iterable[Maker]:
    """Every call of the project that builds a session factory or opens a session of a class, in order of files."""
    return makers_of(project, module)


@collected
def makers_of(project: Project, module: ModuleScope) -> Iterator[Maker]:
    """Every call of ``module`` that builds a session factory or opens a session of a class."""
    of_library = project.calls_of_external(*_FACTORIES, _PARTIAL, within=module)
    for site in module.in_order([of_library, project.calls_of(kinds.SessionType, kinds.ClassKind, within=module)]):
        call = site.term
        assert isinstance(call, Call)
        callee = project.kind(call.func, site.scope)
        if isinstance(callee, kinds.External) and callee.name == _PARTIAL and call.args and not call.args[0].star:
            found = _maker(project, project.kind(call.args[0].term, site.scope), site, call, partial=True)
        else:
            found = _maker(project, callee, site, call, partial=False)
        if found is not None:
            yield found


def _maker(project: Project, callee: kinds.Kind, site: Site, call: Call, *, partial: bool) -> Maker | None:
    match callee:
        case kinds.External(name=name) if name in _FACTORIES:
            chosen = walk.argument(call, None, "class_")
            cls = project.kind(chosen, site.scope) if chosen is not None else None
            hidden = cls is None and not _FACTORIES[name] and any(given.star == "**" for given in call.args)
            is_async = None if hidden else _makes_async(project, name, cls)
            return Maker(site, call, name, True, is_async, cls, partial)
        case kinds.SessionType(is_async=is_async, name=name):
            return Maker(site, call, name.rpartition(".")[2], False, is_async, callee, partial)
        case kinds.ClassKind(cls=scope):
            session = project.evaluator.session_type(callee)
            return Maker(site, call, scope.node.name, False, session.is_async, callee, partial) if session else None
        case _:
            return None


def _makes_async(project: Project, name: str, cls: kinds.Kind | None) -> bool | None:
    if cls is None or _FACTORIES[name]:
        return _FACTORIES[name]
    session = project.evaluator.session_type(cls)
    return session.is_async if session is not None else None


def configurations(project: Project, within: ModuleScope | None = None) -> Iterator[tuple[kinds.Factory, Site, Call]]:
    """Every ``factory.configure(...)`` of the project, or ``within`` a module."""
    for site in project.calls_of(kinds.Method, within=within):
        call = site.term
        assert isinstance(call, Call)
        match project.kind(call.func, site.scope):
            case kinds.Method(owner=kinds.Factory() as factory, name="configure"):
                yield factory, site, call


def is_subclass_with_init(project: Project, cls: kinds.Kind | None) -> bool:
    """Whether a session class of the project has an ``__init__`` of its own, which may set what its callers leave out."""
    return isinstance(cls, kinds.ClassKind) and any(
        "__init__" in ancestor.methods for ancestor in project.evaluator.ancestors(cls.cls)
    )


def takes_plain_arguments(project: Project, cls: kinds.Kind | None) -> bool:
    """Whether a session class (None: the default one) surely takes SQLAlchemy's arguments, and does with them what they say."""
    if cls is None or isinstance(cls, kinds.SessionType):
        return True
    return project.evaluator.session_type(cls) is not None and not is_subclass_with_init(project, cls)


def opened_calls(project: Project, within: ModuleScope | None = None) -> Iterator[tuple[kinds.Factory, Call, Scope]]:
    """Every call of a session factory, with the factory, in the project or ``within`` a module."""
    for site in project.calls_of(kinds.Factory, within=within):
        call = site.term
        assert isinstance(call, Call)
        factory = project.kind(call.func, site.scope)
        if isinstance(factory, kinds.Factory):
            yield factory, call, site.scope
