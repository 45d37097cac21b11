"""What facts and findings depend on beside the texts: our code, libcst, and Python."""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from sessionlint import __version__
from sessionlint.model.digest import blake2b

_PACKAGE = Path(__file__).parents[2]
_OF_FACTS = ("extract/**/*.py", "model/facts.py", "model/codec.py", "model/source.py")
_PREFIXES = ("sessionlint/extract/", "sessionlint/model/")


def fingerprint() -> str:
    """The same for two runs that would extract the same facts from the same text.

    The code itself counts, so nobody has to remember to raise a number. libcst is not imported for its version.
    """
    digest = blake2b(f"{__version__} {sys.version_info[:2]}".encode(), digest_size=12)
    recorded = [line for line in _recorded() if line.startswith(_PREFIXES)]
    files = [] if recorded else sorted(file for pattern in _OF_FACTS for file in _PACKAGE.glob(pattern))
    digest.update("\n".join(recorded).encode("utf-8", "surrogateescape"))
    for file in (*files, *_libcst_version()):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def code_fingerprint() -> str:
    """The same for two runs of the same linter on the same Python."""
    told = [__version__, sys.version, *(_recorded() or _seen())]
    return blake2b("\n".join(told).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


@cache
def _recorded() -> Sequence[str]:
    """The files of the package with their digests, as the installer wrote them down: the same for each installation of a wheel.
    Nothing where the code is run from a checkout."""
    try:
        record = Path(f"{_PACKAGE}-{__version__}.dist-info", "RECORD").read_text("utf-8", "surrogateescape")
    except OSError:
        return ()
    return sorted(line for line in record.splitlines() if line.startswith("sessionlint/") and "sha256=" in line)


def _seen() -> Iterator[str]:
    """The files of the package with their times and sizes."""
    folders = [str(_PACKAGE)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir():
                    folders.append(entry.path)
                elif entry.name.endswith(".py"):
                    status = entry.stat()
                    yield f"{entry.path} {status.st_mtime_ns} {status.st_size}"


def _libcst_version() -> list[Path]:
    beside = _PACKAGE.with_name("libcst") / "_version.py"
    if beside.exists():
        return [beside]
    from importlib.util import find_spec  # takes a while, and both are mostly installed side by side

    found = find_spec("libcst")
    version = Path(found.origin).with_name("_version.py") if found and found.origin else None
    return [version] if version and version.exists() else []
