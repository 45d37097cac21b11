"""The cache changes how long a run takes, and nothing else, whatever happens to its folder."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint as command
from sessionlint.extract.module import extract
from sessionlint.model import codec
from sessionlint.model.source import Source
from sessionlint.run import cache_folder, store
from sessionlint.run.fingerprint import fingerprint
from sessionlint.run.store import Look, Store, encoded

CODE = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def work():
    db = SessionLocal()
    return db.get(object, 1)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(CODE)
    (folder / "other.py").write_text("import os\n")
    return folder


def run(project: Path, *options: str) -> Result:
    arguments = ["check", str(project), "--project-root", str(project), "--output-format", "concise", "-q", *options]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1, result.output
    return result


def cache_of(project: Path) -> Path:
    return cache_folder.store_path(project / cache_folder.NAME, fingerprint())


def test_a_warm_run_prints_what_a_cold_one_printed(project: Path) -> None:
    without = run(project, "--no-cache")
    assert not (project / cache_folder.NAME).exists()
    cold, warm = run(project), run(project)
    assert without.stdout == cold.stdout == warm.stdout != ""
    assert without.stderr == cold.stderr == warm.stderr


def test_a_warm_run_imports_neither_parser_nor_other_heavy_libraries(project: Path) -> None:
    (project / ".gitignore").write_text("*.log\nbuild/\n!keep.py\n")
    run(project)
    code = f"""
import sys
from sessionlint.cli import sessionlint
try:
    sessionlint.main(["check", {str(project)!r}, "--project-root", {str(project)!r}])
except SystemExit as end:
    assert end.code == 1, end.code
heavy = ["libcst", "pathspec", "asyncio", "importlib.metadata", "sessionlint.link.project", "sessionlint.rules.registry"]
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("[]\n")


def test_what_a_run_came_to_is_known_until_something_changes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an unchanged project is known: its findings are taken from the store, here from a doctored one."""
    (project / "other.py").write_text("import os  # noqa: SES301\n")
    before = run(project)
    with sqlite3.connect(cache_of(project)) as database:
        database.execute("UPDATE outcomes SET outcome = replace(outcome, 'SessionLocal', 'Doctored')")
    database.close()
    assert "Doctored" in run(project).stdout
    assert run(project, "--select", "ALL").stdout.count("Doctored") == 0
    (project / "new.py").write_text("")
    assert run(project).stdout == before.stdout
    (project / "new.py").unlink()
    assert "Doctored" in run(project).stdout
    assert run(project, "--no-cache").stdout == before.stdout

    class Tomorrow(date):
        @classmethod
        def today(cls) -> "Tomorrow":
            return cls(2999, 1, 1)

    monkeypatch.setattr("sessionlint.run.unchanged.date", Tomorrow)
    assert run(project).stdout == before.stdout


OTHER = """\
import os


def other():
    return os.sep
"""


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (OTHER.replace("os.sep", "os.linesep"), True),
        (OTHER + "# another line\n", True),
        (OTHER.replace("import os", "import os, sys"), False),
        ("\n" + OTHER, False),  # imports are places of findings
        (OTHER + "from sqlalchemy.orm import Session\n", False),
        (OTHER + "# SessionLocal\n", False),  # a name that files are searched for
        (OTHER + "x = 1  # noqa: SES301\n", False),
        (OTHER + "x = '\\udc80'\n", True),
    ],
)
def test_a_change_that_says_nothing_of_sessions_changes_nothing(project: Path, changed: str, same: bool) -> None:
    """A doctored outcome shows whether the earlier one was taken."""
    (project / "other.py").write_text(OTHER)
    before = run(project)
    with sqlite3.connect(cache_of(project)) as database:
        database.execute("UPDATE outcomes SET outcome = replace(outcome, 'SessionLocal', 'Doctored')")
    database.close()
    (project / "other.py").write_text(changed)
    for _ in range(2):
        assert ("Doctored" in run(project).stdout) == same
    (project / "more.py").write_text(OTHER)
    assert "Doctored" not in run(project).stdout
    (project / "more.py").unlink()
    (project / "other.py").write_text(OTHER)
    (project / "app.py").write_text(CODE + "# another line\n")
    assert run(project).stdout == before.stdout


def test_a_file_that_uses_what_a_fix_would_remove_is_no_bystander(project: Path) -> None:
    """Whether the URL beside the engine is needed elsewhere decides what the fix of SES101 looks like."""
    (project / "app.py").write_text(
        "import os\n\nfrom sqlalchemy import create_engine\n\nURL = os.environ.get('URL')\nengine = create_engine(URL)\n"
    )
    (project / "other.py").write_text(OTHER + "# app.URL\n")
    run(project, "--select", "SES101")
    (project / "other.py").write_text(OTHER)
    changed = run(project, "--select", "SES101", "--output-format", "json")
    assert changed.stdout == run(project, "--select", "SES101", "--output-format", "json", "--no-cache").stdout


def test_what_git_ignores_is_remembered_and_asked_again(project: Path) -> None:
    found = run(project).stdout
    (project / ".gitignore").write_text("# nothing of ours\n*.log\n")
    assert run(project).stdout == found
    with sqlite3.connect(cache_of(project)) as database:
        database.execute("UPDATE ignored SET verdicts = replace(verdicts, '\"other.py\":0', '\"other.py\":2')")
    database.close()
    (project / "new.py").write_text(CODE)
    shown = CliRunner().invoke(command, ["check", str(project), "--project-root", str(project), "--show-files"]).stdout
    assert [Path(line).name for line in shown.splitlines()] == ["app.py", "new.py"]  # `other.py` is doctored
    (project / ".gitignore").write_text("app.py\n*.log\n")
    assert "app.py" not in run(project).stdout
    (project / ".gitignore").unlink()
    assert "app.py" in run(project).stdout


def test_few_outcomes_are_kept(project: Path) -> None:
    for number in range(25):
        (project / "other.py").write_text(f"# {number}\n")
        run(project)
    with sqlite3.connect(cache_of(project)) as database:
        assert database.execute("SELECT count(*) FROM outcomes").fetchone() == (20,)
    database.close()


def test_a_changed_file_is_looked_at_again(project: Path) -> None:
    before = run(project)
    (project / "app.py").write_text(f"# a line more\n{CODE}")
    assert run(project).stdout == before.stdout.replace(":4:", ":5:").replace(":8:", ":9:") != before.stdout


def test_the_folder_says_what_it_is(project: Path) -> None:
    run(project)
    folder = project / cache_folder.NAME
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (folder / ".gitignore").read_text().endswith("*\n")


def test_clean_removes_the_cache_and_only_that(project: Path) -> None:
    run(project)
    folder = project / cache_folder.NAME
    (folder / "mine.txt").write_text("")
    assert CliRunner().invoke(command, ["clean", str(project)]).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert "no cache" in CliRunner().invoke(command, ["clean", str(project)]).stderr


def test_the_cache_lies_where_the_settings_say(project: Path, tmp_path: Path) -> None:
    run(project, "--cache-dir", str(tmp_path / "elsewhere"))
    assert cache_folder.is_ours(tmp_path / "elsewhere")
    (project / "sessionlint.toml").write_text('cache-dir = "below/here"\n')
    run(project)
    assert cache_folder.is_ours(project / "below" / "here")
    assert not (project / cache_folder.NAME).exists()
    assert CliRunner().invoke(command, ["clean", str(project)]).exit_code == 0
    assert not (project / "below" / "here").exists()


def damaged_header(file: Path) -> None:
    file.write_bytes(b"SQLite format 4\0" + file.read_bytes()[16:])


def damaged_pages(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:100] + b"\xff" * (len(data) - 100))


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-4096])


def with_other_tables(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE facts (key TEXT)")
        database.execute("CREATE TABLE looks (key TEXT)")
        database.execute("CREATE TABLE outcomes (key TEXT)")
        database.execute("CREATE TABLE footings (key TEXT)")
        database.execute("CREATE TABLE ignored (key TEXT)")
    database.close()


def with_strange_rows(file: Path) -> None:
    with sqlite3.connect(file) as database:
        for table, column in {
            "facts": "facts",
            "looks": "outline",
            "outcomes": "outcome",
            "footings": "footing",
            "ignored": "verdicts",
        }.items():
            database.execute(f"UPDATE {table} SET {column} = ?", ["[" * 100_000])
    database.close()


def with_rows_of_another_make(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE facts SET facts = '[[0, 1, 2, \"x\"]]'")
        database.execute("UPDATE looks SET outline = x'00'")
        database.execute("UPDATE outcomes SET outcome = '[[], []]'")
        database.execute('UPDATE ignored SET verdicts = \'{"app.py": [1], "other.py": 7}\'')
        database.execute("UPDATE footings SET footing = '{\"files\": []}'")
    database.close()


def replaced_by_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        damaged_header,
        damaged_pages,
        emptied,
        cut_short,
        with_other_tables,
        with_strange_rows,
        with_rows_of_another_make,
        replaced_by_a_folder,
    ],
)
def test_a_damaged_cache_costs_time_and_at_most_one_line(project: Path, damage: Callable[[Path], None]) -> None:
    expected = run(project)
    damage(cache_of(project))
    for _ in range(2):
        result = run(project)
        assert result.stdout == expected.stdout
        assert len(result.stderr.splitlines()) <= 1
        assert "bug" not in result.stderr


def test_a_damaged_cache_is_replaced(project: Path) -> None:
    run(project)
    damaged_header(cache_of(project))
    assert "was damaged and has been removed" in run(project).stderr
    assert run(project).stderr == ""
    assert cache_of(project).read_bytes().startswith(b"SQLite format 3\0")


def test_a_folder_that_cannot_be_written_is_said_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    result = run(project)
    assert result.stderr == f"warning: the cache is not used: {project / cache_folder.NAME}: Permission denied\n"


def test_a_full_disk_is_said_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(sqlite3.Connection):
        def executemany(self, *_: object) -> sqlite3.Cursor:
            raise sqlite3.OperationalError("database or disk is full")

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **options: connect(*given, **options, factory=Full))
    assert run(project).stderr == "warning: the cache is not used: database or disk is full\n"


def test_nothing_is_written_into_a_folder_of_somebody_else(project: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "precious"
    foreign.mkdir()
    (foreign / "id").write_text("secret")
    assert "holds other files" in run(project, "--cache-dir", str(foreign)).stderr
    (project / cache_folder.NAME).symlink_to(foreign, target_is_directory=True)
    assert "is a symlink" in run(project).stderr
    assert [path.name for path in foreign.iterdir()] == ["id"]
    assert not cache_folder.remove(foreign)


def test_a_cache_that_another_run_has_locked_is_left_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(project)
    monkeypatch.setattr(store, "_PATIENCE", 0.0)
    other = sqlite3.connect(cache_of(project), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    result = run(project)
    other.rollback()
    other.close()
    assert (result.stdout, result.stderr) == (expected.stdout, "")


def test_many_runs_at_once_agree_and_leave_a_whole_cache(project: Path) -> None:
    arguments = ["check", str(project), "--project-root", str(project), "--output-format", "concise", "-q"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "sessionlint", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        for _ in range(4)
    ]
    said = {process.communicate() for process in running}
    assert len(said) == 1
    assert {process.returncode for process in running} == {1}
    with sqlite3.connect(cache_of(project)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM facts").fetchone() == (1,)
    database.close()


def test_a_run_that_was_killed_while_it_wrote_leaves_a_cache_that_works(project: Path) -> None:
    expected = run(project)
    (project / "app.py").write_text(CODE + "\n")
    code = f"""
import os, sqlite3
from sessionlint.run.store import Store
from pathlib import Path
store = Store(Path({str(cache_of(project))!r}), print)
store.keep_facts(b"key", "[]")
rows = store._pending["facts"]
class Deadly(dict):
    def values(self):
        yield from super().values()
        os._exit(9)
store._pending["facts"] = Deadly(rows)
store.close()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 9
    result = run(project)
    assert (result.stdout, result.stderr) == (expected.stdout, "")


def test_rows_that_nobody_uses_go_with_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, text = tmp_path / "cache" / "facts-x.sqlite", encoded(extract(Source("a.py", CODE)))

    def on_day(day: int) -> Store:
        monkeypatch.setattr("time.time", lambda: day * 24 * 60 * 60)
        return Store(file, pytest.fail)

    first = on_day(100)
    for key in (b"used", b"unused"):
        first.keep_facts(key, text)
    first.close()
    for day in (120, 140):
        later = on_day(day)
        assert codec.dump(later.facts([b"used"])[b"used"]) == codec.dump(extract(Source("a.py", CODE)))
        later.close()
    last = on_day(141)
    assert set(last.facts([b"used", b"unused"])) == {b"used"}
    last.close()


def test_looks_survive_the_store(tmp_path: Path) -> None:
    look = Look(False, extract(Source("", "import os\n")))
    file = tmp_path / "cache" / "facts-x.sqlite"
    kept = Store(file, pytest.fail)
    kept.keep_look(b"key", look)
    kept.close()
    again = Store(file, pytest.fail)
    found = again.looks([b"key", b"another"])
    again.close()
    assert [(key, found[key].telling, codec.dump(found[key].outline)) for key in found] == [
        (b"key", False, codec.dump(look.outline))
    ]
