"""What can be done about findings: their fixes, as edits of the editor's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from lsprotocol.types import (
    CodeAction,
    CodeActionKind,
    Command,
    OptionalVersionedTextDocumentIdentifier,
    Range,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from sessionlint.edits.apply import is_hold
from sessionlint.edits.suppression_comments import with_comments
from sessionlint.model.finding import Applicability, Edit, Finding
from sessionlint.model.source import Source, Span
from sessionlint.server.diagnostics import Shown

FIX_ALL = "source.fixAll.sessionlint"
ADD_TO_BASELINE = "sessionlint.addToBaseline"
_REASON = "TODO: say why"
_OFFERED = {Applicability.SAFE: "", Applicability.UNSAFE: " (unsafe: it may change what the program does)"}


def fixes(
    findings: Iterable[Finding], shown: Shown, sources: Mapping[str, Source], versions: Mapping[str, int | None]
) -> Iterator[CodeAction]:
    """The fixes of findings. ``versions`` are those of the open files that the findings speak of."""
    for finding in findings:
        fix = finding.fix
        if fix is not None and fix.applicability in _OFFERED:
            yield CodeAction(
                title=f"{finding.code}: {fix.title}{_OFFERED[fix.applicability]}",
                kind=CodeActionKind.QuickFix,
                diagnostics=[shown.diagnostic(finding)],
                is_preferred=fix.applicability is Applicability.SAFE or None,
                edit=workspace_edit(fix.edits, shown, sources, versions),
            )


def suppressions(
    findings: Iterable[Finding], shown: Shown, sources: Mapping[str, Source], versions: Mapping[str, int | None]
) -> Iterator[CodeAction]:
    """Comments that hide findings where they are, with a place for the reason."""
    for finding in findings:
        source = sources[finding.place.path]
        edit = whole_text(source, with_comments(source, [finding], _REASON), shown, versions.get(source.path))
        title = f"{finding.code}: suppress here, with a reason"
        yield CodeAction(title, kind=CodeActionKind.QuickFix, diagnostics=[shown.diagnostic(finding)], edit=edit)


def baseline_entries(findings: Iterable[Finding], shown: Shown) -> Iterator[CodeAction]:
    """To take findings for known from now on."""
    for finding in findings:
        diagnostic = shown.diagnostic(finding)
        arguments: list[object] = [
            shown.uri(finding.place.path),
            finding.code,
            diagnostic.range.start.line,
            diagnostic.range.start.character,
        ]
        title = f"{finding.code}: add to the baseline"
        command = Command(title=title, command=ADD_TO_BASELINE, arguments=arguments)
        yield CodeAction(title, kind=CodeActionKind.QuickFix, diagnostics=[diagnostic], command=command)


def workspace_edit(
    edits: Iterable[Edit], shown: Shown, sources: Mapping[str, Source], versions: Mapping[str, int | None]
) -> WorkspaceEdit:
    """Edits in one or several files; the editor refuses them where an open file is not what it was."""
    by_path: dict[str, list[TextEdit]] = defaultdict(list)
    for edit in dict.fromkeys(edits):
        source = sources[edit.place.path]
        if not is_hold(edit, source.text):
            by_path[edit.place.path].append(TextEdit(shown.positions.range(source, edit.place.span), edit.text))
    return WorkspaceEdit(
        document_changes=[
            TextDocumentEdit(OptionalVersionedTextDocumentIdentifier(shown.uri(path), versions.get(path)), found)
            for path, found in by_path.items()
        ]
    )


def whole_text(source: Source, text: str, shown: Shown, version: int | None) -> WorkspaceEdit:
    """A text in place of another, as the one stretch in which they differ."""
    start = _common(source.text, text)
    start -= source.text[:start].endswith("\r")  # a line end of two characters is not taken apart
    behind = _common(source.text[start:][::-1], text[start:][::-1])
    behind -= behind > 0 and source.text[: len(source.text) - behind].endswith("\r")
    replaced = Span(start, len(source.text) - behind)
    edit = TextEdit(shown.positions.range(source, replaced), text[start : len(text) - behind])
    document = OptionalVersionedTextDocumentIdentifier(shown.uri(source.path), version)
    return WorkspaceEdit(document_changes=[TextDocumentEdit(document, [edit])])


def touches(findings: Iterable[Finding], path: str, wanted: Range, shown: Shown, source: Source) -> list[Finding]:
    """The findings of a file that lie in a range, or around it."""
    start, end = shown.positions.offset(source, wanted.start), shown.positions.offset(source, wanted.end)
    return [
        finding
        for finding in findings
        if finding.place.path == path and finding.place.span.start <= end and start <= finding.place.span.end
    ]


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    length = next((index for index, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), None)
    return min(len(one), len(other)) if length is None else length
