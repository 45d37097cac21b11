"""The cache changes how long a run takes, and nothing else, whatever happens to its folder."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from caches import CODE, database_of, doctor, opened, place_for, project_in, run, store_for
from click.testing import CliRunner

import sessionlint
from sessionlint.cli import sessionlint as command
from sessionlint.extract.module import extract
from sessionlint.model import codec
from sessionlint.model.source import Source
from sessionlint.run.cache import cache_database
from sessionlint.run.cache.store import Look, Store, encoded
from sessionlint.run.unchanged import _finder_of_beginnings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return project_in(tmp_path / "project")


def test_a_warm_run_prints_what_a_cold_one_printed(project: Path) -> None:
    without = run(project, "--no-cache")
    assert not place_for(project).folder.exists()
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
heavy = ["libcst", "asyncio", "importlib.metadata", "sessionlint.link.project", "sessionlint.rules.registry"]
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("[]\n")


def test_what_a_run_came_to_is_known_until_something_changes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an unchanged project is known: its findings are taken from the store, here from a doctored one."""
    (project / "other.py").write_text("import os  # noqa: SES301\n")
    before = run(project)
    doctor(project, "outcomes", "garbage", "Doctored")
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


def test_two_files_of_one_text_mean_what_they_mean_where_they_are(project: Path) -> None:
    """``from .db import Maker`` is another thing in each of two packages, also where its facts come from the store."""
    makers = {
        "a": "from sqlalchemy.orm import sessionmaker as maker",
        "b": "from sqlalchemy.ext.asyncio import async_sessionmaker as maker",
    }
    for package, line in makers.items():
        (project / package).mkdir()
        (project / package / "__init__.py").write_text("")
        (project / package / "db.py").write_text(f"{line}\n\nMaker = maker()\n")
        (project / package / "use.py").write_text("from .db import Maker\n\n\nasync def f():\n    await Maker().execute(1)\n")
    run(project)
    (project / "changed.py").write_text("from sqlalchemy.orm import Session\n")
    warm, without = run(project, "--select", "ALL"), run(project, "--select", "ALL", "--no-cache")
    assert warm.stdout == without.stdout
    assert "SES605" in warm.stdout


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
    doctor(project, "outcomes", "garbage", "Doctored")
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


OBJECTS = {
    "models.py": """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Shop(Base):
    __tablename__ = "shops"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship()


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
""",
    "crud.py": """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from models import Shop

SessionLocal = sessionmaker(create_engine("sqlite://", pool_pre_ping=True), expire_on_commit=False)


def get_shop(key):
    with SessionLocal() as db:
        return db.get(Shop, key)
""",
    "report.py": """\
from crud import get_shop


def report(key):
    shop = get_shop(key)
    return shop.id
""",
}


def test_a_file_that_begins_to_look_at_what_an_object_cannot_load_is_no_bystander(project: Path) -> None:
    for name, text in OBJECTS.items():
        (project / name).write_text(text)
    assert "SES703" not in run(project).stdout
    (project / "report.py").write_text(OBJECTS["report.py"].replace("shop.id", "shop.items"))
    assert "SES703" in run(project).stdout


def test_what_git_ignores_is_remembered_and_asked_again(project: Path) -> None:
    found = run(project).stdout
    (project / ".gitignore").write_text("# nothing of ours\n*.log\n")
    assert run(project).stdout == found
    doctor(project, "ignored", '"other.py":0', '"other.py":2')
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
    with opened(database_of(project)) as database:
        assert database.execute("SELECT count(*) FROM outcomes").fetchone() == (20,)


def test_a_changed_file_is_looked_at_again(project: Path) -> None:
    before = run(project)
    (project / "app.py").write_text(f"# a line more\n{CODE}")
    assert run(project).stdout == before.stdout.replace(":4:", ":5:").replace(":8:", ":9:") != before.stdout


def test_the_folder_says_what_it_is(project: Path) -> None:
    run(project)
    base = place_for(project).base
    assert (base / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (base / ".gitignore").read_text().endswith("*\n")


def test_clean_removes_the_cache_of_a_project_and_only_that(project: Path, tmp_path: Path) -> None:
    other = project_in(tmp_path / "other")
    run(project)
    run(other)
    folder = place_for(project).folder
    (folder / "mine.txt").write_text("")
    assert CliRunner().invoke(command, ["clean", str(project)]).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    (folder / "mine.txt").unlink()
    assert CliRunner().invoke(command, ["clean", str(project)]).stderr == f"removed {folder}\n"
    assert not folder.exists()
    assert CliRunner().invoke(command, ["clean", str(project)]).stderr == f"no cache in {folder}\n"
    assert database_of(other).exists()


def test_clean_all_removes_all_that_is_ours(project: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    for each in (project, project_in(tmp_path / "other")):
        run(each, "--cache-dir", str(base))
    (base / "mine.txt").write_text("")
    arguments = ["clean", str(project), "--all", "--cache-dir", str(base)]
    assert CliRunner().invoke(command, arguments).stderr == f"removed {base}\n"
    assert [path.name for path in base.iterdir()] == ["mine.txt"]
    assert CliRunner().invoke(command, arguments).stderr == f"no cache in {base}\n"


def test_clean_removes_what_earlier_versions_left_in_the_project(project: Path) -> None:
    run(project)
    base, former = place_for(project).base, project / ".sessionlint_cache"
    former.mkdir()
    (former / "facts-c27d4742a05e81e8647d8295.sqlite").write_bytes(b"")
    (former / ".gitignore").write_bytes(b"*\n")
    (former / "inner.py").write_text(CODE)
    assert "inner" not in run(project, "--no-cache").stdout
    (former / "inner.py").unlink()
    CliRunner().invoke(command, ["clean", str(project)])
    assert former.exists()  # without its tag it may be anybody's
    (former / "CACHEDIR.TAG").write_bytes((base / "CACHEDIR.TAG").read_bytes())
    assert f"removed {former}," in CliRunner().invoke(command, ["clean", str(project)]).stderr
    assert not former.exists()


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
    with opened(file) as database:
        for table in cache_database.TABLES:
            database.execute(f"CREATE TABLE {table} (key TEXT)")


def with_strange_rows(file: Path) -> None:
    with opened(file) as database:
        for table, columns in cache_database.TABLES.items():
            text = columns[-3].split()[0]
            database.execute(f"UPDATE {table} SET {text} = ?", ["[" * 100_000])


def with_rows_of_other_types(file: Path) -> None:
    with opened(file) as database:
        database.execute("UPDATE facts SET facts = 5, seal = 7")
        database.execute("UPDATE looks SET telling = 'x', outline = NULL")
        database.execute("UPDATE outcomes SET seal = NULL, day = 'tomorrow'")
        database.execute("UPDATE footings SET footing = x'00', day = NULL")


def with_seals_exchanged(file: Path) -> None:
    with opened(file) as database:
        database.execute("UPDATE looks SET seal = (SELECT seal FROM outcomes)")
        database.execute("UPDATE outcomes SET seal = (SELECT seal FROM footings)")


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
        with_rows_of_other_types,
        with_seals_exchanged,
        replaced_by_a_folder,
    ],
)
def test_a_damaged_cache_costs_time_and_at_most_one_line(project: Path, damage: Callable[[Path], None]) -> None:
    expected = run(project)
    damage(database_of(project))
    for _ in range(2):
        result = run(project)
        assert result.stdout == expected.stdout
        assert len(result.stderr.splitlines()) <= (damage is replaced_by_a_folder)


@pytest.mark.parametrize("damage", [damaged_header, with_other_tables])
def test_a_damaged_cache_is_replaced_and_told_on_demand(project: Path, damage: Callable[[Path], None]) -> None:
    run(project)
    damage(database_of(project))
    told = "warning: cache: damaged, and made anew\n"
    assert told in CliRunner().invoke(command, ["check", "-v", str(project), "--project-root", str(project)]).stderr
    assert told not in CliRunner().invoke(command, ["check", "-v", str(project), "--project-root", str(project)]).stderr
    doctor(project, "outcomes", "garbage", "Doctored")
    assert "Doctored" in run(project).stdout


def test_rows_that_do_not_verify_are_told_on_demand(project: Path) -> None:
    run(project)
    with_strange_rows(database_of(project))
    shown = CliRunner().invoke(command, ["check", "-v", str(project), "--project-root", str(project)])
    assert "did not verify and were not used" in shown.stderr
    assert run(project, "-v").stderr == ""


def test_a_folder_that_cannot_be_written_is_said_once(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "c"))

    monkeypatch.setattr(Path, "mkdir", refused)
    result = run(project, "--cache-dir", str(tmp_path / "c"))
    assert result.stderr == f"warning: the cache is not used: {tmp_path / 'c'}: Permission denied\n"


def test_a_full_disk_is_said_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(sqlite3.Connection):
        def executemany(self, *_: object) -> sqlite3.Cursor:
            raise sqlite3.OperationalError("database or disk is full")

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **options: connect(*given, **options, factory=Full))
    assert run(project).stderr == "warning: the cache is not used: database or disk is full\n"


def test_a_cache_that_another_run_has_locked_is_left_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(project)
    monkeypatch.setattr(cache_database, "_PATIENCE", 0.0)
    other = sqlite3.connect(database_of(project), isolation_level=None)
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
    with opened(database_of(project)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM facts").fetchone() == (1,)


def test_a_run_that_was_killed_while_it_wrote_leaves_a_cache_that_works(project: Path) -> None:
    expected = run(project)
    (project / "app.py").write_text(CODE + "\n")
    code = f"""
import os, sqlite3
from pathlib import Path
from sessionlint.run.cache.cache_place import place_of
from sessionlint.run.cache.fingerprint import fingerprint
from sessionlint.run.cache.store import Store
store = Store(place_of(Path({str(project)!r}), None, None), fingerprint(), print, print)
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


def test_facts_are_those_of_the_code_that_extracts_and_outcomes_those_of_all_code(tmp_path: Path) -> None:
    package = shutil.copytree(Path(sessionlint.__file__).parent, tmp_path / "sessionlint", ignore=shutil.ignore_patterns("*.pyc"))
    before = _fingerprints(tmp_path)
    _append_a_line(package / "rules" / "registry.py")
    other_rules = _fingerprints(tmp_path)
    assert other_rules[0] == before[0] and other_rules[1] != before[1]
    _append_a_line(package / "extract" / "module.py")
    assert _fingerprints(tmp_path)[0] != before[0]


def _fingerprints(folder: Path) -> list[str]:
    code = "from sessionlint.run.cache.fingerprint import *; print(fingerprint(), code_fingerprint())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()


def _append_a_line(path: Path) -> None:
    path.write_text(path.read_text("utf-8") + "# another\n", "utf-8")


def test_rows_that_nobody_uses_go_with_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, text = place_for(tmp_path / "project"), encoded(extract(Source("a.py", CODE)))

    def on_day(day: int) -> Store:
        monkeypatch.setattr("time.time", lambda: day * 24 * 60 * 60)
        return store_for(place)

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
    place = place_for(tmp_path / "project")
    kept = store_for(place)
    kept.keep_look(b"key", look)
    kept.close()
    again = store_for(place)
    found = again.looks([b"key", b"another"])
    again.close()
    assert [(key, found[key].telling, codec.dump(found[key].outline)) for key in found] == [
        (b"key", False, codec.dump(look.outline))
    ]


def test_a_text_is_told_by_the_beginnings_of_its_words() -> None:
    has_asked = _finder_of_beginnings(["engine", "get_db"])
    assert [has_asked(text) for text in ("db.engine", "x = engines", "get_db()", "an_engine", "get_d", "")] == [
        *(True, True, True),
        *(False, False, False),
    ]
    assert not _finder_of_beginnings([])("engine")
