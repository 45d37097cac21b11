"""The page of ``sessionlint map`` in a real browser; ``browser/`` says what that needs, and what has to be true."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from shop import FILES, write

from sessionlint.cli import sessionlint

pytest.importorskip("playwright")
pytest.importorskip("axe_playwright_python")
visit = pytest.importorskip("browser.visit")
map_page = pytest.importorskip("browser.map_page")

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(visit.chromium() is None, reason="no Chromium"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028'\""


def page_of(files: dict[str, str], folder: Path) -> Path:
    write(files, folder)
    page = folder / "map.html"
    told = CliRunner().invoke(
        sessionlint, ["map", str(folder), "--project-root", str(folder), "--output-format", "html", "-q", "-o", str(page)]
    )
    assert told.exit_code == 0, told.output
    return page


def test_the_page_of_a_hostile_project_with_many_routes(tmp_path: Path) -> None:
    routes = "".join(
        f"\n\n@app.get({f'/{number}{EVIL}'!r})\ndef route_{number}(session: Db):\n    return session\n" for number in range(250)
    )
    api = f"from fastapi import FastAPI\n\nfrom shop.db import Db\n\napp = FastAPI()\n{routes}"
    files = {**FILES, "shop/<img src=x onerror=alert(3)>'.py": api}
    with visit.started(visit.chromium()) as browser:
        assert map_page.problems_of(browser, page_of(files, tmp_path)) == []
