"""What the checked project calls its own wrappers: names in its configuration that the tool cannot see through by itself."""

from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex

_NAME = regex(r"(?!\d)\w+(\.(?!\d)\w+)+")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A dotted name and, before it, the words with which its sessions are used: ``async with company.db.session_scope``.

    ``manner`` is "" (a plain name), "async", "with" or "async with".
    """

    name: str
    manner: str = ""

    @property
    def is_async(self) -> bool:
        return self.manner.startswith("async")

    @property
    def is_context_manager(self) -> bool:
        return self.manner.endswith("with")

    def __str__(self) -> str:
        return f"{self.manner} {self.name}".lstrip()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``session_factories`` open a session when called; ``session_providers`` lend one: a generator function, or with the
    word ``with`` a context manager; ``engine_builders`` build an engine; ``session_provider`` is the one through which the
    project wants every session to be opened, and ``commits_accepted`` says that what its commit begins to keep may be kept;
    ``background_task_callers`` run work after the request; ``waiting_calls`` wait for something that is not the database.
    """

    session_factories: tuple[Wrapper, ...] = ()
    session_providers: tuple[Wrapper, ...] = ()
    engine_builders: tuple[Wrapper, ...] = ()
    session_provider: Wrapper | None = None
    background_task_callers: tuple[Wrapper, ...] = ()
    waiting_calls: tuple[Wrapper, ...] = ()
    commits_accepted: bool = False

    @property
    def words(self) -> frozenset[str]:
        """The last word of every name: where one of them stands, a file may speak of sessions."""
        own = (self.session_provider,) if self.session_provider is not None else ()
        every = (*self.session_factories, *self.session_providers, *self.engine_builders, *self.background_task_callers, *own)
        return frozenset(wrapper.name.rpartition(".")[2] for wrapper in every)


class UnknownMannerError(ValueError):
    """The words before a name are none of those that make sense for the key."""

    def __init__(self, manner: str, name: str) -> None:
        super().__init__(f'"{manner}" before "{name}"')
        self.manner = manner
        self.name = name


def read_wrapper(text: str, *manners: str) -> Wrapper:
    """``"async with company.db.session_scope"`` -> its Wrapper. Raises ValueError for what has another form.

    The ValueError is an UnknownMannerError when the words before the name are none of ``manners``.
    """
    *words, name = text.split() or [""]
    manner = " ".join(words)
    if not _NAME.fullmatch(name):
        raise ValueError(f'expected a dotted name such as "package.module.name", got "{text}"')
    if manner not in ("", *manners):
        raise UnknownMannerError(manner, name)
    return Wrapper(name, manner)
