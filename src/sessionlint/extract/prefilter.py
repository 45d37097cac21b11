"""Which files are worth parsing, told from their raw bytes.

Both tests are generous: a file that fails them can neither hold a finding nor hand on a name that another file needs.
"""

import re
from collections.abc import Callable, Iterable

# Searched in lower case: re.IGNORECASE takes five times as long. Where a pattern goes on from a word, it goes no further than
# the next such word, from which the search begins anew: so nothing is looked at twice.
_TELLING = re.compile(
    rb"dependency_injector|sessionlint:|_sqlalchemy|sqlalchemy_|sqlalchemy(?:(?!sqlalchemy)\w)*\s*[()]"
    rb"|sessionlocal|sessionmaker|asyncsession|create_engine|create_async_engine|get_db"
)
_STARTING = re.compile(rb"asyncio\.run\b|run_until_complete|async_to_sync|multiprocessing|processpoolexecutor|os\.fork\b")
_SUPPRESSION = re.compile(rb"noqa(?=(?P<blanks>\s*))(?P=blanks)[^\nn]*(?:n(?!oqa)[^\nn]*)*ses")
_STAR_IMPORT = re.compile(rb"import\s*\*")
# one of these is in everything that _TELLING finds, and most files have none: 0.05 s less for 7 MB
_PARTS = (b"sqlalchemy", b"session", b"_engine", b"get_db", b"dependency_")
_STARTING_PARTS = (b"asyncio.run", b"run_until_complete", b"async_to_sync", b"multiprocessing", b"processpool", b"os.fork")
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]+")
_FEW = 30
_LIBRARY = re.compile(rb"sqlalchemy|sqlmodel")
# every session, engine and connection comes by one of these from a library, or from another file by its name
_SHARED = re.compile(rb"session|engine|connect|get_bind|autoload|create_all|drop_all|reflect|relationship|backref")


def mentions_anything_of_interest(data: bytes) -> bool:
    """Whether a file speaks of sessions, engines, their makers and consumers, suppresses our rules, or imports by star.

    Models and migrations speak of SQLAlchemy and of nothing that can be leaked. UTF-16 and UTF-32 files pass, because their
    letters cannot be told from here.
    """
    lowered = data.lower()
    if b"\0" in data or (any(part in lowered for part in _PARTS) and _TELLING.search(lowered) is not None):
        return True
    if b"noqa" in lowered and _SUPPRESSION.search(lowered) is not None:
        return True
    if b"import" in lowered and _STAR_IMPORT.search(lowered) is not None:
        return True
    return _LIBRARY.search(lowered) is not None and _SHARED.search(lowered) is not None


def starts_something(data: bytes) -> bool:
    """Whether a file starts event loops or processes, which may use an engine or a session of another file."""
    lowered = data.lower()
    return any(part in lowered for part in _STARTING_PARTS) and _STARTING.search(lowered) is not None


def hands_on(path: str, data: bytes) -> bool:
    """Whether a file may hand a module on under another name, without mentioning what is in it: a package's ``__init__``."""
    return path.endswith(("__init__.py", "__init__.pyi")) and b"import" in data


def is_relevant(path: str, data: bytes) -> bool:
    """Whether a file is worth parsing before anything is known of the others."""
    return mentions_anything_of_interest(data) or hands_on(path, data)


def finder_of_names(names: Iterable[str]) -> Callable[[bytes], set[str]]:
    """What finds those of ``names`` that the bytes of a file hold as whole words."""
    spelled = {spelling: name for name in names for spelling in _spellings_of(name)}
    if len(spelled) > _FEW:  # a pattern tries each name at each word; so many are found sooner among all words
        return lambda data: {spelled[word] for word in spelled.keys() & set(_WORD.findall(data))}
    pattern = names_pattern(spelled.values())
    return lambda data: {spelled[word] for word in set(pattern.findall(data))} if any(map(data.__contains__, spelled)) else set()


def names_pattern(names: Iterable[str]) -> re.Pattern[bytes]:
    """Finds any of ``names`` as a whole word in the bytes of a file; finds nothing when there are no names.

    For the files that ``mentions_anything_of_interest`` turned down: ``names`` are those that the files it let pass bind
    to sessions, engines, factories and providers, whatever they are called.
    """
    words = sorted({name for name in names if name}, key=lambda name: (-len(name), name))
    if not words:
        return re.compile(rb"(?!)")
    # \w in a bytes pattern is ASCII; a boundary before a non-ASCII letter only makes the test more generous
    return re.compile(rb"(?<![A-Za-z0-9_])(?:" + b"|".join(_spellings(word) for word in words) + rb")(?![A-Za-z0-9_])")


def _spellings(name: str) -> bytes:
    return b"|".join(re.escape(each) for each in _spellings_of(name))


def _spellings_of(name: str) -> list[bytes]:
    """The bytes of a name in files of the usual encodings."""
    return sorted({name.encode("utf-8", "ignore"), name.encode("latin-1", "ignore")} - {b""})
