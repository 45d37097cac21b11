"""What facts and findings depend on beside the texts: our code, libcst, and Python."""

import os
import sys
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from sessionlint import __version__

_PACKAGE = Path(__file__).parent.parent
_SOURCES = ("extract/**/*.py", "model/facts.py", "model/codec.py", "model/source.py")


def fingerprint() -> str:
    """The same for two runs that would extract the same facts from the same text.

    The code itself is read, so nobody has to remember to raise a number. libcst is not imported for its version.
    """
    digest = blake2b(f"{__version__} {sys.version_info[:2]}".encode(), digest_size=12)
    files = sorted(file for pattern in _SOURCES for file in _PACKAGE.glob(pattern))
    for file in (*files, *_libcst_version()):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _libcst_version() -> list[Path]:
    found = find_spec("libcst")
    version = Path(found.origin).with_name("_version.py") if found and found.origin else None
    return [version] if version and version.exists() else []


def code_fingerprint() -> str:
    """The same for two runs of the same linter: version, Python, and each file of the package by its time and size."""
    digest = blake2b(f"{__version__} {sys.version}".encode(), digest_size=12)
    folders = [str(_PACKAGE)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir():
                    folders.append(entry.path)
                elif entry.name.endswith(".py"):
                    status = entry.stat()
                    digest.update(f"{entry.path} {status.st_mtime_ns} {status.st_size}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
