"""From what a program says to the request that every door makes."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, Union

from sessionlint.run.request import FixLevel, Request, Stdin

AnyPath: TypeAlias = Union[str, "os.PathLike[str]"]
Settings: TypeAlias = Mapping[str, Any]


def requested(
    paths: AnyPath | Iterable[AnyPath],
    *,
    settings: Settings | None,
    config: AnyPath | None,
    isolated: bool,
    project_root: AnyPath | None,
    stdin: Stdin | None = None,
    fix: FixLevel = "none",
    cache: bool = False,
    cache_dir: AnyPath | None = None,
    jobs: int = 1,
) -> Request:
    """The request for ``paths``, one or several."""
    several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    return Request(
        paths=tuple(os.fspath(path) for path in several),
        stdin=stdin,
        config=(os.fspath(config),) if config is not None else (),
        options=tuple((settings or {}).items()),
        isolated=isolated,
        project_root=Path(project_root) if project_root is not None else None,
        fix=fix,
        cache=cache,
        cache_dir=Path(cache_dir) if cache_dir is not None else None,
        jobs=jobs,
    )
