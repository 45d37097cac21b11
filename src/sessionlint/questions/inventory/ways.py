"""How a project gets its sessions: for each database what a route, what other code and what a test should use."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from keyword import iskeyword

from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.link.values import kinds
from sessionlint.link.values.externals import canonical
from sessionlint.model.facts import Call, Subscript
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.inventory.engines import built_at
from sessionlint.questions.inventory.givers import givers
from sessionlint.questions.inventory.records import Code, Engine, Factory, Inventory, Part, Provider, Standing
from sessionlint.questions.inventory.standing import users_through
from sessionlint.questions.providers.helper import configured_helper
from sessionlint.questions.providers.usage_table import Provider as Shape
from sessionlint.questions.requests.depends import is_depends, provider_term
from sessionlint.questions.sessions.makers import makers

_GENERATORS = (Shape.GENERATOR, Shape.ASYNC_GENERATOR)
_MANAGERS = (
    *(Shape.CONTEXT_MANAGER, Shape.ASYNC_CONTEXT_MANAGER),
    *(Shape.RETURNS_CONTEXT_MANAGER, Shape.RETURNS_ASYNC_CONTEXT_MANAGER),
)
_ASIDE = frozenset({Part.TEST, Part.MIGRATION, Part.SCRIPT})


class Manner(Enum):
    """How the name is used."""

    DEPENDS = "Depends(f)"
    ALIAS = "as an annotation"
    WITH = "with f()"
    FACTORY = "with F()"
    CLASS = "with Session(e)"
    WRAPPED = "with contextmanager(f)()"
    FIXTURE = "as a parameter of the test"


@dataclass(frozen=True, slots=True)
class Way:
    """``name`` of ``module``, as the project imports it, gives a session, which is usually called ``session``.

    ``code`` is what it names, which is had from module ``home``; for an alias, the provider behind it. ``commits``: at the end of
    its block, if nothing is raised. ``session_class`` is dotted; where it is set, ``name`` is an engine that the class is given.
    """

    manner: Manner
    module: str
    name: str
    code: Code
    home: str
    is_async: bool
    commits: bool
    session: str
    session_class: str = ""

    @property
    def call(self) -> str:
        """What opens or enters a session."""
        return f"{self.session_class.rpartition('.')[2]}({self.name})" if self.session_class else f"{self.name}()"


@dataclass(frozen=True, slots=True)
class DatabaseWays:
    """``name`` is that of the engine, or of the factory where the engine is not known. ``factory``: one that can be imported, or
    the class that sessions are made of."""

    name: str
    engine: Engine | None
    factory: Way | None
    route: Way | None
    block: Way | None
    providers: tuple[Provider, ...]


def ways(project: Project, inventory: Inventory) -> Sequence[DatabaseWays]:
    """The ways of each database of the application, that which is used most first."""
    users = users_through(project, {one.code.place: one for one in inventory.providers})
    chooser = _Chooser(project, inventory, users)
    databases = dict.fromkeys(
        [one.place for one in inventory.databases] + [one.engine or one.code.place for one in inventory.factories]
    )
    found = [one for place in databases if (one := chooser.of(place)) is not None]
    return sorted(found, key=lambda one: -max((users.get(each.code.place, 0) for each in one.providers), default=0))


def test_way(project: Project, inventory: Inventory) -> Way | None:
    """The fixture that gives tests a session; the nearest to the root."""
    fixtures = [one for one in inventory.providers if one.shape is None and one.code.part is Part.TEST and _is_plain(one)]
    first = min(fixtures, key=lambda one: (one.code.place.path.count("/"), one.code.place), default=None)
    if first is None:
        return None
    return Way(Manner.FIXTURE, "", first.code.name, first.code, "", first.is_async, first.commits, first.code.name)


def _is_plain(provider: Provider) -> bool:
    return provider.code.name.isidentifier() and not provider.code.name.startswith("__")


@dataclass(frozen=True, slots=True)
class _Chooser:
    project: Project
    inventory: Inventory
    users: Mapping[Place, int]

    def of(self, database: Place) -> DatabaseWays | None:
        own = [one for one in self.inventory.providers if one.database == database and one.code.part not in _ASIDE]
        factory, route = self._factory(database) or self._class(database), self._route(own)
        block = self._block(own) or factory or (self._wrapped(route) if route is not None else None)
        if block is None:
            return None
        engine = next((one for one in self.inventory.engines if one.code.place == database), None)
        code = engine.code if engine is not None else block.code
        return DatabaseWays(code.full_name, engine, factory, route, block, tuple(own))

    def _best(self, providers: Sequence[Provider], wanted: Place | None = None) -> Provider | None:
        """The one that is wanted; else that of the database; else the one used most, rather one that others have it from."""

        def worth(one: Provider) -> tuple[bool, bool, int, bool]:
            place = one.code.place
            return place == wanted, one.standing is Standing.SOURCE, self.users.get(place, 0), bool(one.opens)

        return max((one for one in providers if one.standing is not Standing.HANDS_ON), key=worth, default=None)

    def _route(self, providers: Sequence[Provider]) -> Way | None:
        fitting = [one for one in providers if one.shape in _GENERATORS and _has_import(one.code)]
        used = [one for one in fitting if any(use.how == "Depends" for use in self.inventory.uses_of(one.code.place))]
        best = self._best(used)
        if best is None:
            return None
        return self._alias(best) or self._way(Manner.DEPENDS, best)

    def _block(self, providers: Sequence[Provider]) -> Way | None:
        helper = configured_helper(self.project)
        fitting = [one for one in providers if one.shape in _MANAGERS and _has_import(one.code) and self._is_bare(one)]
        best = self._best(fitting, helper.place if helper is not None else None)
        return self._way(Manner.WITH, best) if best is not None else None

    def _factory(self, database: Place) -> Way | None:
        """A factory that can be imported; the one most sessions are opened with."""
        known = [one for one in self.inventory.factories if _is_importable(one) and not one.is_scoped]
        fitting = [one for one in known if database in (one.engine, one.code.place)]
        opened = Counter(one.source for one in self.inventory.openings)
        best = max(fitting, key=lambda one: opened[one.code.place], default=None)
        if best is None:
            return None
        module = _import_module(self.project, best.code)
        return Way(Manner.FACTORY, module, best.code.name, best.code, module, best.is_async, False, "session")

    def _class(self, database: Place) -> Way | None:
        """``Session(engine)``, where the project says that, and the engine can be imported."""
        engine = next((one for one in self.inventory.engines if one.code.place == database and _is_importable(one)), None)
        if engine is None:
            return None
        for maker in makers(self.project):
            is_own = maker.bind is not None and built_at(self.project, maker.bind, maker.site.scope) == database
            if is_own and not maker.is_factory and isinstance(maker.session_class, kinds.SessionType):
                module, cls = _import_module(self.project, engine.code), maker.session_class
                return Way(Manner.CLASS, module, engine.code.name, engine.code, module, cls.is_async, False, "session", cls.name)
        return None

    def _wrapped(self, route: Way) -> Way:
        return replace(route, manner=Manner.WRAPPED, module=route.home, name=route.code.name)

    def _way(self, manner: Manner, provider: Provider) -> Way:
        named = Counter(use.name for use in self.inventory.uses_of(provider.code.place) if use.name)
        session = max(sorted(named), key=named.__getitem__, default="session")
        module = _import_module(self.project, provider.code)
        return Way(manner, module, provider.code.name, provider.code, module, provider.is_async, provider.commits, session)

    def _alias(self, provider: Provider) -> Way | None:
        """``SessionDep = Annotated[Session, Depends(get_db)]``, where the project says that more than once."""
        way = self._way(Manner.ALIAS, provider)
        named = [(path, name) for path, name, place in _aliases(self.project) if place == provider.code.place]
        found = [(len(self.project.importers_of_name(path, name)), path, name) for path, name in named]
        most, path, name = max(found, key=lambda one: one[0], default=(0, "", ""))
        if not most:
            return None
        home = self.project.modules[path]
        code = Code(home.name, name, home.place(home.facts.body[0].span), Part.SERVICE)
        return replace(way, module=_import_module(self.project, code), name=name)

    def _is_bare(self, provider: Provider) -> bool:
        """Whether it can be called without arguments."""
        function = next((one for one in givers(self.project) if one.place == provider.code.place), None)
        return function is not None and not _required(function)


def _required(function: FunctionScope) -> list[str]:
    return [one.name for one in function.node.params if one.default is None and one.kind not in ("*", "**")]


def _is_importable(built: Factory | Engine) -> bool:
    return built.at_import and _has_import(built.code) and built.code.part not in _ASIDE


def _has_import(code: Code) -> bool:
    """Whether others may write ``from module import name``: it is not private, and its file has a name that can be written."""
    words = [*code.module.split("."), code.name]
    return all(word.isidentifier() and not iskeyword(word) for word in words) and not code.name.startswith("_")


@gathered
def _aliases(project: Project, module: ModuleScope) -> Iterator[tuple[str, str, Place]]:
    """The names of modules for ``Annotated[..., Depends(...)]``, each with its file and with the place of the provider."""
    for name, term in _named_annotations(module):
        generic = project.kind(term.value, module)
        if not isinstance(generic, kinds.External) or canonical(generic.name) != "Annotated" or len(term.items) != 2:
            continue
        call = term.items[1]
        named = provider_term(call) if isinstance(call, Call) and is_depends(project, call, module) else None
        kind = project.kind(named, module) if named is not None else None
        if isinstance(kind, kinds.FunctionKind):
            yield module.path, name, kind.function.place


def _named_annotations(module: ModuleScope) -> Iterator[tuple[str, Subscript]]:
    for name, bindings in module.bindings.items():
        match bindings:
            case [ValueBinding(value=Subscript() as term)]:
                yield name, term
            case _:
                pass


def _import_module(project: Project, code: Code) -> str:
    """The module as most who import the name write it; its own name, where nobody does."""
    written: Counter[str] = Counter()
    for path in project.importers_of_name(code.place.path, code.name):
        module = project.modules.get(path)
        for scope in module.scopes if module is not None else ():
            bindings = (one for found in scope.bindings.values() for one in found if isinstance(one, ImportBinding))
            written.update(one.module for one in bindings if one.name == code.name and not one.level)
    return max(sorted(written), key=written.__getitem__, default=code.module)
