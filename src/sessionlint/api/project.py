"""A project that stays in memory, for programs that ask again and again."""

import os
from collections.abc import Iterable
from pathlib import Path

from sessionlint.api.asking import AnyPath, Settings, requested
from sessionlint.api.records import Report
from sessionlint.api.telling import told
from sessionlint.run.resident import Resident


class Project:
    """The project around ``paths``, which are what is reported on; the other parameters are those of ``check``.

    After a change only what it concerns is looked at again. Nothing is written. It belongs to one thread. Files are named by
    absolute paths, or relative to ``folder``, as the locations of findings are. Raises UsageError, as ``check``.
    """

    def __init__(
        self,
        paths: AnyPath | Iterable[AnyPath] = ".",
        *,
        settings: Settings | None = None,
        config: AnyPath | None = None,
        isolated: bool = False,
        project_root: AnyPath | None = None,
        jobs: int = 1,
    ) -> None:
        self._warnings: list[str] = []
        request = requested(paths, settings=settings, config=config, isolated=isolated, project_root=project_root, jobs=jobs)
        self._resident = Resident(request, self._warnings.append)
        self._resident.load()

    @property
    def folder(self) -> Path:
        """The root of the project."""
        return self._resident.folder

    def check(self) -> Report:
        """What is found in the project as it is now."""
        resident = self._resident
        return told(resident.folder, resident.outcome(), resident.sources, self._warnings)

    def put(self, path: AnyPath, text: str | None) -> None:
        """From now on ``text`` counts for a file, and not what is on the disk; None: the disk counts again."""
        self._resident.put(self._named(path), text)

    def refresh(self, paths: Iterable[AnyPath]) -> None:
        """Take notice of files that were written, made or removed. Raises UsageError, and then stays as it was."""
        if not self._resident.refresh([self._named(path) for path in paths]):
            self.reload()

    def reload(self) -> None:
        """Read the configuration and all files again. Raises UsageError, and then stays as it was."""
        self._warnings.clear()
        self._resident.load()

    def fixed(self, path: AnyPath) -> str | None:
        """The text of a file with all its safe fixes that change no other file; None if there are none."""
        return self._resident.fixed(self._named(path))

    def _named(self, path: AnyPath) -> str:
        """What the project calls a file; one outside of it keeps its own name, which is nobody's."""
        file = os.path.normpath(self.folder / path)
        return self._within(file) or self._within(os.path.realpath(file)) or Path(file).as_posix()

    def _within(self, file: str) -> str | None:
        path = Path(file)
        return path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else None
