"""What the guides show is what happens. ``--accept`` rewrites what their console blocks show.

A page of ``docs/guides``, and the one that gets people started, is a story: its blocks with a title are files that are written
one after the other, a later one of the same name in place of an earlier one, each in a package; its ``console`` blocks are
commands that are run there, with what they say. At the end of a section nothing is left to be found, unless the next one goes on
with it (``LEFT``).
"""

import ast
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
import shop
from click.testing import CliRunner
from pages.page import Block, read_blocks

from sessionlint.cli import sessionlint

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = [*sorted((DOCS / "guides").glob("*.md")), DOCS / "start.md"]
LEFT = {("start", "Run")}
PAGES = sorted(DOCS.rglob("*.md"))
PROMPT = "$ "

each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())


def blocks(path: Path) -> list[tuple[str, Block]]:
    return list(read_blocks(path, path.read_text(encoding="utf-8")))


def run(command: str) -> str:
    """What a command says, on both streams, in the current folder."""
    program, *arguments = command.split()
    assert program == "sessionlint", f"{command}: only sessionlint is run"
    return CliRunner().invoke(sessionlint, [*arguments, "--no-cache"] if arguments[0] == "check" else arguments).output


def shown(block: Block) -> str:
    """A console block with what its commands say now."""
    commands = [line for line in block.text.splitlines() if line.startswith(PROMPT)]
    return "".join(f"{command}\n{run(command.removeprefix(PROMPT))}" for command in commands)


def write(block: Block) -> None:
    assert block.title
    file = Path(block.title)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, encoding="utf-8")
    for folder in file.parents[:-1]:
        (folder / "__init__.py").touch()


def told(section: list[Block]) -> Iterator[tuple[Block, str]]:
    """The console blocks of a section, and what they should show, in the current folder."""
    for block in section:
        if block.title:
            write(block)
        elif block.language == "console":
            yield block, shown(block)


def accept(page: Path, new: list[tuple[Block, str]]) -> None:
    lines = page.read_text(encoding="utf-8").split("\n")
    for block, text in reversed(new):
        lines[block.line : block.end - 1] = text.splitlines()
    page.write_text("\n".join(lines), encoding="utf-8")


@each_guide
def test_a_guide_shows_what_the_tool_says(
    guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sessionlint.toml").touch()  # the folder is the project
    compared: list[tuple[Block, str]] = []
    left: dict[str, str] = {}
    for title, section in groupby(blocks(guide), key=lambda found: found[0]):
        compared += told([block for _, block in section])
        left[title] = run("sessionlint check -q --output-format concise")
    if request.config.getoption("--accept"):
        accept(guide, compared)
        return
    assert [block.text for block, _ in compared] == [text for _, text in compared]
    assert {title for title, found in left.items() if found} == {title for page, title in LEFT if page == guide.stem}


@each_guide
def test_a_guide_shows_findings(guide: Path) -> None:
    text = "".join(block.text for _, block in blocks(guide) if block.language == "console")
    assert "SES" in text


@each_guide
def test_each_python_block_of_a_guide_is_a_file(guide: Path) -> None:
    assert [block.line for _, block in blocks(guide) if block.is_python and not block.title] == []


LEAK = """\
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


def work():
    db = SessionLocal()
    db.execute(text("select 1"))
"""


def python_of(page: str) -> list[str]:
    return [block.text for _, block in blocks(DOCS / page) if block.is_python]


def test_the_python_api_does_what_its_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in (Path("src/work.py"), Path("path/to/project/app/users.py"), Path("path/to/project/app/db.py")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(LEAK, encoding="utf-8")
    shown = {"text": "text = 1\n"}
    for text in python_of("api.md"):
        exec(text, shown)
    assert capsys.readouterr().out.startswith("work.py 8 SES301 session `db` is never closed")


def test_the_map_of_its_page_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Of the project that the tests of the map look at."""
    monkeypatch.chdir(tmp_path)
    shop.write(shop.FILES, tmp_path)
    page = DOCS / "map.md"
    tree = next(block for _, block in blocks(page) if block.text.startswith("engine "))
    if request.config.getoption("--accept"):
        accept(page, [(tree, run("sessionlint map"))])
        return
    assert tree.text == run("sessionlint map")


def test_the_comments_of_the_page_of_suppressions_suppress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in the place of the leaking line; and one that suppresses nothing would be told of (SES002)."""
    monkeypatch.chdir(tmp_path)
    [text] = python_of("suppressing.md")
    lines = [line for line in text.splitlines() if line]
    assert len(lines) == 4
    for shown in (lines[:1], lines[1:2], lines[2:]):
        suppressed = "".join(f"    {line}\n" for line in shown)
        Path("work.py").write_text(LEAK.replace("    db = SessionLocal()\n", suppressed), encoding="utf-8")
        assert run("sessionlint check") == "All checks passed!\n", shown


@each_page
def test_a_configuration_is_one(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _, block in blocks(page):
        if "[tool.sessionlint]" in block.text:
            Path("pyproject.toml").write_text(block.text, encoding="utf-8")
            told = CliRunner().invoke(sessionlint, ["check", "--show-settings"])
            assert told.exit_code == 0, told.output


@each_page
def test_python_is_python(page: Path) -> None:
    for _, block in blocks(page):
        if block.is_python:
            ast.parse(block.text)


@each_page
def test_a_console_is_run_or_is_none(page: Path) -> None:
    """Commands that are only told stand in blocks without a language."""
    assert page in GUIDES or "console" not in {block.language for _, block in blocks(page)}
