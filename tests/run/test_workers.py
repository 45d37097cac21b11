"""Workers parse what one process would have parsed, say the same, and do not outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sessionlint.extract.module import extract
from sessionlint.model import codec
from sessionlint.model.source import Source
from sessionlint.run.cache.store import decoded
from sessionlint.run.extraction import extractor, worker, workers
from sessionlint.run.extraction.extractor import Extractor, Text

SOURCES = [
    Source("a.py", "from sqlalchemy.orm import Session\n\ndef work(db: Session):\n    return db.get(object, 1)\n"),
    Source("b.py", "x = '\\ud800é😀'\n"),
    Source("broken.py", "def (:\n"),
    Source("empty.py", ""),
]


def test_workers_find_what_one_process_finds() -> None:
    found = workers.extracted(SOURCES, 2, lambda _: None)
    assert {path: codec.dump(decoded(text)) for path, (_, text) in found.items()} == {
        source.path: codec.dump(extract(source)) for source in SOURCES
    }


def test_few_texts_are_parsed_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "extracted", lambda *_: pytest.fail("workers were started"))
    assert set(Extractor(jobs=8).facts(map(Text, SOURCES))) == {source.path for source in SOURCES}


def test_many_texts_are_parsed_by_workers_and_kept_in_the_order_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "_WORTH_A_WORKER", 1)
    monkeypatch.setattr("sessionlint.extract.module.extract", lambda _: pytest.fail("parsed in this process"))
    found = Extractor(jobs=3).facts(map(Text, SOURCES))
    assert list(found) == [source.path for source in SOURCES]
    assert found["broken.py"].problem is not None


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import sys; sys.stdin.readline(); print('{')", "print([])"])
def test_workers_that_fail_cost_time_only(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "_WORTH_A_WORKER", 1)
    monkeypatch.setattr(workers, "command", lambda: [sys.executable, "-c", code])
    assert list(Extractor(jobs=3).facts(map(Text, SOURCES))) == [source.path for source in SOURCES]


def test_a_worker_runs_nothing_that_lies_in_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('ran')")
    asked = '[["a.py","x = 1"]]\n'
    done = subprocess.run(worker.command(), input=asked, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_run_that_started_it(sent: signal.Signals, tmp_path: Path) -> None:
    code = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts its background jobs deaf to it
from sessionlint.model.source import Source
from sessionlint.run.extraction import workers
started = workers._started
def said():
    process = started()
    print(process.pid, flush=True)
    return process
workers._started = said
workers.extracted([Source(f"{n}.py", "x = [" + "1, " * 100_000 + "]\\n") for n in range(400)], 2, lambda done: None)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    )
    assert run.stdout is not None
    pids = [int(run.stdout.readline()) for _ in range(2)]
    run.send_signal(sent)
    run.wait()
    run.stdout.close()
    for pid in pids:
        while _runs(pid):  # until it has noticed that its pipe is gone
            time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
