"""Parts of a project that do not know each other are checked apart: what is found is what is found in all of it at once."""

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from sessionlint.model import outcome_codec
from sessionlint.model.outcome import Outcome, Remarks
from sessionlint.model.source import Source
from sessionlint.run import analysis, changing, looking, pipeline, processes
from sessionlint.run.discovery.distributions import Distributions
from sessionlint.run.extraction import rounds
from sessionlint.run.fixing.hands import Answer, Hands, Turn
from sessionlint.run.looking import Result
from sessionlint.run.parts import apart, partition, workers
from sessionlint.run.parts.joining import joined
from sessionlint.run.parts.partition import Partition
from sessionlint.run.request import Request
from sessionlint.run.resident import Resident
from sessionlint.run.timings import Timings

FACTORY = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))
"""
LEAK = """\
from {module} import SessionLocal


def work():
    db = SessionLocal()
    return db.get(object, 1)
"""
SERVICES = {
    f"{name}/{path}": text
    for name in ("orders", "till", "users")
    for path, text in {
        "pyproject.toml": "",
        f"{name}_app/__init__.py": "",
        f"{name}_app/db.py": FACTORY,
        f"{name}_app/main.py": LEAK.format(module=f"{name}_app.db"),
    }.items()
}


@pytest.fixture(autouse=True)
def _any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few lines are worth a process, too."""
    monkeypatch.setattr(apart, "_WORTH_A_PROCESS", -1)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    _write(folder, SERVICES)
    return folder


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def _request(tree: Path, **more: Any) -> Request:
    return Request(**{"paths": (str(tree),), "project_root": tree, "isolated": True, **more})


def _check(tree: Path, **more: Any) -> Result:
    return pipeline.check(_request(tree, **more), pytest.fail)


def _told(result: Result) -> object:
    return outcome_codec.dump(result.outcome)


def _as_one(tree: Path, **more: Any) -> Result:
    """What is found where all is one part."""
    with patch.object(Distributions, "of", lambda *_: ""):
        return _check(tree, **more)


def _parts(tmp_path: Path, files: Mapping[str, str]) -> list[list[str]]:
    _write(tmp_path, files)
    sources = {path: Source(path, text) for path, text in files.items() if path.endswith(".py")}
    return sorted(map(sorted, Partition(Distributions(tmp_path)).parts(sources)))


# --- which parts there are --------------------------------------------------------------------------------------------


def test_folders_at_the_top_are_parts(tmp_path: Path) -> None:
    files = {"a/x.py": "1", "a/inner/y.py": "1", "b/x.py": "1"}
    assert _parts(tmp_path, files) == [["a/inner/y.py", "a/x.py"], ["b/x.py"]]


def test_folders_beside_a_program_are_its_own(tmp_path: Path) -> None:
    """A ``gunicorn.conf.py`` names nothing of what it is for."""
    files = {"app/x.py": "1", "tests/x.py": "1", "gunicorn.conf.py": "1", "sdk/pyproject.toml": "", "sdk/x.py": "1"}
    assert _parts(tmp_path, files) == [["app/x.py", "gunicorn.conf.py", "tests/x.py"], ["sdk/x.py"]]


def test_folders_that_say_what_they_need_are_parts(tmp_path: Path) -> None:
    files = {"services/a/pyproject.toml": "", "services/b/requirements.txt": "", "services/c/setup.py": "1"}
    code = {"services/a/x.py": "1", "services/b/app/x.py": "1", "services/c/x.py": "1", "services/x.py": "1"}
    assert _parts(tmp_path, {**files, **code}) == [
        ["services/a/x.py"],
        ["services/b/app/x.py"],
        ["services/c/setup.py", "services/c/x.py"],
        ["services/x.py"],
    ]


def test_a_project_that_says_what_it_needs_is_one_part_but_for_those_inside(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "app/x.py": "1", "tests/x.py": "1", "sdk/pyproject.toml": "", "sdk/x.py": "1"}
    assert _parts(tmp_path, files) == [["app/x.py", "tests/x.py"], ["sdk/x.py"]]


def test_inside_of_a_package_nobody_says_what_is_needed(tmp_path: Path) -> None:
    files = {"app/__init__.py": "1", "app/start/requirements.txt": "", "app/start/x.py": "1", "other/x.py": "1"}
    assert _parts(tmp_path, files) == [["app/__init__.py", "app/start/x.py"], ["other/x.py"]]


def test_a_package_may_say_what_it_needs(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "x.py": "1", "app/__init__.py": "1", "app/pyproject.toml": "", "app/inner/x.py": "1"}
    assert _parts(tmp_path, files) == [["app/__init__.py", "app/inner/x.py"], ["x.py"]]


def test_a_module_that_is_called_setup_makes_no_part(tmp_path: Path) -> None:
    files = {"app/__init__.py": "1", "app/start/__init__.py": "1", "app/start/setup.py": "1", "other/x.py": "1"}
    assert _parts(tmp_path, files) == [["app/__init__.py", "app/start/__init__.py", "app/start/setup.py"], ["other/x.py"]]


@pytest.mark.parametrize(
    "naming",
    [
        "from b.db import Session",
        "import b.db",
        "import b.db.Session",
        "from b import db",
        "def f():\n    from b.db import Session",
        "import uvicorn\nuvicorn.run('b.db:app')",
        'patch("b.db.Session")',
    ],
)
def test_what_names_a_module_of_another_part_is_of_that_part(tmp_path: Path, naming: str) -> None:
    files = {"a/x.py": naming, "b/__init__.py": "", "b/db.py": "1", "c/x.py": "1"}
    assert _parts(tmp_path, files) == [["a/x.py", "b/__init__.py", "b/db.py"], ["c/x.py"]]


def test_a_relative_import_may_leave_the_distribution(tmp_path: Path) -> None:
    files = {"a/inner/setup.cfg": "", "a/inner/x.py": "from ..db import Session", "a/db.py": "1", "c/x.py": "1"}
    assert _parts(tmp_path, files) == [["a/db.py", "a/inner/x.py"], ["c/x.py"]]


def test_parts_become_one_over_several(tmp_path: Path) -> None:
    files = {"a/x.py": "import b.x", "b/x.py": "import c.x", "c/x.py": "1", "d/x.py": "import e.x", "e/x.py": "1"}
    assert _parts(tmp_path, files) == [["a/x.py", "b/x.py", "c/x.py"], ["d/x.py", "e/x.py"]]


def test_a_conftest_ties_what_lies_below_it(tmp_path: Path) -> None:
    files = {"s/a/setup.cfg": "", "s/a/test_x.py": "1", "s/b/setup.cfg": "", "s/b/test_x.py": "1", "t/x.py": "1"}
    alone = [["s/a/test_x.py"], ["s/b/test_x.py"], ["s/conftest.py"], ["t/x.py"]]
    assert _parts(tmp_path, {**files, "s/conftest.py": "import os\n"}) == alone
    fixture = {"s/conftest.py": "@pytest.fixture\ndef db(): ...\n"}
    assert _parts(tmp_path, {**files, **fixture}) == [["s/a/test_x.py", "s/b/test_x.py", "s/conftest.py"], ["t/x.py"]]


# --- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("cache", [False, True])
def test_parts_come_to_what_the_whole_comes_to(tree: Path, tmp_path: Path, jobs: int, cache: bool) -> None:
    whole = _as_one(tree)
    found = _check(tree, jobs=jobs, cache=cache, cache_dir=tmp_path / "cache")
    assert found.parts is not None and len(found.parts.each) == 3
    assert len(found.outcome.findings) >= 3
    assert _told(found) == _told(whole)
    again = _check(tree, jobs=jobs, cache=cache, cache_dir=tmp_path / "cache")
    assert _told(again) == _told(whole) and (again.parts is None) == cache


def test_notes_and_what_comments_hide_are_in_the_order_of_the_whole(tree: Path) -> None:
    for name in ("users", "till", "orders"):
        hidden = LEAK.format(module=f"{name}_app.db").replace("SessionLocal()", "SessionLocal()  # noqa: SES301")
        (tree / name / f"{name}_app/hidden.py").write_text(hidden)
        (tree / name / "broken.py").write_text("from sqlalchemy import (\n")
        (tree / name / "unseen.py").write_text(f"from {name}_lib.db import get_session, session_scope\n")
    (tree / "till/odd.py").write_bytes(b"# coding: nonsense\nimport sqlalchemy\n")
    whole, found = _as_one(tree), _check(tree)
    assert len(found.outcome.suppressed) == 3 and "6 names are imported" in found.outcome.notes[0]
    assert _told(found) == _told(whole)


def test_notes_on_files_come_first_and_those_on_settings_once(tree: Path) -> None:
    planned = _check(tree).plan
    files = (("b.py: not checked", "a rule is called otherwise"), ("a.py: not checked", "a rule is called otherwise"))
    outcomes = [Outcome((), notes=notes, remarks=Remarks(files=True, library=True)) for notes in files]
    assert joined(outcomes, planned.scope).notes == ("a.py: not checked", "b.py: not checked", "a rule is called otherwise")


def test_a_project_without_sqlalchemy_is_told_of_once(tmp_path: Path) -> None:
    _write(tmp_path, {"a/x.py": "import os\n", "b/x.py": "import os\n"})
    whole, found = _as_one(tmp_path), _check(tmp_path)
    assert found.outcome.notes == whole.outcome.notes and "no file of this project imports SQLAlchemy" in found.outcome.notes[0]
    (tmp_path / "b/x.py").write_text("import sqlalchemy\n")
    assert _check(tmp_path).outcome.notes == ()


@pytest.mark.parametrize("jobs", [1, 2])
def test_fixes_are_those_of_the_whole(tree: Path, jobs: int) -> None:
    whole, found = _as_one(tree, fix="unsafe"), _check(tree, fix="unsafe", jobs=jobs)
    assert whole.changes and _told(found) == _told(whole)
    assert [(each.before.path, each.text) for each in found.changes] == [(each.before.path, each.text) for each in whole.changes]
    assert {path: source.text for path, source in found.sources.items()} == {
        path: source.text for path, source in whole.sources.items()
    }


def test_only_parts_with_something_to_fix_are_looked_at_again(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tree, {"users/users_app/main.py": "x = 1\n", "till/till_app/main.py": "x = 1\n"})
    seen = _files_looked_at(monkeypatch)
    small = _check(tree, fix="unsafe")
    assert [each for each in seen if len(each) > 4] == [] and len(seen) == 3
    monkeypatch.setattr(looking, "_WORTH_LETTING_GO", 0)
    seen.clear()
    large = _check(tree, fix="unsafe")
    assert [each for each in seen if len(each) > 4] == [] and len(seen) == 4
    assert _told(large) == _told(small)


def test_what_nobody_asks_about_is_not_looked_at(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = _files_looked_at(monkeypatch)
    paths = (str(tree / "till/till_app/main.py"),)
    found = _check(tree, paths=paths)
    assert {path.partition("/")[0] for each in seen for path in each} == {"till"}
    assert _told(found) == _told(_as_one(tree, paths=paths))


def _files_looked_at(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    seen: list[Sequence[str]] = []
    checked = looking.checked

    def noted(*given: Any, **more: Any) -> Any:
        seen.append(sorted(given[2]))
        return checked(*given, **more)

    for module in (looking, changing):
        monkeypatch.setattr(module, "checked", noted)
    return seen


def test_whoever_names_wrappers_has_one_part(tree: Path) -> None:
    assert _check(tree, options=(("session-factories", ["till_app.db.SessionLocal"]),)).parts is None


def test_what_was_there_before_is_found_in_parts(tree: Path, tmp_path: Path) -> None:
    """The same project with other texts, as it is looked at for ``--since``."""
    from sessionlint.run.past import Past
    from sessionlint.sift.identity import Identities

    first = _check(tree)
    (tree / "till/till_app/more.py").write_text(LEAK.format(module="till_app.db"))
    second = _check(tree)
    past = Past(Identities(first.sources).of(first.outcome.findings))
    new = past.new(second.outcome, second.sources)
    assert {finding.place.path for finding in new} == {"till/till_app/more.py"}


# --- from run to run --------------------------------------------------------------------------------------------------


def test_a_changed_part_alone_is_asked_again(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached: dict[str, Any] = {"cache": True, "cache_dir": tmp_path / "cache"}
    _check(tree, **cached)
    asked: list[str] = []
    one_by_one = apart._one_by_one

    def noted(parts: Any, check: Any) -> Any:
        asked.extend(part.planned.files[0].partition("/")[0] for part in parts)
        return one_by_one(parts, check)

    monkeypatch.setattr(apart, "_one_by_one", noted)
    main = tree / "users/users_app/main.py"
    main.write_text(main.read_text() + "\n\ndef more():\n    return SessionLocal()\n")
    found = _check(tree, **cached, jobs=2)
    assert asked == ["users"]
    assert _told(found) == _told(_as_one(tree))


def test_what_files_name_is_found_out_once(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached: dict[str, Any] = {"cache": True, "cache_dir": tmp_path / "cache"}
    seen: list[str] = []
    elsewhere = partition._Names.elsewhere

    def noted(self: Any, path: str, source: Source) -> Sequence[str]:
        seen.append(path)
        return elsewhere(self, path, source)

    monkeypatch.setattr(partition._Names, "elsewhere", noted)
    _check(tree, **cached)
    assert len(seen) == len(set(seen)) == 9
    seen.clear()
    (tree / "till/till_app/db.py").write_text(FACTORY + "import users_app.db\n")
    found = _check(tree, **cached)
    assert seen == ["till/till_app/db.py"]
    assert found.parts is not None and len(found.parts.each) == 2
    seen.clear()
    (tree / "till/till_app/db.py").write_text(FACTORY + "import users_app.db, os\n")
    (tree / "till/more.py").write_text("")
    _check(tree, **cached)
    assert len(seen) == 10  # a file more may be what another one means


# --- processes --------------------------------------------------------------------------------------------------------


def test_processes_that_fail_are_done_without(
    tree: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "_started", lambda: processes.start([sys.executable, "-c", "raise SystemExit(3)"]))
    with caplog.at_level(logging.DEBUG):
        found = _check(tree, jobs=2)
    assert "the workers failed" in caplog.text
    assert _told(found) == _told(_as_one(tree))


@pytest.mark.parametrize(
    "option",
    [("select", ["ALL"]), ("severity", {"SES301": "info"}), ("per-file-ignores", {"till/**": ["SES301"]}), ("src", ["till"])],
)
def test_processes_know_the_settings(tree: Path, option: tuple[str, object]) -> None:
    (tree / "sessionlint.toml").write_text("ignore = ['SES302']\n")
    more: dict[str, Any] = {"options": (option,), "isolated": False, "config": ("require-reason = true",)}
    whole = _as_one(tree, **more)
    assert _told(_check(tree, jobs=2, **more)) == _told(whole)


def test_processes_know_the_declared_versions(tree: Path) -> None:
    for version in ("1.4", "2.0"):
        (tree / "requirements.txt").write_text(f"sqlalchemy=={version}.40\nfastapi==0.100\n")
        more: dict[str, Any] = {"options": (("select", ["ALL"]),)}
        assert _told(_check(tree, jobs=2, **more)) == _told(_as_one(tree, **more))


def test_time_in_processes_is_time_of_the_stages(tree: Path) -> None:
    timings = Timings()
    pipeline.check(_request(tree, jobs=2), pytest.fail, timings=timings)
    assert timings.rules and timings.stages["parse"] > 0 and timings.stages["link"] > 0
    assert sum(timings.stages.values()) <= timings.total()
    assert {path.partition("/")[0] for path in timings.files} == {"orders", "till", "users"}


# --- what parts do not decide of each other ---------------------------------------------------------------------------


def test_two_services_that_use_one_database_have_an_engine_each(tmp_path: Path) -> None:
    """One that nobody imports is in another process."""
    factory = FACTORY.replace("sqlite://", "postgresql+psycopg://localhost/shop")
    _write(tmp_path, {"till/db.py": factory, "users/db.py": factory})
    more: dict[str, Any] = {"options": (("select", ["SES113"]),)}
    assert _codes_of(_check(tmp_path, **more)) == []
    assert {code for _, code, _ in _codes_of(_as_one(tmp_path, **more))} == {"SES113"}
    (tmp_path / "users/main.py").write_text("import till.db\n")
    assert {code for _, code, _ in _codes_of(_check(tmp_path, **more))} == {"SES113"}


# --- every door -------------------------------------------------------------------------------------------------------


def test_a_resident_project_looks_at_the_part_that_changed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resident = Resident(_request(tree), pytest.fail)
    resident.load()
    assert _codes(resident) == _codes_of(_check(tree))
    asked = _linked(monkeypatch)
    path = "users/users_app/main.py"
    text = LEAK.format(module="users_app.db") + "\n\ndef more():\n    return SessionLocal().get(object, 1)\n"
    resident.put(path, text)
    found = _codes(resident)
    assert {each.partition("/")[0] for paths in asked for each in paths} == {"users"}
    (tree / path).write_text(text)
    assert found == _codes_of(_check(tree))
    assert {*resident.project_of(path).modules} == {"users/users_app/db.py", path}


def test_parts_of_a_resident_project_become_one_and_several_again(tree: Path) -> None:
    resident = Resident(_request(tree), pytest.fail)
    resident.load()
    path = "users/users_app/main.py"
    text = (tree / path).read_text()
    for now in (
        text + "import till_app.db\n",
        text,
        "from till_app.db import SessionLocal\n\nSessionLocal().get(object, 1)\n",
        text,
    ):
        resident.put(path, now)
        found = _codes(resident)
        (tree / path).write_text(now)
        assert found == _codes_of(_check(tree))


def test_a_resident_project_that_tried_fixes_is_the_one_that_it_was(tree: Path) -> None:
    resident = Resident(_request(tree), pytest.fail)
    resident.load()
    path = "users/users_app/main.py"
    with_fix = LEAK.format(module="users_app.db").replace("    return db", "    db.close()\n    db.close()\n    return db")
    resident.put(path, with_fix)
    before = _codes(resident)
    resident.fixed(path)
    assert _codes(resident) == before
    assert resident.project_of(path).sources[path].text == with_fix


def _codes(resident: Resident) -> list[tuple[str, str, str]]:
    return [(each.place.path, each.code, each.message) for each in resident.outcome().findings]


def _codes_of(result: Result) -> list[tuple[str, str, str]]:
    return [(each.place.path, each.code, each.message) for each in result.outcome.findings]


def _linked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    seen: list[list[str]] = []
    link = rounds.link

    def noted(project: Any, sources: Mapping[str, Source], *rest: Any) -> None:
        seen.append(sorted(sources))
        link(project, sources, *rest)

    monkeypatch.setattr(analysis, "link", noted)
    return seen


def test_commands_that_tell_of_the_project_tell_of_all_of_it(tree: Path) -> None:
    linked = pipeline.link(_request(tree), pytest.fail)
    assert {path.partition("/")[0] for path in linked.project.modules} == {"orders", "till", "users"}
    assert outcome_codec.dump(linked.outcome) == _told(_check(tree))
    result = pipeline.analysed(_request(tree), pytest.fail)
    assert result.checked is not None and len(result.checked.parts) == 3
    assert {*result.checked.facts} == {*result.sources}


def test_suppressions_are_written_in_every_part(tree: Path) -> None:
    found = _check(tree)
    result = pipeline.check(_request(tree, suppress="known"), pytest.fail, Hands())
    assert len(result.changes) >= 3 and result.outcome.findings == ()
    assert len(result.outcome.suppressed) == len(found.outcome.findings)


def test_fixes_of_a_known_outcome_are_those_of_the_parts(tree: Path, tmp_path: Path) -> None:
    cached: dict[str, Any] = {"cache": True, "cache_dir": tmp_path / "cache"}
    plain = _check(tree, fix="unsafe")
    _check(tree, **cached)
    found = _check(tree, fix="unsafe", **cached)
    assert found.changes and _told(found) == _told(plain)


def test_a_person_is_asked_as_about_one_project(tree: Path) -> None:
    answers = iter([Answer.NO, Answer.YES, Answer.ALL])
    turns: list[int] = []

    def ask(_: Path) -> Any:
        def said(finding: Any, state: Any, turn: Turn) -> Answer:
            turns.append(turn.number)
            assert turn.questions >= turn.number
            return next(answers)

        return said

    request = _request(tree, fix="unsafe")
    offered = len(_check(tree, fix="unsafe").changes)
    result = pipeline.check(request, pytest.fail, Hands(ask))
    assert turns == [1, 2, 3] and offered >= 3
    assert {change.before.path.partition("/")[0] for change in result.changes} >= {"till", "users"}


def test_a_person_who_has_enough_is_asked_no_more(tree: Path) -> None:
    asked: list[object] = []

    def ask(_: Path) -> Any:
        def said(finding: Any, state: Any, turn: Turn) -> Answer:
            asked.append(finding)
            return Answer.QUIT

        return said

    result = pipeline.check(_request(tree, fix="unsafe"), pytest.fail, Hands(ask))
    assert len(asked) == 1 and result.is_quit and not result.changes
    assert _told(result) == _told(_check(tree))
