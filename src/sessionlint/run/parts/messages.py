"""What a run and the processes that check parts of a project tell each other, as JSON data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from sessionlint.model.targets import LoopScopes, Targets
from sessionlint.run.discovery.discovery import Scope
from sessionlint.run.discovery.roots import Root
from sessionlint.run.parts.part import Part
from sessionlint.run.planning import Plan, plan_of_part
from sessionlint.run.request import Request

_PATHS = ("project_root", "cache_dir")


def job_of(request: Request, planned: Plan) -> Mapping[str, Any]:
    """What all parts of a project have in common, as JSON data."""
    asked = {name: getattr(request, name) for name in ("config", "options", "isolated", "prefilter", "cache")}
    places = {name: None if (path := getattr(request, name)) is None else str(path) for name in _PATHS}
    root = planned.root
    return {
        "request": {**asked, **places},
        "root": [str(root.folder), *(None if path is None else str(path) for path in (root.config, root.part))],
        "targets": asdict(planned.targets),
        "scope": [sorted(planned.scope.files), planned.scope.folders],
        "around": sorted(planned.around),
        "stdin": planned.stdin,
    }


def task_of(part: Part) -> tuple[Mapping[str, Any], Sequence[bytes]]:
    """A part as JSON data, behind which its texts follow."""
    sizes = [(path, len(text)) for path, text in part.texts.items()]
    return {"files": part.planned.files, "texts": sizes, "refused": dict(part.refused)}, [*part.texts.values()]


def begun(job: Mapping[str, Any]) -> tuple[Request, Plan]:
    """What ``job_of`` told. Raises UsageError."""
    asked = job["request"]
    places = {name: None if asked[name] is None else Path(asked[name]) for name in _PATHS}
    options = tuple((key, value) for key, value in asked["options"])
    request = Request(**{**asked, **places, "config": tuple(asked["config"]), "options": options})
    folder, config, inner = (None if path is None else Path(path) for path in job["root"])
    assert folder is not None
    versions = {name: None if each is None else tuple(each) for name, each in job["targets"].items() if name != "loops"}
    targets = Targets(**versions, loops=LoopScopes(**job["targets"]["loops"]))
    planned = plan_of_part(request, Root(folder, config, inner), targets)
    files, folders = job["scope"]
    scope = Scope(frozenset(files), tuple(folders))
    return request, replace(planned, scope=scope, around=frozenset(job["around"]), stdin=job["stdin"])


def part_of(task: Mapping[str, Any], planned: Plan, stream: IO[bytes]) -> Part:
    """What ``task_of`` told, and its texts out of the stream."""
    texts = {path: stream.read(size) for path, size in task["texts"]}
    return Part(replace(planned, files=task["files"]), texts, task["refused"])
