"""What is kept is for a run of the same code: the digests change with each file that has a say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import sessionlint
from sessionlint.run.cache import fingerprint

_PACKAGE = Path(sessionlint.__file__).parent


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that is no installed wheel, with a file of each kind."""
    package = tmp_path / "sessionlint"
    for name in ("extract/lower/calls.py", "model/facts.py", "rules/session/rule.py"):
        (package / name).parent.mkdir(parents=True)
        (package / name).write_text("1\n")
    monkeypatch.setattr(fingerprint, "_PACKAGE", package)
    fingerprint._recorded.cache_clear()
    yield package
    fingerprint._recorded.cache_clear()


def test_it_is_about_the_package() -> None:
    assert fingerprint._PACKAGE == _PACKAGE


@pytest.mark.parametrize("name", ["extract/lower/calls.py", "model/facts.py"])
def test_facts_are_those_of_the_code_that_extracts(copy: Path, name: str) -> None:
    before = fingerprint.fingerprint()
    (copy / "rules" / "session" / "rule.py").write_text("other\n")
    assert fingerprint.fingerprint() == before
    (copy / name).write_text("other\n")
    assert fingerprint.fingerprint() != before


def test_outcomes_are_those_of_all_code(copy: Path) -> None:
    before = fingerprint.code_fingerprint()
    (copy / "rules" / "session" / "rule.py").write_text("other\n")
    assert fingerprint.code_fingerprint() != before


def test_of_an_installed_wheel_the_record_tells(copy: Path) -> None:
    before = fingerprint.code_fingerprint()
    record = copy.with_name(f"sessionlint-{sessionlint.__version__}.dist-info") / "RECORD"
    record.parent.mkdir()
    record.write_text("sessionlint/rules/session/rule.py,sha256=abc,2\nsessionlint/extract/lower/calls.py,sha256=abc,2\n")
    fingerprint._recorded.cache_clear()
    recorded = fingerprint.code_fingerprint(), fingerprint.fingerprint()
    assert recorded[0] != before
    record.write_text(record.read_text().replace("rule.py,sha256=abc", "rule.py,sha256=def"))
    fingerprint._recorded.cache_clear()
    assert fingerprint.code_fingerprint() != recorded[0]
    assert fingerprint.fingerprint() == recorded[1]
