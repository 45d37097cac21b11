"""What the past says of a project: the commit that it stands on, what differs from that, and who changed it before."""

from sessionlint.model.records import dataclass


@dataclass(frozen=True, slots=True)
class Commit:
    """``name`` is git's, in full; ``date`` the author's day, as in ``2026-01-29``."""

    name: str
    date: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class History:
    """``commit`` is the one that is checked out, None where there is none; ``changed`` are the files that were read and are not
    as it has them. ``commits``: those that changed what was asked about, newest first; ``is_cut``: there are more.
    ``missing`` says why nothing of this is known.
    """

    commit: Commit | None = None
    changed: tuple[str, ...] = ()
    commits: tuple[Commit, ...] = ()
    is_cut: bool = False
    missing: str = ""
