"""Keys must survive what does not concern the finding, and tell apart what does."""

import json
from pathlib import Path

from ecosystem.findings import Key, enclosing_scope, read_findings

MODULE = """\
class Jobs:
    @retry
    async def run(self):
        def inner():
            db = Session()
            db = Session()
        return inner

db =   Session()
"""


def report(*places: tuple[int, int], path: str = "app/jobs.py") -> str:
    entry = {"code": "SES301", "message": "never closed", "related": []}
    return json.dumps([{**entry, "filename": path, "location": {"row": row, "column": column}} for row, column in places])


def keys(tree: Path, text: str, *places: tuple[int, int]) -> list[Key]:
    tree.joinpath("app").mkdir(parents=True, exist_ok=True)
    tree.joinpath("app/jobs.py").write_text(text, "utf-8")
    return [found.key for found in read_findings("demo", tree, report(*places))]


def test_a_key_names_the_scope_the_normalised_line_and_the_ordinal(tmp_path: Path) -> None:
    assert keys(tmp_path, MODULE, (9, 1), (6, 13), (5, 13)) == [
        Key("demo", "SES301", "app/jobs.py", "", "db = Session()"),
        Key("demo", "SES301", "app/jobs.py", "Jobs.run.inner", "db = Session()", 0),
        Key("demo", "SES301", "app/jobs.py", "Jobs.run.inner", "db = Session()", 1),
    ]


def test_a_key_survives_lines_added_above_and_reindentation(tmp_path: Path) -> None:
    moved = "import os\n\n\n" + MODULE.replace("    ", "  ")
    assert keys(tmp_path / "moved", moved, (8, 9)) == keys(tmp_path / "first", MODULE, (5, 13))


def test_two_findings_on_one_line_have_different_keys(tmp_path: Path) -> None:
    assert [key.ordinal for key in keys(tmp_path, "a, b = Session(), Session()\n", (1, 8), (1, 19))] == [0, 1]


def test_a_decorator_belongs_to_its_function(tmp_path: Path) -> None:
    keys(tmp_path, MODULE)
    assert enclosing_scope(tmp_path / "app/jobs.py", 2) == "Jobs.run"


def test_a_file_that_does_not_parse_has_only_its_lines(tmp_path: Path) -> None:
    assert keys(tmp_path, "def broken(:\n    x\n", (1, 12)) == [Key("demo", "SES301", "app/jobs.py", "", "def broken(:")]


def test_the_line_is_found_whatever_the_line_endings(tmp_path: Path) -> None:
    tmp_path.joinpath("mixed.py").write_bytes(b"\xef\xbb\xbfa = 1\rb = 2\r\n\x0cc = 3\n")
    found = read_findings("demo", tmp_path, report((3, 1), path="mixed.py"))
    assert found[0].key.line == "c = 3"


def test_a_scope_is_found_in_syntax_newer_than_the_running_python(tmp_path: Path) -> None:
    text = "def run():\n    try:\n        db = Session()\n    except KeyError, ValueError:\n        pass\n"
    assert keys(tmp_path, text, (3, 14))[0].scope == "run"
