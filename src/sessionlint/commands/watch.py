"""``sessionlint check --watch``: what is found, and again after each change, in a project that stays in memory."""

import gc
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from sessionlint.commands.console import clear, say
from sessionlint.commands.surroundings import warn
from sessionlint.run.errors import CLEAN, UsageError
from sessionlint.run.looking import Result
from sessionlint.run.request import Request
from sessionlint.run.resident import Resident

_SOURCES = (".py", ".pyi")
_SETTINGS = ("pyproject.toml", "sessionlint.toml", ".gitignore", "setup.cfg", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock")
_ELSEWHERE = frozenset(
    {".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".tox", ".venv", "__pycache__", "node_modules", "venv"}
)
_PATIENCE = 1000  # milliseconds until it is looked whether something changed before anybody watched


def check_library() -> None:
    """Raise UsageError where what tells of changes is not installed."""
    if find_spec("watchfiles") is None:
        raise UsageError('--watch: watchfiles is not installed; install the extra: pip install "sessionlint[watch]"')


def run_watch(request: Request, report: Callable[[Result], object], *, quiet: bool) -> int:
    """Report again and again until somebody interrupts. Raises UsageError for what is wrong at the start."""
    check_library()
    from watchfiles import watch

    gc.enable()  # a run that ends soon does without
    watched = _Watched(Resident(request, warn), report, quiet)
    watched.begin()
    is_first = True
    for changes in watch(watched.folder, watch_filter=watched.matters, yield_on_timeout=True, rust_timeout=_PATIENCE):
        watched.changed([path for _, path in changes], everything=is_first)
        is_first = False
    return CLEAN


class _Watched:
    """A project, and what was last said of it."""

    def __init__(self, resident: Resident, report: Callable[[Result], object], quiet: bool) -> None:
        self._resident = resident
        self._report = report
        self._quiet = quiet

    @property
    def folder(self) -> Path:
        return self._resident.folder

    def matters(self, _: object, path: str) -> bool:
        """Whether what changed may change findings."""
        inner = Path(path).relative_to(self.folder) if Path(path).is_relative_to(self.folder) else Path(path)
        return (inner.suffix in _SOURCES or inner.name in _SETTINGS) and _ELSEWHERE.isdisjoint(inner.parts)

    def begin(self) -> None:
        self._resident.load()
        self._show()

    def changed(self, paths: Iterable[str], *, everything: bool) -> None:
        """Look again, and report where there is something else to look at; what is wrong with the settings is told."""
        before = self._resident.sources, self._resident.plan
        try:
            self._refresh([*paths], everything)
        except UsageError as error:
            clear()
            say(f"error: {error}")
            return self._wait()
        now = self._resident.sources, self._resident.plan
        if before[0] != now[0] or before[1].settings != now[1].settings or before[1].targets != now[1].targets:
            self._show()
        return None

    def _refresh(self, paths: list[str], everything: bool) -> None:
        names = [Path(path) for path in paths]
        is_setting = any(path.name in _SETTINGS for path in names)
        if everything or is_setting or not self._resident.refresh(path.relative_to(self.folder).as_posix() for path in names):
            self._resident.load()

    def _show(self) -> None:
        outcome = self._resident.outcome()
        clear()
        self._report(Result(self._resident.plan, outcome, self._resident.sources))
        self._wait()

    def _wait(self) -> None:
        if not self._quiet:
            say("Watching for changes; Ctrl-C ends this.")
