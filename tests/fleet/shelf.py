"""Stores as runs would have left them, made without running anything."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from sessionlint.fleet.history import Log
from sessionlint.fleet.record import Key, Result, Sighting, digest_of
from sessionlint.fleet.storage import LocalFolder
from sessionlint.fleet.store import Store

Finding: TypeAlias = dict[str, Any]


def finding(mark: str, code: str = "SES301", severity: str = "error", path: str = "app/use.py", **more: Any) -> Finding:
    """One that is told apart from others by its ``mark``."""
    place = {"location": {"row": 5, "column": 15}, "end_location": {"row": 5, "column": 29}}
    return {
        "code": code,
        "name": "bare-session",
        "severity": severity,
        "message": f"session `{mark}` is never closed",
        "help": "",
        "why": "A session that nobody closes keeps its connection.",
        "filename": path,
        **place,
        "related": [{"filename": "app/db.py", **place, "message": "the factory is built here"}],
        "fix": None,
        "fingerprint": digest_of(f"{path} {code} {mark}"),
        "line_hash": "1f:1",
        "line": "    session = SessionLocal()",
        **more,
    }


class Shelf:
    """A store in ``folder``; ``told`` is what it warned of."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.folder = folder
        self.store = Store(LocalFolder(folder), self.told.append)

    def run(
        self,
        seen: Mapping[str, Sequence[Finding] | str],
        *,
        commit: str = "c1",
        version: str = "1.0",
        interrupted: bool = False,
        **more: Any,
    ) -> None:
        """One run, which found these, or came to a status that is no result. ``more`` is what all sightings, or results, say."""
        log = Log(self.store.storage, {"version": version, "configuration": "all", "shard": ""})
        for repository, found in seen.items():
            if isinstance(found, str):
                log.see(Sighting(repository, status=found, reason="no\nreason", **_of_sighting(repository, more)))  # type: ignore[arg-type]
                continue
            key = Key(repository, commit, version, "all")
            results = {name: value for name, value in more.items() if name not in _SIGHTING}
            entry = self.store.keep(Result(key, "ok", findings=tuple(found), checked=3, **results))
            counted = Counter(each["severity"] for each in found)
            told = _of_sighting(repository, more)
            log.see(Sighting(repository, status="ok", commit=commit, result=entry, findings=counted, **told))
        log.end({"interrupted": interrupted})


_SIGHTING = ("owner", "labels", "source")


def _of_sighting(repository: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"source": f"/src/{repository}", **{name: more[name] for name in _SIGHTING if name in more}}
