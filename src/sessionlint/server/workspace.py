"""The projects of an editor's folders, and the files that are open in it. All of it is used by one thread only."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lsprotocol.types import CodeAction, Diagnostic, Location, Position, Range

from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.run.errors import UsageError
from sessionlint.run.request import Request
from sessionlint.run.resident import Resident
from sessionlint.run.timings import Timings
from sessionlint.server.actions import FIX_ALL, baseline_entries, fixes, suppressions, touches, whole_text
from sessionlint.server.diagnostics import Shown
from sessionlint.server.positions import Positions
from sessionlint.server.uses import uses

Tell = Callable[[str], None]


def path_of(uri: str) -> Path | None:
    """The file that a URI names; None for what lies on no disk."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    return Path(url2pathname(unquote(parts.path)))


class Folder:
    """One project. ``tell`` is for what a person should know."""

    def __init__(self, request: Request, positions: Positions, tell: Tell) -> None:
        self._resident = Resident(request, tell)
        self._positions = positions
        self._uris: dict[str, str] = {}
        self._versions: dict[str, int | None] = {}

    def load(self, timings: Timings | None = None) -> None:
        """Read settings and files anew. Raises UsageError."""
        self._resident.load(timings)

    def holds(self, file: Path) -> str | None:
        """What the project calls a file; None for one that lies elsewhere."""
        folder = self._resident.folder
        for each in (file, _resolved(file)):
            if each.is_relative_to(folder):
                return each.relative_to(folder).as_posix()
        return None

    def put(self, path: str, uri: str, version: int | None, text: str | None) -> None:
        """An open file as it is now; None when it is closed."""
        if text is None:
            self._uris.pop(path, None)
            self._versions.pop(path, None)
            self._resident.reread(path)
        else:
            self._uris[path], self._versions[path] = uri, version
        self._resident.put(path, text)

    def reread(self, path: str) -> bool:
        """Look at a file of the disk again; False: the files of the project are not what they were."""
        return self._resident.reread(path)

    # --- what is asked ----------------------------------------------------------------------------------------------------

    def diagnostics(self) -> Mapping[str, list[Diagnostic]]:
        """What is found in each file, by URI; nothing in those that are open and clean."""
        findings = self._resident.outcome().findings
        shown = self._shown()
        found: dict[str, list[Diagnostic]] = {uri: [] for uri in self._uris.values()}
        for finding in findings:
            found.setdefault(shown.uri(finding.place.path), []).append(shown.diagnostic(finding))
        return found

    def actions(self, path: str, wanted: Range) -> list[CodeAction]:
        """What can be done about the findings in a range of a file."""
        findings, sources, shown = self._findings(path), self._resident.sources, self._shown()
        if path not in sources:
            return []
        here = touches(findings, path, wanted, shown, sources[path])
        found = [*fixes(here, shown, sources, self._versions), *suppressions(here, shown, sources, self._versions)]
        return [*found, *(baseline_entries(here, shown) if self._resident.has_baseline else ())]

    def add_to_baseline(self, path: str, code: str, position: Position) -> None:
        """Take what a rule finds at a place for known. Raises UsageError."""
        for finding in self.findings_at(path, position)[0]:
            if finding.code == code:
                self._resident.add_to_baseline(finding)
                return

    def has_safe_fixes(self, path: str) -> bool:
        """Whether a file has findings with fixes that may be made without asking."""
        return any(finding.fix is not None and finding.fix.applicability.value == "safe" for finding in self._findings(path))

    def fix_all(self, path: str, title: str) -> CodeAction | None:
        """All safe fixes of a file that change no other one; None if there are none."""
        sources, shown = self._resident.sources, self._shown()
        text = self._resident.fixed(path)
        if text is None:
            return None
        return CodeAction(title, kind=FIX_ALL, edit=whole_text(sources[path], text, shown, self._versions.get(path)))

    def findings_at(self, path: str, position: Position) -> tuple[list[Finding], Source | None]:
        """The findings at a place, and the text that they speak of."""
        source = self._resident.sources.get(path)
        if source is None:
            return [], None
        return touches(self._findings(path), path, Range(position, position), self._shown(), source), source

    def references(self, path: str, position: Position, *, with_definition: bool) -> list[Location]:
        """Where what stands there is referred to."""
        source = self._resident.sources.get(path)
        if source is None:
            return []
        project = self._resident.project_of(path)
        shown, offset = self._shown(), self._positions.offset(source, position)
        return [shown.location(place) for place in uses(project, path, offset, with_definition=with_definition)]

    def range_of(self, finding: Finding) -> Range:
        """Where a finding lies."""
        return self._shown().location(finding.place).range

    def rule_name(self, code: str) -> str:
        """The name of a rule of which something was found."""
        return self._resident.outcome().rules[code].name

    def _findings(self, path: str) -> list[Finding]:
        return [finding for finding in self._resident.outcome().findings if finding.place.path == path]

    def _shown(self) -> Shown:
        return Shown(self._resident.folder, self._resident.sources, self._positions, self._uris)


class Folders:
    """All projects of the editor. A file belongs to the innermost folder around it; one in none, to the project around it."""

    def __init__(self, options: Request, positions: Positions, tell: Tell) -> None:
        self._options = options
        self._positions = positions
        self._tell = tell
        self._folders: dict[Path, Folder] = {}
        self._open: dict[str, tuple[Path, int | None, str]] = {}

    def add(self, path: Path, timings: Timings | None = None) -> None:
        """Read a project. What is wrong with its settings is told, and it has no findings until that is mended."""
        from dataclasses import replace

        folder = Folder(replace(self._options, paths=(str(path),)), self._positions, self._tell)
        if not self._load(path, folder, timings):
            return
        self._folders[path] = folder
        for uri, (file, version, text) in self._open.items():
            if self._of(file) == path and (name := folder.holds(file)) is not None:
                folder.put(name, uri, version, text)

    def remove(self, path: Path) -> None:
        """Let go of a project."""
        self._folders.pop(path, None)

    def reload(self, timings: Timings | None = None) -> None:
        """Read all settings and files again."""
        for path, folder in [*self._folders.items()]:
            self._load(path, folder, timings)

    def _load(self, path: Path, folder: Folder, timings: Timings | None) -> bool:
        try:
            folder.load(timings)
        except UsageError as error:
            self._tell(f"{path}: {error}")
            return False
        return True

    def put(self, uri: str, version: int | None, text: str | None) -> None:
        """An open file as it is now; None when it is closed."""
        file = path_of(uri)
        if file is None or file.suffix not in (".py", ".pyi"):
            return
        if text is None:
            self._open.pop(uri, None)
        else:
            self._open[uri] = (file, version, text)
        if (found := self.folder_of(uri)) is not None:
            found[0].put(found[1], uri, version, text)

    def changed_on_disk(self, uri: str) -> bool:
        """Take notice of a file that somebody wrote; False: all has to be read again."""
        found = self.folder_of(uri)
        return found is None or uri in self._open or found[0].reread(found[1])

    def folder_of(self, uri: str) -> tuple[Folder, str] | None:
        """The project of a file, and what that calls it."""
        file = path_of(uri)
        root = self._of(file) if file is not None else None
        if file is None or root is None:
            return None
        folder = self._folders[root]
        name = folder.holds(file)
        return (folder, name) if name is not None else None

    def all(self) -> list[Folder]:
        """Every project that could be read."""
        return [*self._folders.values()]

    def _of(self, file: Path) -> Path | None:
        around = [path for path in self._folders if file.is_relative_to(path) or _resolved(file).is_relative_to(path)]
        return max(around, key=lambda path: len(path.parts), default=None)


def _resolved(file: Path) -> Path:
    try:
        return file.resolve()
    except OSError:
        return file
