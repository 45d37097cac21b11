"""What other systems lack or do otherwise, taken away here: findings and fixes are the same, and nothing fails.

Each is a program of its own that begins with what makes this system like the other one. The workflows run all tests on Windows
and macOS for real.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sessionlint.run.discovery.discovery import real_paths

DB = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite://")
SessionLocal = sessionmaker(bind=engine)
"""
USERS = """\
from app.db import SessionLocal


def find(key, greeting="Grüße, 世界"):
    db = SessionLocal()
    return db.get(int, key)
"""
FIXED = USERS.replace("    db = SessionLocal()\n    return", "    with SessionLocal() as db:\n        return")

LACKING = {
    "nothing": "",
    "hard links": "import os; del os.link",
    "owners of files": "import os; del os.geteuid, os.getuid, os.getegid, os.getgid, os.fchown, os.chown",
    "flags for opening": "import os; del os.O_NOFOLLOW, os.O_DIRECTORY, os.O_CLOEXEC, os.O_NONBLOCK",
    "folders held open": "import os; os.supports_dir_fd = set(); os.supports_fd = set(); os.supports_follow_symlinks = set()",
    "locks": "import sys; sys.modules['fcntl'] = None",
    "forks": "import os; del os.fork",
    "threads": "import os, threading\nos.environ.pop('CI')\n"  # somebody waits, and would be told by a thread
    "def start(thread): raise RuntimeError('no thread')\nthreading.Thread.start = start",
    "processes": "import subprocess\ndef refused(*given, **named): raise OSError(38, 'not here')\nsubprocess.Popen = refused",
    "a home": "import os, pwd\ndef nobody(number): raise KeyError(number)\npwd.getpwuid = nobody\n"
    "for name in ('HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'SESSIONLINT_CACHE_DIR'): os.environ.pop(name, None)",
    "SQLite": "import sys; sys.modules['sqlite3'] = sys.modules['_sqlite3'] = None",
    "signals": "import signal; del signal.SIGALRM, signal.SIGHUP, signal.SIGPIPE",
}
RUN = "from sessionlint.cli import main; main()"
WINDOWS_STREAMS = (
    "import sys; sys.stdout = open(1, 'w', encoding='cp1252', newline='\\r\\n', closefd=False); "
    "sys.stderr = open(2, 'w', encoding='cp1252', newline='\\r\\n', closefd=False)"
)


taken_away = pytest.mark.skipif(sys.platform == "win32", reason="Windows is as it is")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "app").mkdir(parents=True)
    for name, text in {"__init__.py": "", "db.py": DB, "users.py": USERS}.items():
        (folder / "app" / name).write_bytes(text.encode())
    (folder / "sessionlint.toml").write_bytes(b"")
    return folder


def run(project: Path, first: str, *arguments: str, options: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[bytes]":
    code = f"{first}\nimport sys; sys.argv[0] = 'sessionlint'\n{RUN}"
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONIOENCODING", "PYTHONUTF8")}
    environment["CI"] = "true"  # a busy machine would say that it is still at work
    command = [sys.executable, *options, "-c", code, *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True)


@taken_away
@pytest.mark.parametrize("lacking", LACKING)
def test_a_system_without(lacking: str, project: Path) -> None:
    first = LACKING[lacking]
    checked = [run(project, first, "check", "-j", "2", "--output-format", "json") for _ in range(2)]
    for result in checked:
        assert result.returncode == 1, result.stderr.decode()
        assert b"internal" not in result.stderr
        found = [finding["code"] for finding in json.loads(result.stdout)["findings"]]
        assert found == ["SES301"]
    fixed = run(project, first, "check", "--select", "SES301", "--fix", "--unsafe-fixes")
    assert (fixed.returncode, fixed.stdout) == (0, b""), fixed.stderr.decode()
    assert (project / "app" / "users.py").read_bytes().decode() == FIXED
    assert [path.name for path in project.rglob("*") if path.name.startswith(".sessionlint")] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--output-format", "junit"),
        ("check", "--output-format", "full"),
        ("check", "--diff", "--unsafe-fixes"),
        ("map",),
        ("map", "--output-format", "html"),
        ("patterns",),
        ("audit",),
        ("rule", "--all"),
    ],
    ids=" ".join,
)
def test_what_goes_to_a_file_is_utf_8_with_its_own_line_ends(arguments: tuple[str, ...], project: Path) -> None:
    """A page says which encoding it has, and ``git apply`` wants each byte; Windows has cp1252 and ends lines its own way."""
    (project / "app" / "users.py").write_bytes(USERS.replace("\n", "\r\n").encode())
    here, there = (run(project, first, *arguments) for first in ("", WINDOWS_STREAMS))
    assert _timeless(there.stdout) == _timeless(here.stdout)
    assert there.stderr == here.stderr
    assert there.stdout
    there.stdout.decode("utf-8")


def _timeless(report: bytes) -> bytes:
    return re.sub(rb'timestamp="[^"]+"', b"", report)


def test_junit_is_what_it_says(project: Path) -> None:
    report = run(project, WINDOWS_STREAMS, "check", "--output-format", "junit").stdout
    assert ElementTree.fromstring(report.decode("utf-8").encode("utf-8")).tag == "testsuites"


def test_an_encoding_that_somebody_chose_stays(project: Path) -> None:
    chosen = f"import os; os.environ['PYTHONIOENCODING'] = 'cp1252'; {WINDOWS_STREAMS}"
    shown = run(project, chosen, "check", "--output-format", "full").stdout
    assert "Grüße, \\u4e16\\u754c".encode("cp1252") in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--no-cache", "-j", "2", "--show-settings"),
        ("check", "--fix", "--unsafe-fixes", "-o", "report.txt"),
        ("check", "--add-suppressions=why", "--unsafe-fixes"),
        ("map", "--output-format", "html", "-o", "map.html"),
        ("patterns", "-o", "SESSIONS.md"),
        ("audit", "-o", "audit.md"),
        ("baseline", "create"),
        ("suppressions",),
        ("init", "--yes"),
        ("config", "fail-on"),
        ("rule", "--all"),
        ("clean",),
    ],
    ids=" ".join,
)
def test_no_file_is_read_or_written_in_the_encoding_of_the_system(arguments: tuple[str, ...], project: Path) -> None:
    """Python warns where that is done, if it is asked to; on Windows it would be cp1252."""
    if arguments[0] == "init":
        (project / "sessionlint.toml").unlink()
        (project / "pyproject.toml").write_bytes('# Grüße\n[project]\nname = "a"\n'.encode())
    options = ("-X", "warn_default_encoding", "-W", "error::EncodingWarning")
    result = run(project, "", *arguments, options=options)
    assert result.returncode in (0, 1), result.stderr.decode()
    assert b"EncodingWarning" not in result.stderr


def test_a_project_with_the_line_ends_of_windows_is_the_same_project(project: Path) -> None:
    """As git gives it with ``core.autocrlf``: code, configuration, ignore file, requirements, baseline and comments."""
    texts = {
        "sessionlint.toml": 'extend-ignore = [\n    "SES101",\n]\n[per-file-ignores]\n"app/scripts.py" = ["SES301"]\n',
        ".gitignore": "left_out.py\n# a comment\ngenerated/\n",
        "requirements.txt": "sqlalchemy==1.4.50 \\\n    --hash=sha256:00\nfastapi>=0.100\n",
        "app/left_out.py": USERS,
        "app/scripts.py": USERS,
        "app/hidden.py": USERS.replace("SessionLocal()\n    return", "SessionLocal()  # noqa: SES301\n    return"),
        "app/above.py": USERS.replace("    db = ", "    # sessionlint: ignore[SES301] -- why\n    db = "),
        "app/unused.py": USERS.replace("    db = SessionLocal()\n", "    db = None  # sessionlint: ignore[SES301]\n"),
    }
    for name, text in texts.items():
        (project / name).write_bytes(text.encode())
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    plain = run(project, "", "check", "--output-format", "json", "--show-suppressed").stdout
    settings = run(project, "", "check", "--show-settings").stdout
    for path in (path for path in project.rglob("*") if path.is_file() and ".git" not in path.parts):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    windows = run(project, "", "check", "--output-format", "json", "--show-suppressed").stdout
    assert windows.replace(b"\\r\\n", b"\\n") == plain
    assert run(project, "", "check", "--show-settings").stdout == settings
    assert {finding["filename"] for finding in json.loads(plain)["findings"]} == {"app/users.py", "app/unused.py"}

    assert run(project, "", "baseline", "create").returncode == 0
    baseline = project / "sessionlint-baseline.jsonl"
    baseline.write_bytes(baseline.read_bytes().replace(b"\n", b"\r\n"))
    assert run(project, "", "check").returncode == 0


def test_a_fix_keeps_the_line_ends_of_windows(project: Path) -> None:
    users = project / "app" / "users.py"
    users.write_bytes(USERS.replace("\n", "\r\n").encode())
    assert run(project, "", "check", "--select", "SES301", "--fix", "--unsafe-fixes").returncode == 0
    assert users.read_bytes() == FIXED.replace("\n", "\r\n").encode()


_DRIVES = """
import os
commonpath, relpath = os.path.commonpath, os.path.relpath
def same_drive(paths):
    common = commonpath(list(map(os.path.abspath, paths)))
    if not {"project", "other", "elsewhere"} & {*common.split("/")}:
        raise ValueError("Paths don't have the same drive")
    return common
def relative(path, start=os.curdir):
    same_drive([path, start])
    return relpath(path, start)
os.path.commonpath, os.path.relpath = same_drive, relative
"""


@taken_away
def test_paths_on_two_drives_have_no_folder_in_common(project: Path, tmp_path: Path) -> None:
    (project / "sessionlint.toml").unlink()
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.py").write_bytes(USERS.encode())
    apart = run(project, _DRIVES, "check", "app", str(other))
    assert (apart.returncode, apart.stdout) == (2, b"")
    assert apart.stderr == b"error: the paths have no folder in common; check them one by one\n"


@taken_away
def test_a_project_on_another_drive_is_named_in_full(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for arguments in (("check", "--output-format", "concise"), ("check",), ("audit",), ("map",)):
        result = run(elsewhere, _DRIVES, *arguments, str(project))
        assert result.returncode in (0, 1), result.stderr.decode()
        assert b"internal" not in result.stderr, result.stderr.decode()
        if "concise" in arguments:
            assert re.match(rb"%b.app.users\.py:5:" % re.escape(os.fsencode(project)), result.stdout.splitlines()[-1])


@taken_away
def test_an_open_file_that_cannot_be_replaced_is_left_out_and_told(project: Path) -> None:
    """Windows refuses to replace a file that somebody has open: that fix is left out, and others are made."""
    (project / "app" / "more.py").write_bytes(USERS.encode())
    refused = (
        "import os\nreplace = os.replace\n"
        "def refusing(old, new, **named):\n"
        "    if os.path.basename(new) == 'users.py': raise PermissionError(13, 'Permission denied')\n"
        "    replace(old, new, **named)\n"
        "os.replace = refusing"
    )
    result = run(project, refused, "check", "--select", "SES301", "--fix", "--unsafe-fixes")
    assert result.returncode == 2
    assert b"app/users.py" in result.stderr
    assert (project / "app" / "users.py").read_bytes() == USERS.encode()
    assert (project / "app" / "more.py").read_bytes() == FIXED.encode()
    assert [path.name for path in project.rglob("*") if path.name.startswith(".sessionlint")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="there it does not matter")
def test_where_case_does_not_matter_a_file_is_called_as_it_is_listed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS: what is asked for is there in any case, and listed in one."""
    (project / "APP").mkdir()
    (project / "APP" / "USERS.PY").write_bytes(USERS.encode())
    (project / "APP" / "users.py").write_bytes(USERS.encode())
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: [name for name in listdir(folder) if name not in ("APP", "USERS.PY")])
    given = [str(project / "APP" / "USERS.PY"), str(project / "app" / "users.py"), str(project)]
    assert real_paths(given) == [project / "app" / "users.py", project / "app" / "users.py", project]
    monkeypatch.undo()
    assert real_paths(given[:1]) == [project / "APP" / "USERS.PY"]
