"""What the user asked for, whatever door it came through."""

import os
from pathlib import Path
from typing import Literal, TypeAlias

from sessionlint.model.records import dataclass

FixLevel: TypeAlias = Literal["none", "safe", "unsafe"]


@dataclass(frozen=True, slots=True)
class Stdin:
    """Text from standard input and the name it goes by (a path, or None)."""

    data: bytes
    filename: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """What to check and how.

    ``paths`` as typed; ``config``: files and inline settings of ``--config``; ``options``: settings of the command line,
    as TOML would give them; ``fix``: the fixes to apply to the texts (writing them is the caller's decision), ``fixable``: the
    codes of the rules whose fixes are meant, where it is not all; ``cache``: whether facts may be kept on disk from run to run,
    and ``cache_dir`` where, if somebody says so; ``jobs``: the most processes that may parse; ``verbose``: whether to tell of
    what mends itself;
    ``prefilter``: whether only files are parsed that can matter, which changes nothing but the time (no option; it is there
    to be compared with);
    ``baseline``: the file of findings not to report, instead of the one that the settings name, and ``use_baseline`` whether
    there is to be one at all; ``since``: the revision of git whose findings are not reported, ``staged``: the same for the latest
    one, where what is checked is what git's index holds; ``suppress``: the reason to give in comments that hide what is found.
    """

    paths: tuple[str, ...] = (".",)
    stdin: Stdin | None = None
    config: tuple[str, ...] = ()
    options: tuple[tuple[str, object], ...] = ()
    isolated: bool = False
    project_root: Path | None = None
    fix: FixLevel = "none"
    fixable: frozenset[str] | None = None
    cache: bool = False
    cache_dir: Path | None = None
    jobs: int = 1
    verbose: bool = False
    prefilter: bool = True
    baseline: Path | None = None
    use_baseline: bool = True
    since: str | None = None
    staged: bool = False
    suppress: str | None = None


def available_cores() -> int:
    """How many processes can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
