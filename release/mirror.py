"""The repository of the pre-commit mirror: where hooks are the wheel from the index, and nothing is built."""

import re
import shutil
from pathlib import Path

import click

from release.distributions import ROOT
from sessionlint import __version__

TEMPLATE = Path(__file__).parent / "mirror"
_VERSION = re.compile(r"(sessionlint==|rev: v)0\.0\.0")
HOOKS = ".pre-commit-hooks.yaml"


def lay_out(folder: Path, version: str = __version__) -> None:
    """Write the mirror of ``version`` into ``folder``: what is the same for each release, and the hooks as we have them."""
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    for name in ("pyproject.toml", "README.md"):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        path.write_text(_VERSION.sub(rf"\g<1>{version}", text), encoding="utf-8")
    for name in (HOOKS, "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def mirror(folder: Path) -> None:
    """Lay out the repository of the pre-commit mirror, for this version, in FOLDER; from then on it follows PyPI by itself."""
    lay_out(folder)
    click.echo(f"{folder}: commit it, tag it v{__version__}, and push both to sessionlint-pre-commit beside this repository")
