"""What the file about a repository is called."""

from sessionlint.fleet.record import digest_of
from sessionlint.model.regex import regex

_ODD = regex(r"[^A-Za-z0-9._-]+")
_LONGEST = 80
_DIGITS = 8


def file_name(repository: str, suffix: str) -> str:
    """A name that every system has room for, and that no other repository has: ``github.com_acme_shop-1f2e3d4c.sarif``."""
    shown = _ODD.sub("_", repository).strip("._-")[-_LONGEST:]
    return f"{shown or 'repository'}-{digest_of(repository)[:_DIGITS]}.{suffix}"
