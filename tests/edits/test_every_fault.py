"""A fault at every step of writing files, and at every step of what puts it right: no file is torn, all are old or all are new,
their modes stay, nothing is left, and what is said of it is true."""

import errno
import os
import shutil
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from edits.faults import ERRORS, INTERRUPTS, KILLS, Fault, Killed, Steps, faulty, signalled
from sessionlint.model.source import Source
from sessionlint.run.files import inside
from sessionlint.run.files.journal import Journal, one_at_a_time
from sessionlint.run.files.recovery import finish, was_interrupted
from sessionlint.run.files.write import Change, NotWritten, Writer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no locks, and so no journal")

OLD = {"a.py": b"a", "link.py": b"b", "pack/b.py": b"b"}
NEW = {path: text.upper() for path, text in OLD.items()}
WRITTEN = ["a.py", "link.py"]
SECOND = (ERRORS[errno.EIO], INTERRUPTS[1], KILLS[0])


@pytest.fixture(params=["folders held open", "folders by their paths"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "folders by their paths":
        monkeypatch.setattr(inside, "_HOLDS_FOLDERS", False)


class Scene:
    """A project, made anew for each fault."""

    def __init__(self, folder: Path) -> None:
        self.root, self.state = folder / "project", folder / "state" / "sessionlint"
        self.journal = Journal(self.root, self.state)
        self.reset()

    def reset(self) -> None:
        shutil.rmtree(self.root.parent)
        (self.root / "pack").mkdir(parents=True)
        (self.root / "link.py").symlink_to("pack/b.py")
        for path in WRITTEN:
            (self.root / path).write_bytes(OLD[path])
        if os.geteuid() == 0:
            os.chown(self.root / "a.py", 1, 1)
        (self.root / "a.py").chmod(0o751)
        (self.root / "pack/b.py").chmod(0o4640)
        self.writer = Writer(self.root, lambda path: True, self.journal)

    def write(self) -> None:
        self.writer.write([Change(Source(path, OLD[path].decode()), NEW[path].decode()) for path in WRITTEN])

    def contents(self) -> dict[str, bytes]:
        return {path: (self.root / path).read_bytes() for path in OLD}

    def is_whole(self) -> bool:
        """Whether all is old, or all new, and no mode has changed."""
        modes = [stat.S_IMODE((self.root / path).stat().st_mode) for path in ("a.py", "link.py")]
        return self.contents() in (OLD, NEW) and modes == [0o751, 0o4640] and (self.root / "link.py").is_symlink()

    def torn(self) -> list[str]:
        return [path for path, content in self.contents().items() if content not in (OLD[path], NEW[path])]

    def remains(self) -> list[Path]:
        files = [path for path in self.root.rglob("*") if not path.is_dir() and path.relative_to(self.root).as_posix() not in OLD]
        return [*files, *self.state.glob("*")]

    def check(self) -> bool:
        """What a plain check does about it; whether it has to leave that to the next --fix."""
        return was_interrupted(self.journal)

    def fix(self) -> list[str]:
        with one_at_a_time(self.root):
            return list(finish(self.journal))

    def settle(self) -> None:
        """The next run, of whichever kind it takes."""
        if self.check():
            self.fix()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    (tmp_path / "scene").mkdir()
    yield Scene(tmp_path / "scene")


def faults_at_each_step(
    work: Callable[[], object], reset: Callable[[], object], fault: Fault, *, reading: bool = True
) -> Iterator[int]:
    """Works with the fault at the first step, the second, and so on; gives its number after each."""
    at = 0
    while True:
        at += 1
        reset()
        steps = ended(work, {at: fault}, reading=reading)
        if steps.count < at:
            assert at > 5  # else the steps were not counted
            return
        yield at


def ended(work: Callable[[], object], faults: dict[int, Fault], *, reading: bool = False, ever: int | None = None) -> Steps:
    with faulty(faults, reading=reading, ever=ever) as steps, suppress(NotWritten, OSError, KeyboardInterrupt, Killed):
        work()
    return steps


@pytest.mark.usefixtures("way")
class TestOneFault:
    @pytest.mark.parametrize("fault", [*ERRORS.values(), *INTERRUPTS])
    def test_all_files_are_old_or_new_at_once_and_the_writer_knows_which(self, scene: Scene, fault: Fault) -> None:
        for at in faults_at_each_step(scene.write, scene.reset, fault):
            assert scene.is_whole(), at
            assert scene.writer.written == (WRITTEN if scene.contents() == NEW else []), at
            assert not scene.check(), at
            assert scene.remains() == [], at
            assert scene.is_whole(), at

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_leaves_nothing_at_all(self, scene: Scene, number: int) -> None:
        earlier = signal.signal(number, signal.default_int_handler)
        try:
            for at in faults_at_each_step(scene.write, scene.reset, signalled(number)):
                assert scene.is_whole(), at
                assert scene.writer.written == (WRITTEN if scene.contents() == NEW else []), at
                assert scene.remains() == [], at
        finally:
            signal.signal(number, earlier)

    @pytest.mark.parametrize("fault", KILLS)
    def test_what_a_killed_run_leaves_is_put_right_by_the_next(self, scene: Scene, fault: Fault) -> None:
        for at in faults_at_each_step(scene.write, scene.reset, fault):
            assert scene.torn() == [], at
            was_whole = scene.is_whole()
            assert scene.check() is not was_whole, at
            told = scene.fix()
            assert scene.is_whole(), at
            assert bool(told) is not was_whole, at
            assert scene.remains() == [], at

    def test_a_disk_that_is_full_from_some_step_on_tears_nothing(self, scene: Scene) -> None:
        for fault in ERRORS.values():
            for at in range(1, ended(scene.write, {}).count + 1):
                scene.reset()
                ended(scene.write, {at: fault}, ever=at)
                assert scene.torn() == [], at
                assert sorted(scene.writer.written) == sorted(path for path in WRITTEN if scene.contents()[path] == NEW[path]), at
                scene.settle()
                assert scene.is_whole(), at
                assert scene.remains() == [], at


@pytest.mark.thorough
@pytest.mark.parametrize("fault", [*SECOND])
@pytest.mark.parametrize("recover", [Scene.check, Scene.fix])
def test_a_fault_in_the_recovery_of_a_killed_run(scene: Scene, fault: Fault, recover: Callable[[Scene], object]) -> None:
    for at in range(1, ended(scene.write, {}).count + 1):
        second = 0
        while True:
            second += 1
            scene.reset()
            ended(scene.write, {at: KILLS[0]})
            if ended(lambda: recover(scene), {second: fault}).count < second:
                break
            assert scene.torn() == [], (at, second)
            scene.settle()
            assert scene.is_whole(), (at, second)
            assert scene.remains() == [], (at, second)


@pytest.mark.thorough
@pytest.mark.parametrize("first", [ERRORS[errno.EIO], INTERRUPTS[1]])
@pytest.mark.parametrize("second", [*SECOND])
def test_a_second_fault_while_the_files_are_put_back(scene: Scene, first: Fault, second: Fault) -> None:
    """Once the journal is there; without one, there is nothing to put it right with."""
    journal = ended(lambda: scene.journal.begin([]), {}).count
    scene.reset()
    for at in range(journal + 1, ended(scene.write, {}).count + 1):
        then = at
        while True:
            then += 1
            scene.reset()
            if ended(scene.write, {at: first, then: second}).count < then:
                break
            assert scene.torn() == [], (at, then)
            scene.settle()
            assert scene.is_whole(), (at, then)
            assert scene.remains() == [], (at, then)
