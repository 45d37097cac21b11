"""One repository: which commit it is at, and what is found there unless that is known. It runs in a process of its own."""

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from sessionlint import __version__
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.checkout import Remote, fetch, found
from sessionlint.fleet.commit import commit_of
from sessionlint.fleet.examine import examined
from sessionlint.fleet.mend import Mend, MendError, mended
from sessionlint.fleet.record import Key, Target
from sessionlint.fleet.store import Failures
from sessionlint.fleet.targets import is_url
from sessionlint.model.failure import is_ours, told
from sessionlint.model.records import dataclass
from sessionlint.run.revision.git import GitError

Tell = Callable[[Mapping[str, Any]], None]
_ROOM = 1024 * 1024
_OURS = ("aside", "settings", "checked", "elsewhere", ".", "..")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a try may take: seconds, MiB (0: as much as there is), and how many of them there may be."""

    timeout: float = 600.0
    memory: int = 4096
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Task:
    """``known``: the entries of the store that need not be made again, and ``failures``: what came to nothing before, both by the
    digest of what they are about. ``mend``: what is to be fixed at a commit, instead of looking for what is there."""

    target: Target
    asked: Asked
    limits: Limits
    known: Mapping[str, str]
    failures: Mapping[str, Failures]
    version: str = __version__
    mend: Mend | None = None

    def data(self) -> dict[str, Any]:
        return {
            "target": asdict(self.target),
            "asked": self.asked.data(),
            "limits": asdict(self.limits),
            "known": dict(self.known),
            "failures": {key: asdict(each) for key, each in self.failures.items()},
            "version": self.version,
            "mend": asdict(self.mend) if self.mend is not None else None,
        }

    @classmethod
    def decoded(cls, data: Mapping[str, Any]) -> "Task":
        target = Target(**{**data["target"], "labels": tuple(data["target"]["labels"])})
        failures = {key: Failures(**each) for key, each in data["failures"].items()}
        told = data["mend"]
        mend = Mend(**{**told, **{key: tuple(told[key]) for key in ("codes", "fingerprints")}}) if told is not None else None
        asked, limits = Asked.decoded(data["asked"]), Limits(**data["limits"])
        return cls(target, asked, limits, data["known"], failures, data["version"], mend)

    def is_poisoned(self, key: str) -> bool:
        """Whether it was tried often enough, with as much time and memory as now."""
        before = self.failures.get(key, Failures())
        is_roomier = _room_of(self.limits.memory) > _room_of(before.memory) or self.limits.timeout > before.timeout
        return before.tries >= self.limits.tries and not is_roomier


def perform(task: Task, room: Path, tell: Tell) -> None:
    """Do it, in the empty folder ``room``; what is found out is told as soon as it is known: the commit first."""
    try:
        _perform(task, room, tell)
    except MemoryError:
        tell({"status": "out-of-memory", "reason": f"more than {task.limits.memory:,} MiB"})
    except (GitError, MendError) as error:
        tell({"status": "failed", "reason": str(error)})
    except BaseException as error:
        if not is_ours(error):
            raise
        tell({"status": "failed", "reason": f"internal: {told(error)}"})


def _perform(task: Task, room: Path, tell: Tell) -> None:
    if task.version != __version__:
        tell({"status": "failed", "reason": f"this machine has sessionlint {__version__}, and not {task.version}"})
        return
    if task.mend is not None:
        folder = room / _name(task.target)
        folder.mkdir()
        tell({"mended": mended(task.target, task.mend, task.asked, room, folder)})
        return
    target, aside = task.target, room / "aside"
    aside.mkdir()
    if is_url(target.source) or target.revision:
        folder = room / _name(target)
        folder.mkdir()
        remote = found(target, folder)
        _go_on(task, remote.commit, folder, aside, tell, remote)
    elif not os.path.isdir(target.source):  # noqa: PTH112 - text that may be no path
        tell({"status": "failed", "reason": "no such folder"})
    else:
        folder = Path(target.source).resolve()
        settings = room / "settings"
        settings.mkdir()
        _go_on(task, commit_of(folder, task.asked.request(folder, settings)), folder, aside, tell)


def _go_on(task: Task, commit: str, folder: Path, aside: Path, tell: Tell, remote: Remote | None = None) -> None:
    """What has to be done at ``commit``, which ``remote`` says how to get where it is elsewhere."""
    key = Key(task.target.repository, commit, task.version, task.asked.digest)
    tell({"commit": commit})
    if entry := task.known.get(key.digest):
        tell({"known": entry})
    elif task.is_poisoned(key.digest):
        before = task.failures[key.digest]
        tell({"status": "poisoned", "reason": f"{before.reason}; tried {before.tries} times"})
    else:
        if remote is not None:
            fetch(task.target, remote, folder)
        os.chdir(folder)  # so that what is said of a file names it from there
        result = examined(key, folder, task.asked, aside)
        tell({"result": {**asdict(result), "key": asdict(result.key)}})


def _room_of(memory: int) -> float:
    return memory or inf


def _name(target: Target) -> str:
    """A folder can be a package, and then its name counts: that of the repository."""
    name = target.source.rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git")
    return name if name and name not in _OURS else "repository"


def limit_memory(memory: int) -> None:
    """This process, and what it starts, get no more than so many MiB, where the system has a limit for that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = memory * _ROOM if hard == resource.RLIM_INFINITY else min(memory * _ROOM, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
