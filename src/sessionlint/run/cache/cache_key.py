"""What the rows of a cache are sealed with: random bytes that this machine made.

Who cannot read them can put nothing into a cache that would be believed. They lie where no checkout can put its own: beside
the caches while these are outside of the project, else in the folder of the user.
"""

import os
from pathlib import Path

from sessionlint.model.digest import blake2b
from sessionlint.run.files import own_files

NAME = "key"
_LENGTH = 32


def known(base: Path) -> bytes | None:
    """The key that lies in ``base``; None where there is none, or something else under its name."""
    data = own_files.read(base / NAME, _LENGTH + 1)
    return data if data is not None and len(data) == _LENGTH else None


def made(base: Path) -> bytes | None:
    """As ``known``, and made where there is none. Raises OSError."""
    key = known(base)
    if key is None:
        (base / NAME).unlink(missing_ok=True)
        own_files.create_whole(base / NAME, os.urandom(_LENGTH))
        key = known(base)
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """Another key, for ``purpose`` only."""
    return blake2b(purpose.encode(), key=key, digest_size=_LENGTH).digest()


def seal(key: bytes, told: str, text: bytes) -> bytes:
    """What only who knows ``key`` can say of ``told``, which is one line, and ``text``."""
    digest = blake2b(told.encode("utf-8", "backslashreplace"), key=key, digest_size=16)
    digest.update(b"\n")
    digest.update(text)
    return digest.digest()
