"""Which files are worth parsing, told from their raw bytes.

Both tests are generous: a file that fails them can neither hold a finding nor hand on a name that another file needs.
"""

from collections.abc import Iterable

from sessionlint.model.regex import regex

# Searched in lower case: re.IGNORECASE takes five times as long. To find plain bytes takes a tenth of the time of a pattern.
# Where a pattern goes on from a word, it goes no further than the next such word, from which the search begins anew: so nothing
# is looked at twice.
_TELLING = (
    b"sessionlocal",
    b"get_db",
    b"sessionmaker",
    b"asyncsession",
    b"create_engine",
    b"create_async_engine",
    b"_sqlalchemy",
    b"sqlalchemy_",
    b"dependency_injector",
    b"sessionlint:",
)
# one of these is in everything of _TELLING, and most files have none
_PARTS = (b"session", b"_engine", b"get_db", b"sqlalchemy", b"dependency_")
_NAMED_OR_CALLED = regex(rb"sqlalchemy(?:(?!sqlalchemy)\w)*\s*[()]")
_STARTING = regex(rb"asyncio\.run\b|run_until_complete|async_to_sync|multiprocessing|processpoolexecutor|os\.fork\b")
_STARTING_PARTS = (b"asyncio.run", b"run_until_complete", b"async_to_sync", b"multiprocessing", b"processpool", b"os.fork")
_SUPPRESSION = regex(rb"noqa(?=(?P<blanks>\s*))(?P=blanks)[^\nn]*(?:n(?!oqa)[^\nn]*)*ses")
_STAR_IMPORT = regex(rb"import\s*\*")
_LIBRARIES = (b"sqlalchemy", b"sqlmodel")
# every session, engine and connection comes by one of these from a library, or from another file by its name
_SHARED = (
    b"session",
    b"engine",
    b"connect",
    b"relationship",
    b"get_bind",
    b"create_all",
    b"drop_all",
    b"backref",
    b"deferred",
    b"reflect",
    b"autoload",
)


def _has_any(words: Iterable[bytes], data: bytes) -> bool:
    return any(map(data.__contains__, words))


def mentions_anything_of_interest(data: bytes) -> bool:
    """Whether a file speaks of sessions, engines, their makers and consumers, suppresses our rules, or imports by star.

    Models and migrations speak of SQLAlchemy and of nothing that can be leaked. UTF-16 and UTF-32 files pass, because their
    letters cannot be told from here.
    """
    lowered = data.lower()
    if b"\0" in data or (_has_any(_PARTS, lowered) and _has_any(_TELLING, lowered)):
        return True
    if b"noqa" in lowered and _SUPPRESSION.search(lowered) is not None:
        return True
    if b"import" in lowered and _STAR_IMPORT.search(lowered) is not None:
        return True
    if not _has_any(_LIBRARIES, lowered):
        return False
    return _NAMED_OR_CALLED.search(lowered) is not None or _has_any(_SHARED, lowered)


def starts_something(data: bytes) -> bool:
    """Whether a file starts event loops or processes, which may use an engine or a session of another file."""
    lowered = data.lower()
    return _has_any(_STARTING_PARTS, lowered) and _STARTING.search(lowered) is not None


def hands_on(path: str, data: bytes) -> bool:
    """Whether a file may hand a module on under another name, without mentioning what is in it: a package's ``__init__``."""
    return path.endswith(("__init__.py", "__init__.pyi")) and b"import" in data


def is_relevant(path: str, data: bytes) -> bool:
    """Whether a file is worth parsing before anything is known of the others."""
    return mentions_anything_of_interest(data) or hands_on(path, data)
