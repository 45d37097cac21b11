"""The language server in a real editor: Neovim without a screen, with its built-in client."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.test_server import project as project

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed"),
]


def test_neovim_shows_what_is_found_and_makes_the_fix(project: Path) -> None:
    done = subprocess.run(
        ["nvim", "--headless", "--clean", "-c", f"luafile {Path(__file__).with_name('neovim.lua')}"],
        capture_output=True,
        text=True,
        cwd=project,
        stdin=subprocess.DEVNULL,
        env={
            **os.environ,
            "SERVER_COMMAND": f"{sys.executable}\n-m\nsessionlint\nserver",
            "PROJECT_ROOT": str(project),
            "PROJECT_FILE": str(project / "app/users.py"),
        },
        check=True,
    )
    shown, typed, title, after, *text = done.stdout.splitlines()
    assert (shown, typed, after) == ("SES301:6:10", "SES301:7:10", "")
    assert title.startswith("SES301: open the session in a `with` block")
    assert text == ["    with SessionLocal() as db:", "        return db.query(1).all()"]
