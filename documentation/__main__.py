"""python -m documentation [--folder DIR]

Build the site, with warnings as errors, and check where its links lead. External addresses are listed, not asked for.
"""

import subprocess
import sys
from pathlib import Path

import click

from documentation.build import build
from documentation.check import checked
from documentation.page import ROOT
from documentation.project import project


@click.command(help=__doc__)
@click.option(
    "--folder", type=click.Path(path_type=Path), default=ROOT / "documentation" / ".site", show_default="documentation/.site"
)
def main(folder: Path) -> None:
    try:
        site = build(folder)
    except subprocess.CalledProcessError as error:
        raise click.ClickException("Zensical failed, or warned (above)") from error
    found = checked(site, project()["urls"]["Documentation"])
    external = folder / "external-links.txt"
    external.write_text("".join(f"{address}\n" for address in found.external), encoding="utf-8")
    click.echo("".join(f"{problem}\n" for problem in found.problems), err=True, nl=False)
    click.echo(f"{found.pages} pages, {found.links} links between them, {len(found.external)} addresses elsewhere ({external})")
    click.echo(f"{site / 'index.html'}")
    sys.exit(1 if found.problems else 0)


if __name__ == "__main__":
    main()
