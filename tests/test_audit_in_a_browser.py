"""The page of ``sessionlint audit`` in a real browser; ``browser/`` says what that needs, and what has to be true."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from shop import FILES, write

from sessionlint.cli import sessionlint

pytest.importorskip("playwright")
pytest.importorskip("axe_playwright_python")
visit = pytest.importorskip("browser.visit")
audit_page = pytest.importorskip("browser.audit_page")

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(visit.chromium() is None, reason="no Chromium"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028'\""


def test_the_page_of_a_hostile_project(tmp_path: Path) -> None:
    body = "    session = SessionLocal()\n    return session.scalar(1)\n"
    routes = "".join(f"\n\n@app.get({f'/{number}{EVIL}'!r})\ndef route_{number}():\n{body}" for number in range(20))
    api = f"from fastapi import FastAPI\n\nfrom shop.db import SessionLocal\n\napp = FastAPI()\n{routes}"
    write({**FILES, "shop/<img src=x onerror=alert(3)>'.py": api}, tmp_path)
    page = tmp_path / "audit.html"
    arguments = ["audit", str(tmp_path), "--project-root", str(tmp_path), "--output-format", "html", "-q", "-o", str(page)]
    told = CliRunner().invoke(sessionlint, arguments)
    assert told.exit_code == 0, told.output
    with visit.started(visit.chromium()) as browser:
        assert audit_page.problems_of(browser, page) == []
