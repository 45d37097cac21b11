"""A try that hangs, dies, or eats what there is costs itself only, and says how it ended."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from fleet.trees import repository, tree
from sessionlint.fleet import attempt as trying
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.attempt import Attempt, Seed, attempt, end_seeds
from sessionlint.fleet.record import Key, Target
from sessionlint.fleet.store import Failures
from sessionlint.fleet.task import Limits, Task

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")

# a repository's name says what becomes of the process that checks it
HOSTILE = """
import json, os, sys, time
sys.path[:] = json.loads(sys.argv[1])
from sessionlint.fleet import seed, task
def perform(one, room, tell, meant=task.perform):
    what = one.target.repository
    if what == "hangs":
        tell({"commit": "c0ffee"})
        time.sleep(600)
    elif what == "dies":
        tell({"commit": "c0ffee"})
        os.kill(os.getpid(), 9)
    elif what == "leaves":
        os._exit(3)
    elif what == "eats":
        held = []
        task._perform = lambda *_: held.extend(bytearray(1 << 24) for _ in range(1 << 12))
        meant(one, room, tell)
    elif what == "mumbles":
        os.write(3, b'{"status": "ok')
        tell({"result": {}})
    elif what == "breaks":
        task._perform = lambda *_: 1 // 0
        meant(one, room, tell)
    elif what == "prints":
        print("nothing to do with it", flush=True)
        meant(one, room, tell)
    else:
        meant(one, room, tell)
task.perform = perform
seed.serve()
"""


@pytest.fixture(scope="module", autouse=True)
def _hostile_seeds() -> Iterator[None]:
    command = [sys.executable, "-c", HOSTILE, json.dumps([folder for folder in sys.path if folder])]
    end_seeds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trying, "command", lambda: command)
        yield
        end_seeds()


def _task(target: Target, **limits: Any) -> Task:
    return Task(target, Asked(), Limits(**limits), {}, {})


def _tried(task: Task) -> Attempt:
    return replace(attempt(json.loads(json.dumps(task.data()))), effort={})


@pytest.mark.parametrize(
    ("name", "limits", "outcome"),
    [
        ("dies", {}, Attempt("failed", "its process was ended by SIGKILL", "c0ffee")),
        ("leaves", {}, Attempt("failed", "its process was ended by itself, with 3")),
        ("eats", {"memory": 400}, Attempt("out-of-memory", "more than 400 MiB")),
        ("mumbles", {}, Attempt(result={})),
        ("breaks", {}, Attempt("failed", "internal: ZeroDivisionError: integer division or modulo by zero")),
        ("is not there", {}, Attempt("failed", "no such folder")),
    ],
)
def test_how_a_try_can_end(name: str, limits: dict[str, Any], outcome: Attempt) -> None:
    tried = _tried(_task(Target(name, "/nowhere"), **limits))
    assert replace(tried, reason=tried.reason.partition(" (")[0]) == outcome


class _WhenTheCommitIsTold(Timer):
    """Time that is over as soon as the task hangs, however busy the machine is."""

    def run(self) -> None:
        (found,) = self.args
        while "commit" not in found and not self.finished.wait(0.01):
            pass
        self.function(found)


def test_what_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "Timer", _WhenTheCommitIsTold)
    assert _tried(_task(Target("hangs", "/nowhere"), timeout=60)) == Attempt("timed-out", "more than 60 s", "c0ffee")


def test_the_next_try_is_as_if_nothing_had_been(tmp_path: Path) -> None:
    shop = Target("prints", str(tree(tmp_path / "shop")))
    before = _tried(_task(shop))
    assert before.result is not None
    assert [finding["code"] for finding in before.result["findings"]] == ["SES301"]
    _tried(_task(Target("dies", "/nowhere")))
    assert _tried(_task(shop)) == before


def test_what_is_known_is_not_done_again(tmp_path: Path) -> None:
    head = repository(tmp_path / "shop")
    task = _task(Target("shop", str(tmp_path / "shop")))
    key = Key("shop", head, task.version, task.asked.digest).digest
    assert _tried(replace(task, known={key: "results/x.json"})) == Attempt(commit=head, known="results/x.json")


@pytest.mark.parametrize(
    ("failures", "is_tried"),
    [
        (Failures(3, 60, 512, "timed-out: more than 60 s"), False),
        (Failures(2, 60, 512, "timed-out: more than 60 s"), True),
        (Failures(3, 59, 512, "timed-out: more than 59 s"), True),
        (Failures(3, 60, 511, "out-of-memory: more than 511 MiB"), True),
        (Failures(3, 60, 0, "timed-out: more than 60 s"), False),
    ],
)
def test_what_was_tried_in_vain_is_set_aside_until_it_gets_more(tmp_path: Path, failures: Failures, is_tried: bool) -> None:
    head = repository(tmp_path / "shop")
    task = _task(Target("shop", str(tmp_path / "shop")), timeout=60, memory=512)
    key = Key("shop", head, task.version, task.asked.digest).digest
    tried = _tried(replace(task, failures={key: failures}))
    assert (tried.result is not None) == is_tried
    assert is_tried or tried == Attempt("poisoned", f"{failures.reason}; tried 3 times", head)


def test_a_machine_with_another_version_does_nothing(tmp_path: Path) -> None:
    task = replace(_task(Target("shop", str(tree(tmp_path / "shop")))), version="0.0.0")
    assert _tried(task).reason.startswith("this machine has sessionlint ")


def test_a_clone_is_checked_as_the_folder_is_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    head = repository(tmp_path / "shop")
    there, here = (tmp_path / "shop").as_uri(), str(tmp_path / "shop")
    cloned, folder, at_revision = (
        _tried(_task(Target("shop", source, revision))) for source, revision in ((there, ""), (here, ""), (here, "main"))
    )
    assert cloned.commit == head
    assert cloned == folder == at_revision
    assert [*(tmp_path / "tmp").iterdir()] == []


def test_a_seed_that_died_while_nobody_needed_it_costs_nothing(tmp_path: Path) -> None:
    shop = _task(Target("shop", str(tree(tmp_path / "shop"))))
    before = _tried(shop)
    (seed,) = trying._seeds._idle
    os.kill(seed._process.pid, signal.SIGKILL)
    assert _tried(shop) == before


def test_a_copy_ends_with_whoever_waits_for_it(tmp_path: Path) -> None:
    """As when the command is killed: the pipe to it is closed, and nobody is there to end what is at work."""
    room = tmp_path / "room"
    room.mkdir()
    seed = Seed()
    assert seed._process.stdin is not None
    seed._process.stdin.write(json.dumps([_task(Target("hangs", "/nowhere")).data(), str(room)]).encode() + b"\n")
    seed._process.stdin.flush()
    copy = next(message["process"] for message in seed._messages() if "process" in message)
    assert next(seed._messages()) == {"commit": "c0ffee"}
    seed._process.stdin.close()
    assert any(message.get("ended") == -signal.SIGKILL for message in seed._messages())
    assert not room.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(copy, 0)
    seed.end()


def test_what_is_at_work_ends_when_nothing_more_is_wanted() -> None:
    seed = Seed()
    seed.end()
    assert not seed.is_usable
