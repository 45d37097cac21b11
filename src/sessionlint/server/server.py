"""``sessionlint server``: requests of an editor, answered by one thread that owns the projects.

What is typed is taken down at once, and looked at when nothing has come for a moment. An editor that asks for diagnostics gets
them when it asks; to others they are sent, for all files of the project.
"""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from sessionlint import __version__
from sessionlint.commands.rule_pages import rule_page
from sessionlint.model.digest import blake2b
from sessionlint.run.errors import UsageError
from sessionlint.run.request import Request
from sessionlint.server.actions import ADD_TO_BASELINE, FIX_ALL
from sessionlint.server.positions import Positions
from sessionlint.server.workspace import Folder, Folders, path_of

P = ParamSpec("P")
T = TypeVar("T")
_PAUSE = 0.05  # seconds without a keystroke after which it is worth looking
_STACK = 64 << 20  # bytes; expressions nest as deep in an editor as anywhere
_SETTINGS = ("pyproject.toml", "sessionlint.toml", ".sessionlint.toml", ".gitignore", "sessionlint-baseline.jsonl")
_WATCHED = ("**/*.py", "**/*.pyi", *(f"**/{name}" for name in _SETTINGS))
_PULLED = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="sessionlint")
_ACTIONS = types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=True)


class Server(LanguageServer):
    """Holds the projects, which only ``work`` touches, and what the editor was told of them."""

    def __init__(self) -> None:
        super().__init__("sessionlint", __version__)
        threading.stack_size(_STACK)
        self._worker = ThreadPoolExecutor(1, "sessionlint")
        self.told: dict[str, list[types.Diagnostic]] = {}
        self._due: asyncio.TimerHandle | None = None
        self._looking: asyncio.Future[None] | None = None
        self.typed: set[str] = set()
        self.folders: Folders | None = None

    async def work(self, job: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """The job's result; jobs are done one after the other, in the order in which they were asked for."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, lambda: job(*args, **more))

    def soon(self, job: Callable[P, object], *args: P.args, **more: P.kwargs) -> None:
        """Do the job, and look at what it changed when nothing has come for a moment."""
        task = asyncio.ensure_future(self.work(job, *args, **more))
        task.add_done_callback(self._done)

    def tell(self, text: str) -> None:
        """Something that a person should know; from whichever thread."""
        shown = types.ShowMessageParams(types.MessageType.Warning, f"sessionlint: {text}")
        self._loop.call_soon_threadsafe(self.window_show_message, shown)

    def open_projects(self, options: Request, roots: Sequence[Path]) -> None:
        """Begin with these folders."""
        self._loop = asyncio.get_running_loop()
        self.folders = folders = Folders(
            options, Positions(self.workspace.position_encoding or types.PositionEncodingKind.Utf16), self.tell
        )

        def begin() -> None:
            for root in roots:
                folders.add(root)
            self.found()
            gc.collect()
            gc.freeze()  # what is known by now stays: it need not be looked at for garbage again

        async def begin_visibly() -> None:
            async with self._progress("sessionlint reads the project"):
                await self.work(begin)

        self._beginning = asyncio.ensure_future(begin_visibly())
        self._beginning.add_done_callback(self._done)

    @asynccontextmanager
    async def _progress(self, title: str) -> AsyncIterator[None]:
        """Show that something takes its time, where the editor can."""
        window = self.client_capabilities.window
        if not window or not window.work_done_progress:
            yield
            return
        token = "sessionlint"
        await self.work_done_progress.create_async(token)
        self.work_done_progress.begin(token, types.WorkDoneProgressBegin(title))
        try:
            yield
        finally:
            self.work_done_progress.end(token, types.WorkDoneProgressEnd())

    @property
    def pulls(self) -> bool:
        """Whether the editor asks for diagnostics."""
        document = self.client_capabilities.text_document
        return document is not None and document.diagnostic is not None

    def _done(self, task: "asyncio.Future[Any]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, f"sessionlint: {error!r}"))
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_later(_PAUSE, self._look)

    def _look(self) -> None:
        self._due = None
        self._looking = asyncio.ensure_future(self._show())

    async def _show(self) -> None:
        """Send what is found to an editor that does not ask; tell one that does when it should ask about other files again."""
        typed, self.typed = self.typed, set()
        found = await self.work(self.found)
        if not self.pulls:
            for uri in {**self.told, **found}:
                diagnostics = found.get(uri, [])
                if uri not in self.told or diagnostics != self.told[uri]:
                    self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics))
            self.told = found
        elif self._refreshes and any(found.get(uri, []) != told for uri, told in self.told.items() if uri not in typed):
            self.workspace_diagnostic_refresh(None)

    @property
    def _refreshes(self) -> bool:
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)

    def found(self) -> dict[str, list[types.Diagnostic]]:
        """What is found in all projects, by URI."""
        together: dict[str, list[types.Diagnostic]] = {}
        for folder in self.folders.all() if self.folders else ():
            for uri, diagnostics in folder.diagnostics().items():
                together.setdefault(uri, []).extend(diagnostics)
        return together


server = Server()


def _folders(ls: Server) -> Folders:
    assert ls.folders is not None, "after initialize"
    return ls.folders


def _of(ls: Server, uri: str, ask: Callable[[Folder, str], T], otherwise: T) -> T:
    """What the project of a file says of it."""
    found = _folders(ls).folder_of(uri)
    return ask(*found) if found is not None else otherwise


# --- beginning and end ------------------------------------------------------------------------------------------------


@server.feature(types.INITIALIZED)
async def initialized(ls: Server, _: types.InitializedParams) -> None:
    """Read the projects, and ask to be told of files that change."""
    roots = [path for folder in ls.workspace.folders.values() if (path := path_of(folder.uri)) is not None]
    if not roots and ls.workspace.root_uri and (path := path_of(ls.workspace.root_uri)) is not None:
        roots = [path]
    ls.open_projects(_options, roots)
    workspace = ls.client_capabilities.workspace
    if workspace and workspace.did_change_watched_files and workspace.did_change_watched_files.dynamic_registration:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        watching = types.Registration("sessionlint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        ls.client_register_capability(types.RegistrationParams([watching]))


_options = Request()


@server.feature(types.INITIALIZE)
def initialize(_: Server, params: types.InitializeParams) -> None:
    """Take down what the editor's configuration says: ``{"config": ["select = [...]"], "isolated": false}``."""
    global _options
    given = params.initialization_options
    given = given if isinstance(given, dict) else {}
    config = given.get("config", [])
    config = [config] if isinstance(config, str) else config
    _options = Request(config=tuple(map(str, config)), isolated=bool(given.get("isolated", False)))


# --- what changes -----------------------------------------------------------------------------------------------------


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    """A file is open."""
    _put(ls, params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Something was typed: the editor asks about that file by itself."""
    ls.typed.add(params.text_document.uri)
    _put(ls, params.text_document.uri)


def _put(ls: Server, uri: str) -> None:
    document = ls.workspace.get_text_document(uri)
    ls.soon(_folders(ls).put, uri, document.version, document.source)


@server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    """What is on the disk counts again."""
    ls.soon(_folders(ls).put, params.text_document.uri, None, None)


@server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def did_change_watched_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """Somebody wrote files."""
    ls.soon(_notice, ls, params.changes)


def _notice(ls: Server, changes: Sequence[types.FileEvent]) -> None:
    folders = _folders(ls)
    is_other = any(
        change.uri.rpartition("/")[2] in _SETTINGS
        or change.type is not types.FileChangeType.Changed
        or not folders.changed_on_disk(change.uri)
        for change in changes
    )
    if is_other:
        folders.reload()


@server.feature(types.TEXT_DOCUMENT_DID_SAVE)
def did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    """For editors that watch no files: settings take effect when they are saved."""
    if params.text_document.uri.rpartition("/")[2] in _SETTINGS:
        ls.soon(_folders(ls).reload)


@server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
def did_change_configuration(ls: Server, _: types.DidChangeConfigurationParams) -> None:
    """The editor's settings changed; the project's may have."""
    ls.soon(_folders(ls).reload)


@server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
def did_change_folders(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Roots came or went."""
    for folder in params.event.removed:
        if (path := path_of(folder.uri)) is not None:
            ls.soon(_folders(ls).remove, path)
    for folder in params.event.added:
        if (path := path_of(folder.uri)) is not None:
            ls.soon(_folders(ls).add, path)


# --- what is asked ----------------------------------------------------------------------------------------------------


@server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, _PULLED)
async def diagnostic(ls: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """What is found in a file."""
    uri = params.text_document.uri
    nothing: list[types.Diagnostic] = []
    items = await ls.work(lambda: _of(ls, uri, lambda folder, _: folder.diagnostics().get(uri, nothing), nothing))
    ls.told[uri] = items
    result = _result_id(items)
    if params.previous_result_id == result:
        return types.RelatedUnchangedDocumentDiagnosticReport(result)
    return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=result)


@server.feature(types.WORKSPACE_DIAGNOSTIC)
async def workspace_diagnostic(ls: Server, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
    """What is found in all files."""
    before = {each.uri: each.value for each in params.previous_result_ids}
    found = ls.told = await ls.work(ls.found)
    return types.WorkspaceDiagnosticReport([*_reports({**{uri: [] for uri in before}, **found}, before)])


def _reports(
    found: dict[str, list[types.Diagnostic]], before: dict[str, str]
) -> Iterator[types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport]:
    for uri, items in found.items():
        result = _result_id(items)
        if before.get(uri) == result:
            yield types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result)
        else:
            yield types.WorkspaceFullDocumentDiagnosticReport(uri, items, result_id=result)


def _result_id(items: Sequence[types.Diagnostic]) -> str:
    return blake2b(repr(items).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION, _ACTIONS)
async def code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done about the findings in a range."""
    uri, only = params.text_document.uri, params.context.only
    found: list[types.CodeAction] = []
    if _is_wanted(types.CodeActionKind.QuickFix, only):
        found += await ls.work(lambda: _of(ls, uri, lambda folder, path: folder.actions(path, params.range), []))
    if _is_wanted(FIX_ALL, only) and await ls.work(lambda: _of(ls, uri, lambda folder, path: folder.has_safe_fixes(path), False)):
        found.append(types.CodeAction("sessionlint: fix all that is safe in this file", kind=FIX_ALL, data={"uri": uri}))
    return found if _resolves(ls) else [await code_action_resolve(ls, action) for action in found]


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _resolves(ls: Server) -> bool:
    document = ls.client_capabilities.text_document
    support = document.code_action.resolve_support if document and document.code_action else None
    return support is not None and "edit" in support.properties


@server.feature(types.CODE_ACTION_RESOLVE)
async def code_action_resolve(ls: Server, action: types.CodeAction) -> types.CodeAction:
    """The edit of an action that was offered without it."""
    data: Any = action.data
    if action.edit is None and isinstance(data, dict):
        uri = str(data.get("uri"))
        made = await ls.work(lambda: _of(ls, uri, lambda folder, path: folder.fix_all(path, action.title), None))
        action.edit = made.edit if made is not None else types.WorkspaceEdit()
    return action


@server.command(ADD_TO_BASELINE)
async def add_to_baseline(ls: Server, uri: str, code: str, line: int, character: int) -> None:
    """Take what stands there for known from now on."""
    position = types.Position(line, character)
    try:
        await ls.work(lambda: _of(ls, uri, lambda folder, path: folder.add_to_baseline(path, code, position), None))
    except UsageError as error:
        ls.tell(str(error))
    ls.soon(_nothing)


def _nothing() -> None:
    """To look again is all there is to do."""


@server.feature(types.TEXT_DOCUMENT_HOVER)
async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    """The page of the rule that speaks of this place."""
    return await ls.work(
        lambda: _of(ls, params.text_document.uri, lambda folder, path: _hover(folder, path, params.position), None)
    )


def _hover(folder: Folder, path: str, position: types.Position) -> types.Hover | None:
    findings, _ = folder.findings_at(path, position)
    pages = [rule_page(folder.rule_name(code)) for code in dict.fromkeys(finding.code for finding in findings)]
    if not pages:
        return None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages)), folder.range_of(findings[0]))


@server.feature(types.TEXT_DOCUMENT_REFERENCES)
async def find_references(ls: Server, params: types.ReferenceParams) -> list[types.Location]:
    """Who refers to the factory, the engine or the provider that stands here, in all files."""
    wanted = params.context.include_declaration
    return await ls.work(
        lambda: _of(
            ls,
            params.text_document.uri,
            lambda folder, path: folder.references(path, params.position, with_definition=wanted),
            [],
        )
    )


def start() -> None:
    """Serve the editor on standard input and output until it says goodbye."""
    gc.enable()
    server.start_io()
