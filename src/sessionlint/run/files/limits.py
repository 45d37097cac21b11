"""How much is read of what a checkout brings, and how much of it is looked at.

Each limit is far above what people and their tools write, and low enough for everything below it to be done with in seconds.
docs/reading.md has the table.
"""

from sessionlint.model.records import dataclass

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True, slots=True)
class Limit:
    """The most bytes that are read of a file, and what kinds of file that is said of."""

    bytes: int
    files: str

    @property
    def shown(self) -> str:
        return f"{self.bytes // _MIB} MiB" if self.bytes >= _MIB else f"{self.bytes // _KIB} KiB"


SOURCE = Limit(5 * _MIB, "Python files, and standard input")
CONFIGURATION = Limit(1 * _MIB, "`pyproject.toml`, `sessionlint.toml` and files of `--config`")
IGNORE = Limit(1 * _MIB, "`.gitignore` and `.git/info/exclude`")
INDEX = Limit(64 * _MIB, "`.git/index`")
GIT_POINTER = Limit(4 * _KIB, "`.git` where it is a file, and what it points to")
DECLARATION = Limit(1 * _MIB, "`setup.cfg` and `Pipfile`")
REQUIREMENTS = Limit(4 * _MIB, "requirements files")
PIPFILE_LOCK = Limit(4 * _MIB, "`Pipfile.lock`")
LOCK = Limit(32 * _MIB, "`uv.lock`, `poetry.lock`, `pdm.lock` and `pylock.toml`")
BASELINE = Limit(16 * _MIB, "the baseline")
DEPLOYMENT = Limit(256 * _KIB, "files of deployment, for `sessionlint audit` (`Dockerfile`, `Procfile` and the like)")

BY_KIND = (
    *(SOURCE, CONFIGURATION, IGNORE, INDEX, GIT_POINTER, DECLARATION, REQUIREMENTS, PIPFILE_LOCK, LOCK, BASELINE),
    DEPLOYMENT,
)

DEPLOYMENT_LINE = 1_000
"""Characters of a line in which a number of workers is looked for."""

IGNORE_PATTERNS = 10_000
"""In one ignore file; each is compared with each path."""

INDEX_NAME = 4_096
"""Bytes of a name in `.git/index`; all of them together are no more than an index may have, for names can share beginnings."""

CONFIGURED_PATTERNS = 1_000
"""In one list of ``exclude``, ``extend-exclude``, ``files``, and in ``per-file-ignores``."""

PATTERN = 1_000
"""Characters of one pattern."""

TOML_DEPTH = 100
"""Tables and arrays in each other, and the parts of a dotted key: TOML readers recurse, and take time quadratic in the latter."""

SPECIFIER = 1_000
"""Characters of a version range."""
