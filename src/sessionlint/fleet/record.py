"""What a fleet keeps: a repository to look at, what was found in one at one commit, and that a run has seen it there.

A *result* says the same whoever made it, wherever and when: it holds what was found at a commit by a version with a
configuration. A *sighting* says what a run came to with a repository: which result, or why there is none, how long it took.
"""

import json
from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any, Literal, TypeAlias

from sessionlint.model.digest import blake2b
from sessionlint.model.records import dataclass

Status: TypeAlias = Literal["ok", "failed", "timed-out", "out-of-memory", "skipped", "poisoned"]
Finding: TypeAlias = Mapping[str, Any]
"""A finding as the JSON report has it, with paths from the root of the repository, and three keys more: ``fingerprint`` (the
same from commit to commit while the finding is), ``line_hash`` (GitHub's ``primaryLocationLineHash``, or "") and ``line``."""


@dataclass(frozen=True, slots=True)
class Target:
    """A repository to look at. ``repository`` is its name, which stays the same from run to run; ``source`` a folder or the URL
    of a git repository; ``revision`` what to look at there ("": what is checked out, or the default branch)."""

    repository: str
    source: str
    revision: str = ""
    owner: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """What a result is about. ``commit`` is a commit of git, followed by ``+`` and a digest where the files say something else;
    for a folder without git ``tree:`` and a digest. ``configuration`` is a digest of what the fleet was told to check."""

    repository: str
    commit: str
    version: str
    configuration: str

    @property
    def digest(self) -> str:
        """A name for what the result of a repository is about."""
        return digest_of("\0".join((self.commit, self.version, self.configuration)))


@dataclass(frozen=True, slots=True)
class Result:
    """What was found. ``reason``: why nothing was, where the status is not ``ok``; ``errors``: failures of sessionlint over one
    file or in one rule. ``suppressed`` and ``baselined`` count what is not reported; ``codeowners`` is the text of that file.
    ``until``: the last day on which suppressions hide what they do (ISO; "": they have no end)."""

    key: Key
    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    checked: int = 0
    suppressed: int = 0
    baselined: int = 0
    codeowners: str = ""
    until: str = ""

    def encoded(self) -> bytes:
        """The same bytes for the same result."""
        return encoded({**_data(self), "key": _data(self.key)})

    @classmethod
    def decoded(cls, data: bytes) -> "Result":
        """Raises ValueError."""
        return cls.of(_decoded(data))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Result":
        """Raises ValueError."""
        try:
            sequences = {name: tuple(told[name]) for name in ("findings", "skipped", "notes", "errors")}
            return cls(**{**told, **sequences, "key": Key(**told["key"])})
        except (KeyError, TypeError) as error:
            raise ValueError(f"no result: {error}") from None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a run came to with a repository. ``result`` names the entry of the store ("": there is none); ``is_new``: this run
    has made it. ``commit`` is "" where not even that is known. ``findings`` counts them, by severity.

    What is in ``effort`` differs from run to run: seconds, the largest memory (MiB), host, when it ended (by the clock there).
    """

    repository: str
    source: str
    status: Status
    reason: str = ""
    commit: str = ""
    revision: str = ""
    owner: str = ""
    labels: tuple[str, ...] = ()
    result: str = ""
    is_new: bool = True
    tries: int = 1
    findings: Mapping[str, int] = field(default_factory=dict)
    effort: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        return _data(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Sighting":
        """Raises ValueError."""
        try:
            return cls(**{**told, "labels": tuple(told["labels"])})
        except (KeyError, TypeError) as error:
            raise ValueError(f"no sighting: {error}") from None


_DIGITS = (40, 64)  # of a commit's name


def is_commit(name: str) -> bool:
    """Whether it names a commit of git, and nothing else: none with changes, and no files without git."""
    return len(name) in _DIGITS and set(name) <= set("0123456789abcdef")


def digest_of(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def checksum(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def encoded(told: Mapping[str, Any]) -> bytes:
    """One line of JSON, ASCII only: the same for the same, whatever the order of keys."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _data(record: Any) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(told, dict):
        raise ValueError("no object")
    return told
