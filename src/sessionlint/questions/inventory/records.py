"""The inventory of a project as plain data. Everything is known by the place where it is built or defined.

That place stands for the thing wherever another record names it: a provider's ``source``, a use's ``provider``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import Enum

from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.providers.usage_table import Provider as Shape


class Part(Enum):
    """What a piece of code is in its project."""

    ROUTE = "route"
    DEPENDENCY = "dependency"
    SERVICE = "service"
    TASK = "task"
    SCRIPT = "script"
    TEST = "test"
    MIGRATION = "migration"


class Standing(Enum):
    """What a provider is among those that give sessions of one database.

    ALONE opens sessions of what is made anew for each caller, or of what cannot be followed; HANDS_ON gives what it was given.
    """

    SOURCE = "the one"
    DELEGATE = "delegates"
    DUPLICATE = "duplicate"
    APART = "for tests"
    ALONE = "by itself"
    HANDS_ON = "hands on"


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code under its name: ``module`` is dotted, ``name`` qualified in it; "" for the module's own body."""

    module: str
    name: str
    place: Place
    part: Part

    @property
    def full_name(self) -> str:
        return ".".join(filter(None, (self.module, self.name)))


@dataclass(frozen=True, slots=True)
class Option:
    """A keyword argument, as it is written where that gives nothing away; ``...`` for anything else."""

    name: str
    written: str


@dataclass(frozen=True, slots=True)
class Engine:
    """``code.name`` is what the engine is bound to, or the function that builds it. ``driver``: the beginnings of the URLs that
    the code shows (``postgresql+asyncpg``); ``url``: where the URL comes from (``settings.DATABASE_URL``), never its text.

    ``is_async`` None: a setting decides. ``at_import``: importing the module builds it. ``disposed``: where that is done.
    """

    code: Code
    is_async: bool | None
    driver: tuple[str, ...]
    url: str
    options: tuple[Option, ...]
    at_import: bool
    disposed: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Factory:
    """``engine``: where the engine of its sessions is built, None where that is not known. ``at_import`` as of an engine."""

    code: Code
    is_async: bool
    is_scoped: bool
    engine: Place | None
    options: tuple[Option, ...]
    at_import: bool


@dataclass(frozen=True, slots=True)
class Provider:
    """What gives others a session. ``source``: the factory (or, where sessions are made of a class, the engine) of its sessions.

    ``opens``: where it opens sessions itself; ``delegates_to``: the providers from which it has them. ``shape`` None: a class
    that is entered with ``with``, or a fixture. ``of``: the provider that stands for its database, itself for that one.
    """

    code: Code
    shape: Shape | None
    is_async: bool
    source: Place | None
    database: Place | None
    opens: tuple[Place, ...]
    delegates_to: tuple[Place, ...]
    commits: bool
    standing: Standing = Standing.ALONE
    of: Place | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A session that ``by`` opens for itself, or keeps: ``ending`` says what becomes of it."""

    by: Code
    place: Place
    source: Place | None
    is_async: bool
    ending: str


@dataclass(frozen=True, slots=True)
class Use:
    """``by`` has a session of ``provider``: ``how`` is what it writes (``Depends``, ``with``, ``next``), at ``place``.

    ``name``: what ``by`` calls the session, where it has a name. ``route``: ``GET /users``, for a route. ``via``: the
    dependencies through which a request gets there, outermost first.
    """

    by: Code
    place: Place
    provider: Place
    how: str
    name: str = ""
    route: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handle:
    """A file that takes hold of a thing by its name: imports, overrides or patches it."""

    module: str
    part: Part
    place: Place


@dataclass(frozen=True, slots=True)
class Handles:
    """``overrides`` are entries of ``dependency_overrides``; ``patches`` put something else in its place by its name."""

    imports: tuple[Handle, ...] = ()
    overrides: tuple[Handle, ...] = ()
    patches: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """The providers of the sessions of one engine (``place``; a factory where its engine is not known).

    ``source`` is the provider through which all others should go; ``duplicates`` open sessions of their own, ``delegates`` have
    them from a provider.
    """

    place: Place
    source: Provider | None
    delegates: tuple[Provider, ...]
    duplicates: tuple[Provider, ...]
    apart: tuple[Provider, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it, each list in order of files. ``handles`` are by the place of the engine, factory or provider."""

    engines: tuple[Engine, ...] = ()
    factories: tuple[Factory, ...] = ()
    providers: tuple[Provider, ...] = ()
    databases: tuple[Database, ...] = ()
    openings: tuple[Opening, ...] = ()
    uses: tuple[Use, ...] = ()
    handles: Mapping[Place, Handles] = field(default_factory=dict)

    @property
    def codes(self) -> tuple[Code, ...]:
        """Of the engines, then the factories, then the providers."""
        engines, factories = (one.code for one in self.engines), (one.code for one in self.factories)
        return (*engines, *factories, *(one.code for one in self.providers))

    def handles_of(self, place: Place) -> Handles:
        return self.handles.get(place, Handles())

    def uses_of(self, provider: Place) -> Iterator[Use]:
        return (use for use in self.uses if use.provider == provider)

    def provider_at(self, place: Place | None) -> Provider | None:
        return next((one for one in self.providers if one.code.place == place), None)
