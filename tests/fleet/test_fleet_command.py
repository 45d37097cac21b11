"""``sessionlint fleet`` from outside: what is kept, what is told, and that a run that is killed goes on."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fleet.trees import tree
from sessionlint.cli import sessionlint
from sessionlint.fleet import engine
from sessionlint.fleet.attempt import end_seeds
from sessionlint.fleet.history import History
from sessionlint.fleet.storage import LocalFolder, opened
from sessionlint.fleet.store import Store

Run = Callable[..., Result]


@pytest.fixture(scope="module", autouse=True)
def _seeds_stay() -> Iterator[None]:
    """To start one takes longer than what the tests here have it do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "end_seeds", lambda: None)
        yield
    end_seeds()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command of the fleet in a folder in which there are three repositories in ``src``, of which one has no Python."""
    monkeypatch.chdir(tmp_path)
    tree(Path("src/one"))
    tree(Path("src/two"), more="\n\ndef store(key):\n    SessionLocal().add(key)\n")
    Path("src/three").mkdir()

    def invoked(command: str = "", *arguments: str, stdin: str | None = None) -> Result:
        one = ["--workers", "1"] if command == "run" else []
        return CliRunner().invoke(sessionlint, ["fleet", *filter(None, [command]), *arguments, *one], input=stdin)

    return invoked


def _results(store: str) -> dict[str, bytes]:
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in Path(store, "results").rglob("*.json")}


def test_a_fleet_is_checked_and_told_of(run: Run) -> None:
    first = run("run", "src", "--store", "store")
    assert (first.exit_code, first.stdout) == (0, "")
    assert first.stderr == "3 repositories: 2 checked, 1 without Python files; 3 findings. 3 of the results are new.\n"
    kept = _results("store")
    second = run("run", "src", "--store", "store")
    assert second.stderr == "3 repositories: 2 checked, 1 without Python files; 3 findings. 0 of the results are new.\n"
    assert _results("store") == kept
    Path("src/one/use.py").write_text("")
    third = run("run", "src", "--store", "store", "--quiet")
    assert (third.exit_code, third.output) == (0, "")
    assert len(_results("store")) == len(kept) + 1
    history = History(LocalFolder(Path("store")), pytest.fail)
    assert [[each.is_new for each in history.sightings(run)] for run in history.runs()] == [
        [True, True, True],
        [False, False, False],
        [True, False, False],
    ]


def test_a_finding_keeps_its_fingerprint_while_text_around_it_moves(run: Run) -> None:
    run("run", "src", "--store", "store", "-q")
    file = Path("src/one/use.py")
    file.write_text(f"# moved\n\n{file.read_text()}")
    run("run", "src", "--store", "store", "-q")
    found = [finding for data in _results("store").values() for finding in json.loads(data)["findings"]]
    moved = [each for each in found if each["line"] == "    session = SessionLocal()"]
    assert sorted(each["location"]["row"] for each in moved) == [5, 5, 7]
    assert len({each["fingerprint"] for each in found}) == 2
    assert all(each["filename"] == "use.py" and each["line_hash"] for each in found)


def test_what_cannot_be_checked_is_told_and_kept(run: Run) -> None:
    Path("src/three/sessionlint.toml").write_text("select = 3\n")
    listed = "src/one\nsrc/three\nnowhere\n"
    told = run("run", "-", "--store", "store", "--retries", "0", stdin=listed)
    assert told.exit_code == 1
    assert told.stderr == "3 repositories: 1 checked, 2 failed; 1 finding. 2 of the results are new.\n"
    history = History(LocalFolder(Path("store")), pytest.fail)
    reasons = {each.repository: each.reason for each in history.sightings(history.runs()[0])}
    assert reasons["nowhere"] == "no such folder"
    assert reasons["src/three"].startswith("sessionlint.toml")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "nowhere", "--store", "s"], "error: nowhere: no such file or folder"),
        (["run", "src", "--store", "s", "--engine", "ray"], "error: --engine: expected local, dask or"),
        (["run", "src", "--store", "s", "--shard", "3/2"], "error: --shard: expected I/N"),
        (["run", "src", "--store", "s", "--config", "no.toml"], "error: --config no.toml: No such file"),
        (["run", "src"], "error: Missing option '--store'"),
        (["run", "src", "--store", "src/one/db.py"], "error: src/one/db.py"),
        (["merge", "src", "--into", "s"], "error: src: no store of a fleet"),
        (["rnu"], 'error: unknown command "fleet rnu"; did you mean "run"?'),
    ],
)
def test_what_makes_no_sense_ends_with_2(run: Run, arguments: list[str], complaint: str) -> None:
    told = run(*arguments)
    assert told.exit_code == 2
    assert told.stderr.startswith(complaint)
    assert told.stderr.count("\n") == 1


def test_without_a_command_there_is_help(run: Run) -> None:
    assert run().exit_code == 2
    assert "run " in run().stderr
    assert "--shard" in run("run", "--help").stdout


def test_shards_come_to_what_the_whole_comes_to(run: Run) -> None:
    run("run", "src", "--store", "whole", "-q")
    for shard in ("1/2", "2/2"):
        assert run("run", "src", "--store", f"part-{shard[0]}", "--shard", shard, "-q").exit_code == 0
    merged = run("merge", "part-1", "part-2", "--into", "merged")
    assert (merged.exit_code, merged.stderr) == (0, "took 5 new entries into merged\n")
    assert _results("merged") == _results("whole")
    whole, parts = (History(LocalFolder(Path(name)), pytest.fail) for name in ("whole", "merged"))
    assert [each.repository for each in parts.sightings(parts.runs()[0])] == [
        each.repository for each in whole.sightings(whole.runs()[0])
    ]
    assert run("merge", "merged", "--into", "merged", "-q").output == ""


def test_other_settings_are_another_result(run: Run) -> None:
    run("run", "src", "--store", "store", "-q")
    told = run("run", "src", "--store", "store", "--ignore", "SES301", "--config", "fail-on='info'")
    assert told.stderr.endswith("3 of the results are new.\n")
    assert len(_results("store")) == 6


def test_a_table_can_be_asked(run: Run) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    run("run", "src", "--store", "store", "-q")
    told = run("index", "store", "-o", "tables")
    assert (told.exit_code, told.stderr) == (0, "wrote tables/sightings.parquet\nwrote tables/findings.parquet\n")
    findings = parquet.read_table("tables/findings.parquet").to_pylist()
    assert {(each["repository"], each["code"], each["filename"]) for each in findings} >= {("one", "SES301", "use.py")}
    assert len(findings) == 3
    assert parquet.read_table("tables/sightings.parquet").column("status").to_pylist() == ["ok", "skipped", "ok"]


def test_a_store_of_objects_comes_to_the_same_bytes(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    place = f"memory:/{tmp_path.as_posix()}"
    run("run", "src", "--store", "local", "-q")
    for new in (3, 0):
        assert run("run", "src", "--store", place).stderr.endswith(f" {new} of the results are new.\n")
    remote = Store(opened(place), pytest.fail)
    assert {entry: remote.storage.read(entry) for entry in remote.entries()} == _results("local")
    history = History(remote.storage, pytest.fail)
    assert [run.is_complete for run in history.runs()] == [True, True]
    assert run("merge", place, "--into", "merged", "-q").exit_code == 0
    assert _results("merged") == _results("local")


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_dask_comes_to_the_same_bytes(run: Run) -> None:
    pytest.importorskip("distributed")
    run("run", "src", "--store", "local", "-q")
    told = run("run", "src", "--store", "dask", "--engine", "dask")
    assert told.exit_code == 0
    assert _results("dask") == _results("local")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_goes_on(run: Run, number: int) -> None:
    """Ended when the first result is there, while the second repository waits for a server that says nothing."""
    command = [sys.executable, "-m", "sessionlint", "fleet", "run", "list", "--store", "store", "--workers", "1"]
    Path("tmp").mkdir()
    environment = {**os.environ, "TMPDIR": "tmp"}
    with socket.create_server(("127.0.0.1", 0)) as server:
        Path("list").write_text(f"src/one\ngit://127.0.0.1:{server.getsockname()[1]}/shop\nsrc/two\n")
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=_hear_interrupts
        ) as process:
            connection, _ = server.accept()  # now it waits
            process.send_signal(number)
            assert process.stderr is not None
            errors = process.stderr.read()
            while connection.recv(1024):  # git ends with the rest
                pass
            connection.close()
    assert process.returncode == (-number if number == signal.SIGKILL else 130)
    assert errors.strip() == ("" if number == signal.SIGKILL else "Interrupted.")
    assert number == signal.SIGKILL or [*Path("tmp").iterdir()] == []
    done = _results("store")
    assert len(done) == 1
    told = run("run", "-", "--store", "store", stdin="src/one\nsrc/two\n")
    assert told.stderr == "2 repositories: 2 checked; 3 findings. 1 of the results are new.\n"
    assert done.items() < _results("store").items()
    history = History(LocalFolder(Path("store")), pytest.fail)
    assert [run.is_complete for run in history.runs()] == [False, True]


def _hear_interrupts() -> None:
    """A shell starts its background jobs deaf to interrupts, and what they start inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
