"""What has come and what has gone between runs, and what is not known."""

from pathlib import Path

import pytest

from fleet.shelf import Shelf, finding
from sessionlint.fleet.history import History
from sessionlint.fleet.review import Review
from sessionlint.fleet.timeline import compared, timeline
from sessionlint.report.fleet.summary import summarised
from sessionlint.report.fleet.view import Age, Service
from sessionlint.run.errors import UsageError

A, B, C = finding("a"), finding("b", severity="warning"), finding("c", severity="info")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "store")


def _review(shelf: Shelf, against: int) -> Review:
    return Review(shelf.store, timeline(History(shelf.store.storage, shelf.told.append), None), against)


def _ages(service: Service) -> list[tuple[str, Age]]:
    return [(found.data["message"].split("`")[1], found.age) for found in (*service.found, *service.gone)]


def test_each_finding_is_told_beside_what_was_known(shelf: Shelf) -> None:
    shelf.run({"shop": [A, B]}, commit="c1")
    shelf.run({"shop": [B]}, commit="c2")
    shelf.run({"shop": [A, C]}, commit="c3")
    service = _review(shelf, 2).service("shop")
    assert _ages(service) == [("a", Age.RETURNED), ("c", Age.NEW), ("b", Age.FIXED)]
    assert [(found.run, found.commit) for found in service.found] == [(1, "c1"), (3, "c3")]
    assert _ages(_review(shelf, 1).service("shop")) == [("a", Age.KNOWN), ("c", Age.NEW), ("b", Age.FIXED)]


def test_what_another_version_sees_in_the_same_commit_is_no_change_of_the_code(shelf: Shelf) -> None:
    shelf.run({"shop": [A]}, version="1.0")
    shelf.run({"shop": [B]}, version="2.0")
    assert _ages(_review(shelf, 1).service("shop")) == [("b", Age.REVEALED), ("a", Age.WITHDRAWN)]


@pytest.mark.parametrize(
    ("commits", "ages"),
    [
        (("tree:1", "tree:2"), (Age.REVEALED, Age.WITHDRAWN)),
        (("a" * 40, "a" * 40 + "+1"), (Age.REVEALED, Age.WITHDRAWN)),
        (("a" * 40, "b" * 40), (Age.NEW, Age.FIXED)),
    ],
)
def test_what_is_no_commit_says_nothing_of_the_code_beside_another_version(
    shelf: Shelf, commits: tuple[str, str], ages: tuple[Age, Age]
) -> None:
    for commit, version, found in zip(commits, ("1.0", "2.0"), (A, B), strict=True):
        shelf.run({"shop": [found]}, commit=commit, version=version)
    assert _ages(_review(shelf, 1).service("shop")) == [("b", ages[0]), ("a", ages[1])]


def test_a_repository_that_was_not_known_has_no_new_findings(shelf: Shelf) -> None:
    shelf.run({"shop": []})
    shelf.run({"shop": [], "new": [A]})
    summary = summarised(_review(shelf, 1).services())
    assert (summary.recent, summary.serious, summary.whole.ages[Age.FIRST_LOOK]) == (0, 1, 1)


@pytest.mark.parametrize("status", ["failed", "timed-out", "out-of-memory", "poisoned"])
def test_what_is_not_known_is_neither_fixed_nor_there(shelf: Shelf, status: str) -> None:
    shelf.run({"shop": [A, B], "till": [A]})
    shelf.run({"shop": status, "till": [A], "gone": status})
    summary = summarised(_review(shelf, 1).services())
    assert (summary.analysed, summary.unanalysed, summary.whole.findings, summary.unknown_findings) == (1, 2, 1, 2)
    assert summary.whole.ages[Age.FIXED] == 0
    shop, gone = (next(row for row in summary.rows if row.repository == name) for name in ("shop", "gone"))
    assert (shop.status, shop.last_run, shop.last_findings) == (status, 1, 2)
    assert (gone.last_run, gone.last_findings) == (0, 0)


def test_between_what_is_known_a_failure_changes_nothing(shelf: Shelf) -> None:
    shelf.run({"shop": [A, B]}, commit="c1")
    shelf.run({"shop": "failed"})
    shelf.run({"shop": [B, C]}, commit="c2")
    assert _ages(_review(shelf, 2).service("shop")) == [("b", Age.KNOWN), ("c", Age.NEW), ("a", Age.FIXED)]


def test_the_list_names_the_owner_or_else_codeowners_does(shelf: Shelf) -> None:
    files = [finding("a", path="app/use.py"), finding("b", path="lib/use.py")]
    shelf.run({"shop": files}, codeowners="/app/ @app @two\n")
    [service] = _review(shelf, 0).services()
    assert [service.owners_of(found) for found in service.found] == [("@app", "@two"), ("",)]
    groups = summarised([service]).groups
    assert {name: counts.findings for name, counts in groups["owner"].items()} == {"@app": 1, "@two": 1, "": 1}
    shelf.run({"shop": files}, codeowners="/app/ @app @two\n", owner="payments", labels=("tier1",))
    [service] = _review(shelf, 0).services()
    assert (service.owners, service.owners_of(service.found[0])) == (("payments",), ("payments",))
    groups = summarised([service]).groups
    assert {name: counts.findings for name, counts in groups["codeowner"].items()} == {"@app": 1, "@two": 1, "": 1}
    assert groups["label"].keys() == {"tier1"}


@pytest.mark.parametrize("spoil", ["remove", "damage", "odd"])
def test_a_result_that_is_lost_is_told(shelf: Shelf, spoil: str) -> None:
    odd = {**A, "location": None} if spoil == "odd" else A
    shelf.run({"shop": [odd]})
    [entry] = shelf.store.entries()
    if spoil == "remove":
        shelf.store.storage.remove(entry)
    elif spoil == "damage":
        shelf.store.storage.write(entry, b"{}")
    [service] = _review(shelf, 0).services()
    assert (service.status, service.found, service.reason) == ("failed", (), "its result is gone from the store, or damaged")


def test_the_runs_are_told_in_their_order(shelf: Shelf) -> None:
    shelf.run({"shop": [A, B], "till": [A], "left": [A]})
    shelf.run({"shop": [A], "till": "failed"})
    known = timeline(History(shelf.store.storage, shelf.told.append), None)
    assert [(run.number, run.repositories, run.analysed, dict(run.severities)) for run in known.runs] == [
        (1, 3, 3, {"error": 3, "warning": 1}),
        (2, 2, 1, {"error": 1}),
    ]
    assert known.left(1) == ["left"]
    assert compared(known.runs, None) == compared(known.runs, "previous") == compared(known.runs, "1") == known.runs[0]
    assert compared(known.runs, "none") is None
    with pytest.raises(UsageError, match="--against 2: there is no such run before run 2"):
        compared(known.runs, "2")
