"""Fixes of several files on disk, with one made-up rule: "a: x y" asks for the word ``bad`` to go in files x.py and y.py."""

import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Rule, Severity
from sessionlint.model.source import Place, Source, Span
from sessionlint.rules.registry import RegisteredRule
from sessionlint.run import analysis
from sessionlint.run.analysis import Analysis, State
from sessionlint.run.files.write import Writer
from sessionlint.run.fixing.hands import Answer, Hands, Turn
from sessionlint.run.fixing.repair import Repair, repair


def _check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    source = project.source(module)
    if "bad" in source.text:
        others = [f"{name}.py" for name in source.text.partition("#")[2].split()]
        edits = [_edit(project.sources[each]) for each in (module.path, *others)]
        place = next(edit.place for edit in edits if edit is not None)
        fix = Fix("good", tuple(edit for edit in edits if edit is not None), Applicability.SAFE)
        yield Finding("SES900", place, "bad", Severity.WARNING, fix=fix)


def _edit(source: Source) -> Edit | None:
    start = source.text.find("bad")
    return Edit(Place(source.path, Span(start, start + 3)), "good") if start >= 0 else None


@pytest.fixture(autouse=True)
def rule(monkeypatch: pytest.MonkeyPatch) -> None:
    made = RegisteredRule(Rule("SES900", "bad", Severity.WARNING, "why"), _check, lambda comments: iter(()), Path())
    monkeypatch.setattr(analysis, "registered_rules", lambda: (made,))


def _start(root: Path, **texts: str) -> tuple[Analysis, State]:
    sources = {}
    for name, text in texts.items():
        sources[f"{name}.py"] = Source(f"{name}.py", text)
        (root / f"{name}.py").write_text(text)
    looking = Analysis(prefilter=False)
    return looking, State(sources, looking.check(sources))


def _repaired(root: Path, start: tuple[Analysis, State], hands: Hands = Hands()) -> tuple[Repair, list[str]]:  # noqa: B008
    warnings: list[str] = []
    return repair(_writer(root), *start, unsafe=False, hands=hands, warn=warnings.append), warnings


def _writer(root: Path) -> Writer:
    return Writer(root, lambda path: True)


def _on_disk(root: Path) -> dict[str, str]:
    return {path.stem: path.read_text() for path in sorted(root.iterdir())}


def test_a_fix_of_two_files_is_not_made_when_one_is_read_only_and_the_others_are(tmp_path: Path) -> None:
    start = _start(tmp_path, a="bad  # b\n", b="x = bad\n", c="bad\n")
    (tmp_path / "b.py").chmod(0o444)
    done, _ = _repaired(tmp_path, start)
    assert _on_disk(tmp_path) == {"a": "bad  # b\n", "b": "x = bad\n", "c": "good\n"}
    assert done.fixed.outcome.repaired == (("c.py", "SES900"),)
    assert [finding.place.path for finding in done.fixed.outcome.findings] == ["a.py", "b.py"]
    assert done.unwritten.lines() == ["b.py: read-only; 2 findings were not fixed (which would change a.py, too)"]


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    start = _start(tmp_path, a="bad\n", b="bad\n")
    (tmp_path / "a.py").write_text("edited\n")
    done, _ = _repaired(tmp_path, start)
    assert _on_disk(tmp_path) == {"a": "edited\n", "b": "good\n"}
    assert done.unwritten.lines() == ["a.py: changed since it was read; 1 finding was not fixed"]


def test_a_file_that_cannot_be_renamed_is_left_alone_after_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = _start(tmp_path, a="bad\n", b="bad  # c\n", c="bad\n", d="bad\n")
    replace = os.replace

    def fails_at_c(source: str, target: str, **folders: Any) -> None:
        if Path(target).name == "c.py":
            raise PermissionError(errno.EACCES, "an editor has it open")
        replace(source, target, **folders)

    monkeypatch.setattr(os, "replace", fails_at_c)
    done, _ = _repaired(tmp_path, start)
    assert _on_disk(tmp_path) == {"a": "good\n", "b": "bad  # c\n", "c": "bad\n", "d": "good\n"}
    assert list(done.unwritten.reasons) == ["c.py"]


def test_on_a_full_disk_nothing_is_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = _start(tmp_path, a="bad\n", b="bad\n")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done, _ = _repaired(tmp_path, start)
    assert _on_disk(tmp_path) == {"a": "bad\n", "b": "bad\n"}
    assert done.fixed.outcome.fixed == 0
    assert done.unwritten.lines() == ["a.py: disk full; no more files were fixed"]


def _interrupted(
    monkeypatch: pytest.MonkeyPatch,
    root: Path,
    start: tuple[Analysis, State],
    at: str,
    hands: Hands | None = None,
    name: str = "replace",
) -> list[str]:
    """What is said when Ctrl-C is pressed while a step is taken with that file."""
    real, warnings = getattr(os, name), list[str]()

    def interrupted(*arguments: Any, **named: Any) -> None:
        real(*arguments, **named)
        if Path(arguments[-1]).name.endswith(at):
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, where a shell runs the tests in the background
    try:
        with monkeypatch.context() as patched:
            patched.setattr(os, name, interrupted)
            with pytest.raises(KeyboardInterrupt):
                repair(_writer(root), *start, unsafe=False, hands=hands or Hands(), warn=warnings.append)
    finally:
        signal.signal(signal.SIGINT, before)
    return warnings


def test_an_interrupt_between_the_files_says_that_none_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = _start(tmp_path, a="bad\n", b="bad\n")
    assert _interrupted(monkeypatch, tmp_path, start, "a.py") == ["interrupted; no file was changed"]
    assert _on_disk(tmp_path) == {"a": "bad\n", "b": "bad\n"}


@pytest.mark.parametrize(("name", "at"), [("replace", "b.py"), ("unlink", ".old")])
def test_an_interrupt_after_the_last_file_says_which_were_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, at: str
) -> None:
    start = _start(tmp_path, a="bad\n", b="bad\n")
    assert _interrupted(monkeypatch, tmp_path, start, at, name=name) == ["interrupted; 2 files were changed: a.py, b.py"]
    assert _on_disk(tmp_path) == {"a": "good\n", "b": "good\n"}


def test_an_interrupt_in_the_middle_of_questions_says_what_was_changed_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = _start(tmp_path, a="bad\n", b="bad\n  # c\n", c="bad\n", d="bad\n")
    yes = Hands(lambda root: lambda finding, state, turn: Answer.YES)
    told = _interrupted(monkeypatch, tmp_path, start, "b.py", yes)
    assert told == ["interrupted; 1 file was changed: a.py"]
    assert _on_disk(tmp_path) == {"a": "good\n", "b": "bad\n  # c\n", "c": "bad\n", "d": "bad\n"}


def test_two_runs_at_once_want_the_same_and_both_succeed(tmp_path: Path) -> None:
    first, second = _start(tmp_path, a="bad\n", b="bad\n"), _start(tmp_path, a="bad\n", b="bad\n")
    _repaired(tmp_path, first)
    done, _ = _repaired(tmp_path, second)
    assert _on_disk(tmp_path) == {"a": "good\n", "b": "good\n"}
    assert done.unwritten.lines() == []


def test_asked_one_by_one_each_answer_is_on_disk_before_the_next_question(tmp_path: Path) -> None:
    start = _start(tmp_path, a="bad\n", b="bad\n", c="bad\n", d="bad\n")
    seen: list[tuple[str, dict[str, str]]] = []
    turns: list[Turn] = []
    answers = iter([Answer.YES, Answer.NO, Answer.ALL])

    def ask(finding: Finding, state: State, turn: Turn) -> Answer:
        turns.append(turn)
        seen.append((finding.place.path, _on_disk(tmp_path)))
        return next(answers)

    done, _ = _repaired(tmp_path, start, Hands(lambda root: ask))
    assert [path for path, _ in seen] == ["a.py", "b.py", "c.py"]
    assert turns == [Turn(1, 4), Turn(2, 4), Turn(3, 4)]
    assert seen[1][1]["a"] == "good\n"
    assert _on_disk(tmp_path) == {"a": "good\n", "b": "bad\n", "c": "good\n", "d": "good\n"}
    assert done.fixed.outcome.fixed == 3


def test_asked_one_by_one_what_cannot_be_written_is_told_and_never_asked_again(tmp_path: Path) -> None:
    start = _start(tmp_path, a="bad  # c\n", b="bad\n", c="bad\n")
    (tmp_path / "c.py").chmod(0o444)
    asked: list[str] = []

    def yes(finding: Finding, state: State, turn: Turn) -> Answer:
        asked.append(finding.place.path)
        return Answer.YES

    done, warnings = _repaired(tmp_path, start, Hands(lambda root: yes))
    assert (asked, warnings) == (["a.py", "b.py"], ["c.py: read-only; not fixed"])
    assert _on_disk(tmp_path) == {"a": "bad  # c\n", "b": "good\n", "c": "bad\n"}
    assert list(done.unwritten.reasons) == ["c.py"]
