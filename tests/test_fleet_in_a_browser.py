"""The page of ``sessionlint fleet report`` in a real browser; ``browser/`` says what that needs, and what has to be true."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from fleet.shelf import Shelf, finding

from sessionlint.cli import sessionlint

pytest.importorskip("playwright")
pytest.importorskip("axe_playwright_python")
visit = pytest.importorskip("browser.visit")
fleet_page = pytest.importorskip("browser.fleet_page")

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(visit.chromium() is None, reason="no Chromium"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028'\""


def test_the_page_of_a_hostile_fleet(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "store")
    found = [finding(f"{EVIL}{number}", message=EVIL, path=f"{EVIL}{number}.py") for number in range(8)]
    for number in (3, 8):
        seen = {f"{EVIL}-{each}": found[:number] for each in range(5)}
        shelf.run({**seen, "lost": "failed"}, commit=f"c{number}", owner=EVIL, labels=(EVIL,))
    page = tmp_path / "fleet.html"
    arguments = ["fleet", "report", "--store", str(shelf.folder), "--output-format", "html", "-q", "-o", str(page)]
    told = CliRunner().invoke(sessionlint, arguments)
    assert told.exit_code == 0, told.output
    with visit.started(visit.chromium()) as browser:
        assert fleet_page.problems_of(browser, page) == []
