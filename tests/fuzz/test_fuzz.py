"""A few of the projects that ``python -m fuzz`` makes, always the same ones; and that a broken promise is seen."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fuzz import promises
from fuzz.mutations import projects
from fuzz.promises import broken_promise
from fuzz.seeds import Project, seeds

LEAK = b"""\
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


def find():
    db = SessionLocal()
    db.execute("x")
    return 1
"""


@pytest.mark.thorough
@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(projects())
def test_no_project_breaks_a_promise(project: Project) -> None:
    with TemporaryDirectory() as folder:
        assert broken_promise(project, Path(folder)) is None


def test_there_is_something_to_begin_with() -> None:
    assert len(seeds()) > 500


def test_a_failure_of_our_own_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("sessionlint.edits.with_block.with_block_fix", failing)
    assert "internal" in (broken_promise({"app.py": LEAK}, tmp_path) or "")


def test_a_fix_that_breaks_a_file_is_seen() -> None:
    before, after = {"app.py": b"x = 1\n"}, {"app.py": b"x = (\n"}
    assert "does not parse" in next(promises._parse_as_before(before, after))


def test_a_change_that_nobody_asked_for_is_seen() -> None:
    assert "no finding" in next(promises._only_what_was_found([], {"app.py": b"1"}, {"app.py": b"2"}))


def test_a_place_outside_of_its_file_is_seen() -> None:
    place = {"filename": "app.py", "location": {"row": 9, "column": 1}, "end_location": {"row": 9, "column": 2}, "related": []}
    assert "not in app.py" in next(promises._places_exist([{**place, "code": "SES301"}], {"app.py": b"x\n"}))
