"""What a checkout brings is never taken for our cache, and a cache that is not what we wrote is not believed."""

import os
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from caches import CODE, database_in, database_of, opened, place_for, project_in, run
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint as command
from sessionlint.run.cache import cache_database, cache_folder, cache_key
from sessionlint.run.cache.cache_place import Place, place_of
from sessionlint.run.files import own_files

TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by sessionlint.
# For information about cache directory tags, see https://bford.info/cachedir/
"""
OLD_STORE = "facts-c27d4742a05e81e8647d8295.sqlite"
posix = pytest.mark.skipif(os.name == "nt", reason="links and modes of POSIX")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose user has a cache folder, and has said nothing about it."""
    monkeypatch.delenv("SESSIONLINT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setattr("sessionlint.run.cache.cache_place.user_folder", lambda: tmp_path / "user" / "sessionlint")
    return project_in(tmp_path / "project")


def inner_place(project: Path, folder: str) -> Place:
    place = place_of(project, None, folder)
    assert place is not None
    return place


def check(project: Path, *options: str) -> Result:
    return CliRunner().invoke(command, ["check", str(project), "--project-root", str(project), *options])


def hot_journal(database: Path, victim: Path) -> bytes:
    """A rollback journal of SQLite that is to be played back, and names ``victim`` as the one to delete afterwards."""
    magic, page, name = bytes.fromhex("d9d505f920a163d7"), 4096, os.fsencode(victim)
    pages = database.stat().st_size // page
    header = (magic + struct.pack(">IIIII", 0, 0x1234, pages, 512, page)).ljust(512, b"\0")
    return header + struct.pack(">I", 0x40000000 // page + 1) + name + struct.pack(">II", len(name), sum(name)) + magic


def forge(folder: Path, name: str, victim: Path) -> None:
    """Make ``folder`` look like a cache with a journal that deletes ``victim``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "CACHEDIR.TAG").write_text(TAG)
    with opened(folder / name) as database:
        database.execute(cache_database._CREATING["looks"])
    (folder / f"{name}-journal").write_bytes(hot_journal(folder / name, victim))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_forged_journal_does_delete_what_it_names(tmp_path: Path) -> None:
    """Or the tests below would show nothing."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    forge(tmp_path / "cache", OLD_STORE, victim)
    with opened(tmp_path / "cache" / OLD_STORE) as database:
        database.execute("SELECT * FROM sqlite_master").fetchall()
    assert not victim.exists()


# --- a cache that comes with the checkout -----------------------------------------------------------------------------


def forged_journal(project: Path, folder: Path, victim: Path) -> None:
    forge(folder, OLD_STORE, victim)
    inner = inner_place(project, folder.name).folder
    forge(inner, OLD_STORE, victim)


def linked_ignore_file(_: Path, folder: Path, victim: Path) -> None:
    folder.mkdir()
    (folder / ".gitignore").symlink_to(victim)


def linked_tag_and_key(_: Path, folder: Path, victim: Path) -> None:
    folder.mkdir()
    for name in ("CACHEDIR.TAG", "key"):
        (folder / name).symlink_to(victim)


def linked_store(_: Path, folder: Path, victim: Path) -> None:
    folder.mkdir()
    (folder / "CACHEDIR.TAG").write_text(TAG)
    (folder / OLD_STORE).symlink_to(victim)


def linked_folder(_: Path, folder: Path, victim: Path) -> None:
    folder.symlink_to(victim.parent, target_is_directory=True)


def linked_folder_of_the_project(project: Path, folder: Path, victim: Path) -> None:
    folder.mkdir()
    (folder / "CACHEDIR.TAG").write_text(TAG)
    inner_place(project, folder.name).folder.symlink_to(victim.parent, target_is_directory=True)


def key_of_its_own(project: Path, folder: Path, victim: Path) -> None:
    """All that a checkout can bring: a whole cache of somebody else, with the key that its rows were sealed with."""
    assert victim.exists()
    run(project, "--cache-dir", str(project.parent / "theirs"))
    shutil.move(project.parent / "theirs", folder)


@posix
@pytest.mark.parametrize("configured", [False, True])
@pytest.mark.parametrize(
    "bring",
    [
        forged_journal,
        linked_ignore_file,
        linked_tag_and_key,
        linked_store,
        linked_folder,
        linked_folder_of_the_project,
        key_of_its_own,
    ],
)
def test_what_a_checkout_brings_is_not_our_cache(
    project: Path, tmp_path: Path, bring: Callable[[Path, Path, Path], None], configured: bool
) -> None:
    expected = run(project, "--no-cache").stdout
    victim = tmp_path / "outside" / "victim"
    victim.parent.mkdir()
    victim.write_text("precious\n")
    bring(project, project / ".sessionlint_cache", victim)
    if configured:
        (project / "sessionlint.toml").write_text('cache-dir = ".sessionlint_cache"\n')
    before = snapshot(project)
    for _ in range(2):
        assert run(project).stdout == expected
        assert snapshot(victim.parent) == {"victim": b"precious\n"}
    if not configured:
        assert snapshot(project) == before
    CliRunner().invoke(command, ["clean", str(project)])
    assert snapshot(victim.parent) == {"victim": b"precious\n"}


@posix
@needs_git
@pytest.mark.parametrize("configured", [False, True])
def test_a_clone_can_neither_delete_nor_overwrite(project: Path, tmp_path: Path, configured: bool) -> None:
    """A forged journal, links in place of the cache and of its ignore file, and one under the name of a fix's own file."""
    victims = [tmp_path / name for name in ("deleted", "ignored", "database", "executed", "fixed.py")]
    for victim in victims:
        victim.write_text(CODE)
    forge(project / ".sessionlint_cache", OLD_STORE, victims[0])
    (project / "linked").mkdir()
    (project / "linked" / ".gitignore").symlink_to(victims[1])
    (project / "linked" / "CACHEDIR.TAG").write_text(TAG)
    (project / "linked" / OLD_STORE).symlink_to(victims[2])
    (project / ".sessionlint-fix.json.tmp").symlink_to(victims[3])
    (project / "away.py").symlink_to(victims[4])
    (project / "sessionlint.toml").write_text('cache-dir = ".sessionlint_cache"\n' if configured else "")
    clone = cloned(project, tmp_path / "clone")
    assert (clone / ".sessionlint_cache" / f"{OLD_STORE}-journal").exists()
    assert (clone / "linked" / OLD_STORE).is_symlink()
    for options in ((), ("--config", 'cache-dir = "linked"')):
        assert run(clone, *options).stdout
        assert check(clone, "--fix", "--unsafe-fixes", *options).exit_code == 2
    assert "() as db:" in (clone / "app.py").read_text()
    assert [victim.read_text() for victim in victims] == [CODE] * len(victims)


def cloned(project: Path, clone: Path) -> Path:
    git = ["git", "-c", "user.email=a@example.org", "-c", "user.name=a", "-c", "init.defaultBranch=main"]
    for arguments in (["init", "-q"], ["add", "-f", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *arguments], cwd=project, check=True)
    subprocess.run([*git, "clone", "-q", str(project), str(clone)], check=True)
    return clone


@posix
def test_a_tag_that_never_ends_is_not_read(project: Path) -> None:
    folder = project / "cache"
    folder.mkdir()
    (folder / "CACHEDIR.TAG").symlink_to("/dev/zero")
    assert "holds other files" in run(project, "--config", 'cache-dir = "cache"').stderr
    (folder / "CACHEDIR.TAG").unlink()
    os.mkfifo(folder / "CACHEDIR.TAG")
    assert "holds other files" in run(project, "--config", 'cache-dir = "cache"').stderr
    assert own_files.read(folder / "CACHEDIR.TAG", 100) is None


@posix
def test_a_cache_in_the_project_does_not_lie_behind_a_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (project / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "alias").symlink_to(project, target_is_directory=True)
    said = f"warning: the cache is not used: {project / 'link' / 'cache'} lies behind a symlink\n"
    assert run(project, "--config", 'cache-dir = "link/cache"').stderr == said
    assert run(project, "--cache-dir", str(project / "link" / "cache")).stderr == said
    assert run(project, "--cache-dir", str(tmp_path / "alias" / "link" / "cache")).stderr == said
    for options in (("--all",), ()):
        arguments = ["clean", str(project), "--cache-dir", str(project / "link" / "cache"), *options]
        assert CliRunner().invoke(command, arguments).exit_code == 2
    assert list((tmp_path / "outside").iterdir()) == []


def test_nothing_is_written_into_a_folder_of_somebody_else(project: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "precious"
    foreign.mkdir()
    (foreign / "id").write_text("secret")
    assert "holds other files" in run(project, "--cache-dir", str(foreign)).stderr
    assert not cache_folder.remove_all(place_for(project, foreign))
    assert [path.name for path in foreign.iterdir()] == ["id"]


@posix
def test_a_folder_of_another_user_is_not_believed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(project)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert run(project).stderr == ""
    assert f"{place_for(project).base} belongs to another user" in run_verbosely(project)


def run_verbosely(project: Path) -> str:
    return check(project, "-v").stderr


# --- where a cache may lie --------------------------------------------------------------------------------------------


def test_the_cache_lies_where_the_user_says(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "sessionlint.toml").write_text('cache-dir = "below/here"\n')
    run(project)
    assert database_in(inner_place(project, "below/here").folder)
    assert not (project / "below" / "here" / "key").exists()
    assert (tmp_path / "user" / "sessionlint" / "key").exists()
    assert CliRunner().invoke(command, ["clean", str(project), "--all"]).exit_code == 0
    assert not (project / "below" / "here").exists()
    monkeypatch.setenv("SESSIONLINT_CACHE_DIR", str(tmp_path / "variable"))
    run(project)
    assert database_in(place_for(project).folder).is_relative_to(tmp_path / "variable")
    run(project, "--cache-dir", str(tmp_path / "option"))
    assert database_in(place_for(project, tmp_path / "option").folder).is_relative_to(tmp_path / "option")
    assert (tmp_path / "option" / "key").exists()
    assert not (project / "below" / "here").exists()


def test_a_cache_that_was_kept_elsewhere_in_the_meantime_is_warm(project: Path, tmp_path: Path) -> None:
    """As a CI does with a folder from run to run, on another machine each time."""
    run(project, "--cache-dir", str(tmp_path / "ci"))
    shutil.copytree(tmp_path / "ci", tmp_path / "kept")
    shutil.rmtree(tmp_path / "ci")
    shutil.rmtree(tmp_path / "user", ignore_errors=True)
    shutil.copytree(tmp_path / "kept", tmp_path / "ci")
    before = snapshot(tmp_path / "ci")
    run(project, "--cache-dir", str(tmp_path / "ci"))
    assert snapshot(tmp_path / "ci") == before


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("../escaped/x/y", "expected a folder inside the project"),
        ("a/../../b", "expected a folder inside the project"),
        ("/tmp/escaped", "expected a folder inside the project"),
        ("", "expected a folder inside the project"),
        (".", "expected a folder inside the project"),
        (".git/hooks", "expected a folder outside of .git"),
        ("vendored/.GIT/x", "expected a folder outside of .git"),
        ("a\\u0000b", "a name that no folder can have"),
        ("a" * 5000, "a name that no folder can have"),
        ("a/" * 5000, "a name that no folder can have"),
    ],
)
def test_a_configuration_cannot_lead_out_of_the_project(project: Path, tmp_path: Path, folder: str, told: str) -> None:
    (project / ".git" / "hooks").mkdir(parents=True)
    (project / "sessionlint.toml").write_text(f'cache-dir = "{folder}"\n')
    before = snapshot(tmp_path)
    result = check(project)
    assert result.exit_code == 2
    assert "sessionlint.toml:1: cache-dir: expected" in result.stderr
    assert told in result.stderr
    assert len(result.stderr) < 300
    assert snapshot(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows says it otherwise")
def test_a_name_that_the_system_refuses_is_told(project: Path, tmp_path: Path) -> None:
    assert "File name too long" in run(project, "--cache-dir", str(tmp_path / ("é" * 250))).stderr


def test_without_a_folder_of_the_user_there_is_no_cache(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionlint.run.cache.cache_place.user_folder", lambda: None)
    assert run(project).stderr == ""
    assert "warning: no cache: this user has no folder for it\n" in run_verbosely(project)
    (project / "sessionlint.toml").write_text('cache-dir = "here"\n')
    assert "here lies in the project, and so would the key" in run(project).stderr
    assert not (project / "here").exists()


@posix
def test_a_folder_of_the_user_that_cannot_be_made_is_told_on_demand(project: Path, tmp_path: Path) -> None:
    (tmp_path / "user").write_text("no folder")
    assert run(project).stderr == ""
    assert "the cache is not used" in run_verbosely(project)


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "{}/x"}, "{}/x/sessionlint"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "{}/home/.cache/sessionlint"),
        ("darwin", {"XDG_CACHE_HOME": "{}/x"}, "{}/home/Library/Caches/sessionlint"),
        ("win32", {"LOCALAPPDATA": "{}/local"}, "{}/local/sessionlint"),
        ("win32", {}, "{}/home/AppData/Local/sessionlint"),
        ("linux", {"HOME": "nowhere"}, None),
    ],
)
def test_each_platform_has_a_folder_for_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], folder: str | None
) -> None:
    from sessionlint.run.cache.cache_place import user_folder

    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    for name, value in variables.items():
        monkeypatch.setenv("USERPROFILE" if name == "HOME" and os.name == "nt" else name, value.format(tmp_path))
    assert user_folder(platform) == (None if folder is None else Path(folder.format(tmp_path)))


# --- a cache that is not what we wrote --------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_a_journal_beside_our_own_store_is_never_played_back(project: Path, tmp_path: Path, ending: str) -> None:
    expected = run(project).stdout
    store, victim = database_of(project), tmp_path / "victim"
    victim.write_text("precious\n")
    Path(f"{store}{ending}").write_bytes(hot_journal(store, victim))
    assert run(project).stdout == expected
    assert victim.exists()
    assert not os.path.lexists(f"{store}{ending}")
    Path(f"{store}{ending}").symlink_to(victim)
    assert run(project).stdout == expected
    assert victim.read_text() == "precious\n"


@posix
def test_a_link_in_place_of_our_own_store_goes(project: Path, tmp_path: Path) -> None:
    expected = run(project).stdout
    store, other = database_of(project), tmp_path / "other.db"
    with opened(other) as database:
        database.execute("CREATE TABLE t (a)")
    before = other.read_bytes()
    for link in (store.symlink_to, store.hardlink_to):
        store.unlink()
        link(other)
        assert run(project).stdout == expected
        run(project)
        assert not store.is_symlink()
        assert other.read_bytes() == before


def as_endless_view(database: sqlite3.Connection) -> None:
    database.execute("DROP TABLE outcomes")
    endless = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x, x, x, x FROM r"
    database.execute(f"CREATE VIEW outcomes (key, outcome, seal, day) AS {endless}")


def with_a_trigger(database: sqlite3.Connection) -> None:
    database.execute("CREATE TRIGGER t AFTER UPDATE ON outcomes BEGIN DELETE FROM facts; END")


def with_another_index(database: sqlite3.Connection) -> None:
    database.execute("CREATE INDEX i ON facts (facts)")


def with_a_checking_table(database: sqlite3.Connection) -> None:
    database.execute("DROP TABLE facts")
    database.execute("CREATE TABLE facts (key BLOB PRIMARY KEY, facts TEXT, seal BLOB, day INTEGER CHECK (day < abs(day)))")


@pytest.mark.parametrize("forge_schema", [as_endless_view, with_a_trigger, with_another_index, with_a_checking_table])
def test_a_schema_that_we_do_not_make_does_not_run(project: Path, forge_schema: Callable[[sqlite3.Connection], None]) -> None:
    expected = run(project).stdout
    with opened(database_of(project)) as database:
        forge_schema(database)
    assert "warning: cache: damaged, and made anew\n" in run_verbosely(project)
    assert run(project).stdout == expected
    with opened(database_of(project)) as database:
        assert cache_database.has_tables(as_bytes(database))


def as_bytes(database: sqlite3.Connection) -> sqlite3.Connection:
    database.text_factory = bytes
    return database


def changed_cell(database: sqlite3.Connection, chance: random.Random) -> None:
    """One number in a text, one bit of a key or a seal, or one of a number."""
    cells = [(table, column.split()[0]) for table, columns in cache_database.TABLES.items() for column in columns]
    while True:
        table, column = chance.choice(cells)
        rows = database.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
        if rows and (value := changed(chance.choice(rows), chance)) is not None:
            database.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE rowid = ?", value)
            return


def changed(cell: tuple[int, object], chance: random.Random) -> tuple[object, int] | None:
    row, value = cell
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(8), row
    if isinstance(value, bytes):
        return flipped(value, chance), row
    numbers = list(re.finditer(r"\d+", str(value)))
    if not numbers:
        return None
    number = chance.choice(numbers)
    return f"{str(value)[: number.start()]}{int(number[0]) ^ 1 << chance.randrange(7)}{str(value)[number.end() :]}", row


def flipped(data: bytes, chance: random.Random) -> bytes:
    position = chance.randrange(len(data))
    return data[:position] + bytes([data[position] ^ 1 << chance.randrange(8)]) + data[position + 1 :]


@pytest.mark.thorough
@pytest.mark.parametrize("whole", [False, True])
def test_no_changed_bit_changes_what_is_found(project: Path, whole: bool) -> None:
    (project / ".gitignore").write_text("*.log\n")
    expected = run(project)
    store, chance = database_of(project), random.Random(4)
    good = store.read_bytes()
    for number in range(60):
        store.write_bytes(flipped(good, chance) if whole else good)
        if not whole:
            with opened(store) as database:
                if number % 3:  # otherwise what stands behind the outcome would not be read
                    database.execute("DELETE FROM outcomes")
                    database.execute("DELETE FROM footings")
                changed_cell(database, chance)
        for _ in range(2):
            result = run(project)
            assert (result.stdout, result.stderr) == (expected.stdout, "")


def test_a_cache_of_another_machine_is_not_believed(project: Path) -> None:
    run(project)
    place = place_for(project)
    (place.base / cache_key.NAME).write_bytes(b"x" * 32)
    expected = run(project).stdout
    assert len(list(place.folder.glob("facts-*.sqlite"))) == 2
    for damage in (b"", b"short", b"too long" * 10):
        (place.base / cache_key.NAME).write_bytes(damage)
        assert run(project).stdout == expected
        assert cache_key.known(place.base) is not None


@posix
def test_the_key_is_for_nobody_else(project: Path) -> None:
    run(project)
    base = place_for(project).base
    assert (base / cache_key.NAME).lstat().st_mode & 0o777 == 0o600
    assert base.lstat().st_mode & 0o777 == 0o700
    assert len({cache_key.made(base) for _ in range(3)}) == 1


@posix
def test_of_two_that_make_a_file_at_once_the_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"first", b"second"):
        own_files.create_whole(tmp_path / "file", data)
    assert snapshot(tmp_path) == {"file": b"first"}

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refused)
    own_files.create_whole(tmp_path / "file", b"third")  # where there are no hard links
    assert snapshot(tmp_path) == {"file": b"third"}


def test_the_projects_that_were_not_used_for_longest_go_first(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [project_in(tmp_path / f"other{number}") for number in range(3)]
    for age, other in enumerate(others, 1):
        run(other)
        os.utime(database_of(other), (1_000_000_000 - age, 1_000_000_000 - age))
    size = database_of(others[0]).stat().st_size
    monkeypatch.setattr(cache_folder, "MOST_BYTES", 2 * size)
    run(project)
    assert [place_for(each).folder.exists() for each in (project, *others)] == [True, True, False, False]
    monkeypatch.setattr(cache_folder, "MOST_BYTES", 0)
    run(others[0])  # writes nothing, so there is nothing to make room for
    assert place_for(project).folder.exists()
    (others[0] / "other.py").write_text("import sys\n")
    run(others[0])
    assert not any(place_for(each).folder.exists() for each in (project, *others))


# --- python -m --------------------------------------------------------------------------------------------------------


def test_modules_of_the_current_folder_are_not_imported(tmp_path: Path) -> None:
    """``sessionlint.py`` is not among them: that one Python itself would run in our place."""
    names = [
        "click",
        "libcst",
        "sqlite3",
        "tokenize",
        "json",
        "ast",
        "hashlib",
        "gc",
        "pathlib",
        "traceback",
        "typing",
        "inspect",
    ]
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"open('{name}.imported', 'w').close()\nraise ImportError\n")
    (tmp_path / "app.py").write_text(CODE)
    arguments = [sys.executable, "-m", "sessionlint", "check", "app.py", "--project-root", ".", "-q", "--no-cache"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert list(tmp_path.glob("*.imported")) == []
