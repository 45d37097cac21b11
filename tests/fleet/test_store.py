"""What is put into a store comes out of it as it was, or is said to be damaged; where it lies makes no difference."""

import errno
import os
from datetime import date
from pathlib import Path

import pytest

from sessionlint.fleet.history import History, Log
from sessionlint.fleet.merge import merged
from sessionlint.fleet.record import Key, Result, Sighting
from sessionlint.fleet.storage import LocalFolder, Storage, opened
from sessionlint.fleet.store import Failures, Store
from sessionlint.run.errors import UsageError

KEY = Key("shop/orders", "c0ffee", "1.0", "all")
RESULT = Result(KEY, "ok", findings=({"code": "SES301", "message": "ä\ud800"},), notes=("a note",), checked=3)


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return opened(str(tmp_path / "store"))
    pytest.importorskip("fsspec")
    return opened(f"memory:/{tmp_path.as_posix()}")


def _store(storage: Storage, told: list[str] | None = None, today: date = date(2026, 11, 30)) -> Store:
    return Store(storage, (told if told is not None else []).append, lambda: today)


def test_a_result_is_there_as_it_was(storage: Storage) -> None:
    store = _store(storage)
    entry = store.keep(RESULT)
    assert store.known("shop/orders") == {KEY.digest: entry}
    assert store.known("shop") == {}
    assert store.result(entry) == RESULT
    assert [*store.entries()] == [entry]


def test_the_same_result_has_the_same_name_and_the_same_bytes(storage: Storage) -> None:
    again = Result.decoded(RESULT.encoded())
    assert again.encoded() == RESULT.encoded()
    assert _store(storage).keep(again) == _store(storage).keep(RESULT)


@pytest.mark.parametrize("data", [b"", b"{}\n", b"[1", RESULT.encoded()[:-9], RESULT.encoded().replace(b"SES301", b"SES302")])
def test_an_entry_that_holds_something_else_is_told_and_not_believed(storage: Storage, data: bytes) -> None:
    told: list[str] = []
    store = _store(storage, told)
    entry = store.keep(RESULT)
    storage.write(entry, data)
    assert store.result(entry) is None
    assert told == [f"{entry}: damaged, its content is not what it was"]


def test_what_no_store_would_name_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    store = _store(LocalFolder(tmp_path / "store"))
    assert store.result("../secret.json") is None
    assert store.result("results/../../secret.json") is None


def test_a_result_counts_until_the_first_suppression_ends(storage: Storage) -> None:
    entry = _store(storage).keep(Result(KEY, "ok", until="2026-11-30"))
    assert _store(storage).known("shop/orders") == {KEY.digest: entry}
    assert _store(storage, today=date(2026, 12, 1)).known("shop/orders") == {}


def test_tries_that_came_to_nothing_are_counted_and_forgotten(storage: Storage) -> None:
    store = _store(storage)
    assert store.failures("shop/orders") == {}
    store.count(KEY, Failures(2, 60.0, 512, "timed-out: more than 60 s"))
    assert store.failures("shop/orders") == {KEY.digest: Failures(2, 60.0, 512, "timed-out: more than 60 s")}
    assert len([*store.tried()]) == 1
    store.forget_failures(KEY)
    store.forget_failures(KEY)
    assert store.failures("shop/orders") == {}


def test_where_the_disk_is_full_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = _store(LocalFolder(tmp_path))
    kept = store.keep(RESULT)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/results/.*\.json'"):
        store.keep(Result(KEY, "skipped"))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [kept.rpartition("/")[2]]


def test_what_another_one_has_not_finished_is_no_entry(tmp_path: Path) -> None:
    store = _store(LocalFolder(tmp_path))
    entry = store.keep(RESULT)
    (tmp_path / entry).with_name(".unfinished-0123").write_text("{")
    assert [*store.entries()] == [entry]
    assert [*store.known("shop/orders").values()] == [entry]


def test_a_place_that_nobody_can_reach_is_told() -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(UsageError, match="nowhere"):
        opened("nowhere://x")


# --- history ----------------------------------------------------------------------------------------------------------


def _run(storage: Storage, *sightings: Sighting, shard: str = "", ends: bool = True) -> Log:
    log = Log(storage, {"version": "1.0", "configuration": "all", "shard": shard})
    for each in sightings:
        log.see(each)
    log.flush()
    if ends:
        log.end({"ok": len(sightings)})
    return log


def _seen(name: str, commit: str = "c0ffee") -> Sighting:
    return Sighting(name, f"/src/{name}", "ok", commit=commit, labels=("tier-1",), findings={"error": 2}, effort={"ended": 0})


def test_runs_come_in_the_order_in_which_they_began_whatever_the_clock_says(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, clock in enumerate((5e9, 0.0, 1e9), start=1):
        monkeypatch.setattr("time.time", lambda now=clock: now)
        _run(storage, _seen("a", str(number)))
    history = History(storage, pytest.fail)
    assert [run.number for run in history.runs()] == [1, 2, 3]
    assert [[each.commit for each in history.sightings(run)] for run in history.runs()] == [["1"], ["2"], ["3"]]
    assert all(run.is_complete and run.version == "1.0" for run in history.runs())


def test_a_sighting_is_there_as_it_was_and_the_last_one_counts(storage: Storage) -> None:
    _run(storage, _seen("b"), _seen("a", "old"), _seen("a", "new"))
    history = History(storage, pytest.fail)
    assert [*history.sightings(history.runs()[0])] == [_seen("a", "new"), _seen("b")]


def test_a_run_that_was_killed_keeps_what_it_saw(storage: Storage) -> None:
    _run(storage, _seen("a"), ends=False)
    history = History(storage, pytest.fail)
    (run,) = history.runs()
    assert not run.is_complete
    assert [*history.sightings(run)] == [_seen("a")]


@pytest.mark.parametrize("change", [lambda data: data[:-20], lambda data: data.replace(b'"a"', b'"z"')])
def test_a_line_that_is_not_what_it_was_is_told_and_left_out(tmp_path: Path, change: object) -> None:
    storage = LocalFolder(tmp_path)
    log = _run(storage, _seen("b"), _seen("a"), ends=False)
    file = tmp_path / "runs" / log.name / "000001.jsonl"
    file.write_bytes(change(file.read_bytes()))  # type: ignore[operator]
    told: list[str] = []
    history = History(storage, told.append)
    assert [*history.sightings(history.runs()[0])] == [_seen("b")]
    assert set(told) == {f"runs/{log.name}/000001.jsonl:3: damaged, left out"}


def test_shards_of_one_fleet_become_one_run(tmp_path: Path) -> None:
    for number in (1, 2):
        _run(LocalFolder(tmp_path / str(number)), _seen(f"repository {number}"), shard=f"{number}/2")
    whole = LocalFolder(tmp_path / "whole")
    assert merged([LocalFolder(tmp_path / "2")], whole, pytest.fail) == 1
    assert not History(whole, pytest.fail).runs()[0].is_complete
    assert merged([LocalFolder(tmp_path / "1"), LocalFolder(tmp_path / "2")], whole, pytest.fail) == 1
    history = History(whole, pytest.fail)
    (run,) = history.runs()
    assert run.is_complete
    assert run.shards == ("1/2", "2/2")
    assert [each.repository for each in history.sightings(run)] == ["repository 1", "repository 2"]


# --- merge ------------------------------------------------------------------------------------------------------------


def test_what_is_damaged_stays_behind(storage: Storage, tmp_path: Path) -> None:
    source = LocalFolder(tmp_path / "source")
    store = _store(source)
    good, bad = store.keep(RESULT), store.keep(Result(Key("other", "1", "1.0", "all"), "ok"))
    source.write(bad, b"{}")
    _run(source, _seen("shop/orders"))
    told: list[str] = []
    merged([source], storage, told.append)
    assert [*_store(storage).entries()] == [good]
    assert len(told) == 1


def test_a_run_that_goes_on_is_taken_again(tmp_path: Path) -> None:
    source, into = LocalFolder(tmp_path / "source"), LocalFolder(tmp_path / "into")
    log = _run(source, _seen("a"), ends=False)
    merged([source], into, pytest.fail)
    log.see(_seen("b"))
    merged([source], into, pytest.fail)
    merged([into], source, pytest.fail)
    history = History(into, pytest.fail)
    assert [each.repository for each in history.sightings(history.runs()[0])] == ["a", "b"]


def test_a_link_in_a_store_leads_nowhere(tmp_path: Path) -> None:
    """A store that somebody has sent, and that would have a file of ours copied into what we send on."""
    source, into, secrets = LocalFolder(tmp_path / "source"), LocalFolder(tmp_path / "into"), tmp_path / "secrets"
    log = _run(source, _seen("a"))
    secrets.mkdir()
    (secrets / "000001.jsonl").write_text("secret")
    (tmp_path / "source" / "runs" / "000002-x").symlink_to(secrets)
    (tmp_path / "source" / "runs" / log.name / "000002.jsonl").symlink_to(secrets / "000001.jsonl")
    assert merged([source], into, pytest.fail) == 1
    assert source.read(f"runs/{log.name}/000002.jsonl") is None
    assert "secret" not in "".join(path.read_text() for path in (tmp_path / "into").rglob("*.jsonl"))


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no store"):
        merged([LocalFolder(tmp_path)], LocalFolder(tmp_path / "into"), pytest.fail)
