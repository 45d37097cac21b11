"""Writes the sources of the site into a folder and has Zensical build it there."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from documentation.collected import PICTURES, pages
from documentation.navigation import as_toml, navigation
from documentation.page import ROOT, Page
from documentation.project import project, repository

HERE = Path(__file__).parent


def build(folder: Path) -> Path:
    """Build the site in ``folder``, which is made anew; the folder of its pages.

    Raises subprocess.CalledProcessError where Zensical fails or warns.
    """
    shutil.rmtree(folder, ignore_errors=True)
    _write(folder / "docs", pages())
    (folder / "zensical.toml").write_text(_settings(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=folder, check=True)
    return folder / "site"


def _write(folder: Path, made: Iterable[Page]) -> None:
    for page in made:
        file = folder / page.target
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page.source, encoding="utf-8")
    for origin, target in PICTURES.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / origin, folder / target)
    for name in ("extra.css", "extra.js", "errors.js"):
        shutil.copyfile(HERE / name, folder / name)


def _settings() -> str:
    """The look of the site, with what the project is called and where it lies."""
    told = project()
    return (
        (HERE / "zensical.toml")
        .read_text(encoding="utf-8")
        .format(
            name=told["name"],
            description=told["description"],
            address=told["urls"]["Documentation"],
            repository=repository(),
            navigation=as_toml(navigation()),
        )
    )
