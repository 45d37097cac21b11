"""The language server, as an editor meets it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from lsprotocol import types

from server.editor import Editor, in_editor, told
from sessionlint.cli import sessionlint

DB = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker


def engine():
    return create_engine("sqlite://")


SessionLocal = sessionmaker()
"""
USERS = """\
from app.db import SessionLocal


def names():
    "é世界🙂"
    db = SessionLocal()
    return db.query(1).all()
"""
MENDED = USERS.replace("    db = SessionLocal()\n    return", "    with SessionLocal() as db:\n        return")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "app").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.sessionlint]\n")
    (tmp_path / "app/__init__.py").write_text("")
    (tmp_path / "app/db.py").write_text(DB)
    (tmp_path / "app/users.py").write_text(USERS, encoding="utf-8")
    yield tmp_path


def test_what_is_typed_counts_and_not_what_is_on_the_disk(project: Path) -> None:
    async def ask(editor: Editor) -> list[list[str]]:
        editor.open("app/users.py")
        found = [await editor.codes("app/users.py")]
        editor.type("app/users.py", MENDED)
        found.append(await editor.codes("app/users.py"))
        editor.type("app/users.py", "\n" + USERS)
        found.append(await editor.codes("app/users.py"))
        editor.close("app/users.py")
        return [*found, await editor.codes("app/users.py")]

    assert in_editor(project, ask) == [["SES301:6"], [], ["SES301:7"], ["SES301:6"]]


def test_a_change_in_one_file_shows_in_another(project: Path) -> None:
    async def ask(editor: Editor) -> tuple[list[str], list[str]]:
        editor.open("app/db.py")
        editor.open("app/users.py")
        before = await editor.codes("app/users.py")
        editor.type("app/db.py", DB.replace("SessionLocal = sessionmaker()", "SessionLocal = dict"))
        await editor.until(lambda: editor.refreshes > 0)
        return before, await editor.codes("app/users.py")

    assert in_editor(project, ask) == (["SES301:6"], [])


def test_an_editor_that_does_not_ask_is_told_of_all_files(project: Path) -> None:
    async def ask(editor: Editor) -> list[list[str]]:
        await editor.until(lambda: "users.py" in editor.shown)
        found = [told(editor.shown["users.py"])]
        editor.open("app/users.py")
        editor.type("app/users.py", MENDED)
        await editor.until(lambda: not editor.shown["users.py"])
        return [*found, told(editor.shown["users.py"])]

    assert in_editor(project, ask, pulls=False) == [["SES301:6"], []]


def test_a_diagnostic_has_the_other_places_of_its_story(project: Path) -> None:
    async def ask(editor: Editor) -> types.Diagnostic:
        report = await editor.text_document_diagnostic_async(types.DocumentDiagnosticParams(editor.document("app/users.py")))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        same = await editor.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(editor.document("app/users.py"), previous_result_id=report.result_id)
        )
        assert isinstance(same, types.RelatedUnchangedDocumentDiagnosticReport)
        return report.items[0]

    found = in_editor(project, ask)
    assert (found.source, found.code, found.severity) == ("sessionlint", "SES301", types.DiagnosticSeverity.Error)
    assert found.range == types.Range(types.Position(5, 9), types.Position(5, 23))
    assert [each.location.uri.rpartition("/")[2] for each in found.related_information or ()] == ["db.py"]


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 26), ("utf-16", 19), ("utf-32", 18)])
def test_columns_are_counted_as_the_editor_does(project: Path, encoding: str, column: int) -> None:
    line = "    x = 'é世界🙂'; db = SessionLocal()\n"
    text = USERS.replace("    db = SessionLocal()\n", line)

    async def ask(editor: Editor) -> types.Range:
        editor.open("app/users.py", text)
        report = await editor.text_document_diagnostic_async(types.DocumentDiagnosticParams(editor.document("app/users.py")))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return report.items[0].range

    units = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    column = len(line[: line.index("SessionLocal")].encode(units)) // size
    assert in_editor(project, ask, encodings=[encoding]).start == types.Position(5, column)


def test_keystrokes_come_as_pieces(project: Path) -> None:
    async def ask(editor: Editor) -> list[str]:
        editor.open("app/users.py")
        at = types.Range(types.Position(3, 0), types.Position(3, 0))
        for character in "# é🙂\n"[::-1]:
            editor.change("app/users.py", types.TextDocumentContentChangePartial(at, character))
        return await editor.codes("app/users.py")

    assert in_editor(project, ask) == ["SES301:7"]


def test_fixes_are_offered_with_what_they_may_do(project: Path) -> None:
    async def ask(editor: Editor) -> list[types.CodeAction]:
        editor.open("app/users.py")
        return [*await editor.actions("app/users.py")]

    action, suppress = in_editor(project, ask)
    assert suppress.title == "SES301: suppress here, with a reason"
    assert action.title.startswith("SES301: open the session in a `with` block (unsafe")
    assert action.kind == types.CodeActionKind.QuickFix and not action.is_preferred
    assert action.edit is not None and action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 1


def test_all_that_is_safe_is_fixed_at_once(project: Path) -> None:
    text = MENDED + "        db.close()\n"
    text = text.replace("return ", "")

    async def ask(editor: Editor) -> tuple[list[str], types.CodeAction, list[str]]:
        editor.open("app/users.py", text)
        before = await editor.codes("app/users.py")
        (action,) = await editor.actions("app/users.py", ["source.fixAll"])
        assert action.edit is None
        resolved = await editor.code_action_resolve_async(action)
        return before, resolved, await editor.codes("app/users.py")

    before, action, after = in_editor(project, ask)
    assert before == after != []
    assert action.edit is not None and action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert "db.close()" in text and all("close" not in edit.new_text for edit in change.edits if isinstance(edit, types.TextEdit))


def test_hovering_shows_the_page_of_the_rule(project: Path) -> None:
    async def ask(editor: Editor) -> types.Hover | None:
        return await editor.text_document_hover_async(types.HoverParams(editor.document("app/users.py"), types.Position(5, 10)))

    hover = in_editor(project, ask)
    assert hover is not None and isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.value.startswith("# bare-session (SES301)")


def test_a_factory_leads_to_its_uses(project: Path) -> None:
    async def ask(editor: Editor) -> list[str]:
        params = types.ReferenceParams(types.ReferenceContext(True), editor.document("app/users.py"), types.Position(5, 12))
        found = await editor.text_document_references_async(params)
        return [f"{each.uri.rpartition('/')[2]}:{each.range.start.line + 1}" for each in found or ()]

    assert in_editor(project, ask) == ["db.py:9", "users.py:1", "users.py:6"]


def test_settings_take_effect_when_they_are_saved(project: Path) -> None:
    async def ask(editor: Editor) -> list[list[str]]:
        found = [await editor.codes("app/users.py")]
        (project / "pyproject.toml").write_text('[tool.sessionlint]\nignore = ["SES301"]\n')
        editor.wrote("pyproject.toml")
        found.append(await editor.codes("app/users.py"))
        (project / "pyproject.toml").write_text("[tool.sessionlint]\nignor = 1\n")
        editor.wrote("pyproject.toml")
        await editor.until(lambda: any("unknown key" in message for message in editor.messages))
        return [*found, await editor.codes("app/users.py"), editor.watched]

    found = in_editor(project, ask)
    assert found == [["SES301:6"], [], [], ["workspace/didChangeWatchedFiles"]]


def test_files_come_and_go(project: Path) -> None:
    async def ask(editor: Editor) -> list[list[str]]:
        found = [await editor.codes("app/users.py")]
        (project / "app/more.py").write_text(USERS, encoding="utf-8")
        editor.wrote("app/more.py", types.FileChangeType.Created)
        found.append(await editor.codes("app/more.py"))
        (project / "app/users.py").write_text(MENDED, encoding="utf-8")
        editor.wrote("app/users.py")
        found.append(await editor.codes("app/users.py"))
        (project / "app/more.py").unlink()
        editor.wrote("app/more.py", types.FileChangeType.Deleted)
        return [*found, await editor.codes("app/more.py")]

    assert in_editor(project, ask) == [["SES301:6"], ["SES301:6"], [], []]


def test_a_file_that_is_nowhere_yet_is_looked_at(project: Path) -> None:
    async def ask(editor: Editor) -> list[str]:
        editor.open("app/new.py", USERS)
        return await editor.codes("app/new.py")

    assert in_editor(project, ask) == ["SES301:6"]


def test_broken_text_is_told_and_the_rest_goes_on(project: Path) -> None:
    async def ask(editor: Editor) -> list[list[str]]:
        editor.open("app/users.py", USERS + "def (:\n")
        found = [await editor.codes("app/users.py")]
        editor.type("app/users.py", USERS)
        return [*found, await editor.codes("app/users.py")]

    assert in_editor(project, ask) == [["SES001:8"], ["SES301:6"]]


def test_each_folder_is_a_project_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text("")
        (tmp_path / name / "users.py").write_text(DB + USERS.partition("\n")[2], encoding="utf-8")
    (tmp_path / "two/pyproject.toml").write_text('[tool.sessionlint]\nselect = ["SES1"]\n')

    async def ask(editor: Editor) -> list[list[str]]:
        return [await editor.codes("one/users.py"), await editor.codes("two/users.py")]

    one, two = in_editor(tmp_path, ask, folders=[tmp_path / "one", tmp_path / "two"])
    assert one == ["SES301:14"] and two == []


def test_the_editor_can_set_what_the_command_line_can(project: Path) -> None:
    async def ask(editor: Editor) -> list[str]:
        return await editor.codes("app/users.py")

    assert in_editor(project, ask, options={"config": ['ignore = ["SES301"]']}) == []


def test_findings_are_those_of_the_command_line_after_many_edits(project: Path) -> None:
    async def ask(editor: Editor) -> list[str]:
        editor.open("app/users.py")
        for number in range(200):
            editor.type("app/users.py", "\n" * (number % 7) + (USERS if number % 3 else MENDED))
        editor.type("app/users.py", "\n\n" + USERS)
        return await editor.codes("app/users.py")

    assert in_editor(project, ask) == ["SES301:8"]


def test_a_finding_is_suppressed_where_it_is(project: Path) -> None:
    async def ask(editor: Editor) -> tuple[str, list[str]]:
        editor.open("app/users.py")
        action = (await editor.actions("app/users.py"))[-1]
        assert action.edit is not None and action.edit.document_changes is not None
        (change,) = action.edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        (edit,) = change.edits
        assert isinstance(edit, types.TextEdit) and edit.range.start == edit.range.end
        lines = USERS.splitlines(keepends=True)
        line, column = edit.range.start.line, edit.range.start.character
        lines[line] = lines[line][:column] + edit.new_text + lines[line][column:]
        editor.type("app/users.py", "".join(lines))
        return lines[5], await editor.codes("app/users.py")

    assert in_editor(project, ask) == ("    db = SessionLocal()  # sessionlint: ignore[SES301] -- TODO: say why\n", [])


def test_the_baseline_counts_and_gets_an_entry(project: Path) -> None:
    baseline = project / "sessionlint-baseline.jsonl"

    async def ask(editor: Editor) -> list[list[str]]:
        found = [await editor.codes("app/users.py")]
        assert "SES301: add to the baseline" in [each.title for each in await editor.offered("app/users.py")]
        arguments = [editor.uri("app/users.py"), "SES301", 5, 9]
        await editor.workspace_execute_command_async(types.ExecuteCommandParams("sessionlint.addToBaseline", arguments=arguments))
        return [*found, await editor.codes("app/users.py")]

    assert CliRunner().invoke(sessionlint, ["baseline", "create", "--project-root", str(project), str(project)]).exit_code == 0
    baseline.write_text(baseline.read_text().splitlines()[0] + "\n")
    assert in_editor(project, ask) == [["SES301:6"], []]
    assert len(baseline.read_text().splitlines()) == 2


def test_what_is_asked_and_taken_back_costs_nobody_the_answers_that_follow(project: Path) -> None:
    async def ask(editor: Editor) -> tuple[list[str], int]:
        editor.open("app/users.py")
        params = types.DocumentDiagnosticParams(editor.document("app/users.py"))
        asked = [asyncio.ensure_future(editor.text_document_diagnostic_async(params)) for _ in range(20)]
        await asyncio.sleep(0)  # they are on their way
        numbers = [*editor.protocol._request_futures]
        assert len(numbers) == 20
        for number in numbers:
            editor.cancel_request(types.CancelParams(number))
        ended = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)
        return await editor.codes("app/users.py"), len(ended)

    assert in_editor(project, ask) == (["SES301:6"], 20)
