"""What the changelog says of a release: the text of the release on GitHub."""

import re

import click

from release.distributions import ROOT
from sessionlint import __version__


def section(changelog: str, version: str) -> str:
    """What stands under the heading of ``version``. Raises KeyError where there is none."""
    parts = re.split(r"^## (\S+).*\n", changelog, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return found[version].strip() + "\n"


@click.command()
def notes() -> None:
    """Print what CHANGELOG.md says of this version."""
    try:
        click.echo(section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__), nl=False)
    except KeyError:
        raise click.ClickException(f"CHANGELOG.md says nothing of {__version__}: name its section, and date it") from None
