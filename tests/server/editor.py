"""An editor without a screen: a client of the language server, over standard input and output."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

T = TypeVar("T")
_PATIENCE = 600.0  # until a server that says nothing is given up
_WHERE_IT_ENDS = types.Position(100_000, 0)


class Editor(LanguageClient):
    """What it is told is kept: diagnostics by the name of the file, messages, and how often it should ask again."""

    def __init__(self, root: Path) -> None:
        super().__init__("editor", "1")
        self.root = root
        self.shown: dict[str, Sequence[types.Diagnostic]] = {}
        self.messages: list[str] = []
        self.refreshes = 0
        self.watched: list[str] = []
        self.heard = asyncio.Event()
        self._versions: dict[str, int] = {}

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str | None = None) -> None:
        self._versions[name] = 1
        text = (self.root / name).read_text(encoding="utf-8") if text is None else text
        self.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(self.uri(name), "python", 1, text)))

    def type(self, name: str, text: str) -> None:
        """Replace the whole text."""
        self.change(name, types.TextDocumentContentChangeWholeDocument(text))

    def change(self, name: str, change: types.TextDocumentContentChangeEvent) -> None:
        self._versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self._versions[name], self.uri(name))
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def close(self, name: str) -> None:
        self.text_document_did_close(types.DidCloseTextDocumentParams(self.document(name)))

    def wrote(self, name: str, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        self.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([types.FileEvent(self.uri(name), kind)]))

    async def codes(self, name: str) -> list[str]:
        """What is found in a file, asked for: rule and line, from 1."""
        report = await self.text_document_diagnostic_async(types.DocumentDiagnosticParams(self.document(name)))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return told(report.items)

    async def actions(self, name: str, kinds: Sequence[str] | None = None) -> Sequence[types.CodeAction]:
        return [each for each in await self.offered(name, kinds) if isinstance(each, types.CodeAction)]

    async def offered(self, name: str, kinds: Sequence[str] | None = None) -> Sequence[types.Command | types.CodeAction]:
        """An action with a command is read as if it were that (by this client's library)."""
        whole = types.Range(types.Position(0, 0), _WHERE_IT_ENDS)
        context = types.CodeActionContext([], only=kinds)
        found = await self.text_document_code_action_async(types.CodeActionParams(self.document(name), whole, context))
        return found or ()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the server says by itself."""
        while not holds():
            self.heard.clear()
            await asyncio.wait_for(self.heard.wait(), _PATIENCE)


def told(diagnostics: Sequence[types.Diagnostic]) -> list[str]:
    return [f"{each.code}:{each.range.start.line + 1}" for each in diagnostics]


def capabilities(*, pulls: bool, encodings: Sequence[str] = ()) -> types.ClientCapabilities:
    resolve = types.ClientCodeActionResolveOptions(properties=["edit"])
    watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=list(encodings)) if encodings else None,
        workspace=types.WorkspaceClientCapabilities(
            did_change_watched_files=watching, diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        ),
        text_document=types.TextDocumentClientCapabilities(
            diagnostic=types.DiagnosticClientCapabilities() if pulls else None,
            code_action=types.CodeActionClientCapabilities(resolve_support=resolve),
        ),
    )


def in_editor(
    root: Path,
    ask: Callable[[Editor], Awaitable[T]],
    *,
    pulls: bool = True,
    encodings: Sequence[str] = (),
    options: Any = None,
    folders: Sequence[Path] = (),
) -> T:
    """What ``ask`` finds out in an editor that has ``root`` open, or several ``folders``."""

    async def session() -> T:
        editor = Editor(root)
        _listen(editor)
        await editor.start_io(sys.executable, "-m", "sessionlint", "server", "--stdio")
        try:
            await editor.initialize_async(
                types.InitializeParams(
                    capabilities=capabilities(pulls=pulls, encodings=encodings),
                    workspace_folders=[types.WorkspaceFolder(each.as_uri(), each.name) for each in folders or (root,)],
                    initialization_options=options,
                )
            )
            editor.initialized(types.InitializedParams())
            return await ask(editor)
        finally:  # a server that is not told to go is waited for
            await editor.shutdown_async(None)
            editor.exit(None)
            await editor.stop()  # type: ignore[no-untyped-call]

    return asyncio.run(session())


def _listen(editor: Editor) -> None:
    def shown(params: types.PublishDiagnosticsParams) -> None:
        editor.shown[params.uri.rpartition("/")[2]] = params.diagnostics
        editor.heard.set()

    def message(params: types.ShowMessageParams | types.LogMessageParams) -> None:
        editor.messages.append(params.message)
        editor.heard.set()

    def refresh(*_: object) -> None:
        editor.refreshes += 1
        editor.heard.set()

    def register(params: types.RegistrationParams) -> None:
        editor.watched += [registration.method for registration in params.registrations]
        editor.heard.set()

    editor.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(shown)
    editor.feature(types.WINDOW_SHOW_MESSAGE)(message)
    editor.feature(types.WINDOW_LOG_MESSAGE)(lambda params: message(params))
    editor.feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)(refresh)
    editor.feature(types.CLIENT_REGISTER_CAPABILITY)(register)
