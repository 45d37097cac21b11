"""python -m proofs [ENVIRONMENT ...]

Run the proofs of the rule pages on older versions of the libraries. Without names: in all environments.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from proofs.build import build, installed, prove
from proofs.environments import ENVIRONMENTS, Environment, environment


@click.command(help=__doc__, epilog=f"Environments: {', '.join(one.name for one in ENVIRONMENTS)}, or fastapi-X.Y.")
@click.argument("names", metavar="ENVIRONMENT", nargs=-1)
def main(names: tuple[str, ...]) -> None:
    try:
        chosen = tuple(map(environment, names)) or ENVIRONMENTS
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    failed = [one.name for one in chosen if not _holds(one)]
    if failed:
        raise click.ClickException(f"proofs that do not hold: {', '.join(failed)}")


def _holds(one: Environment) -> bool:
    with TemporaryDirectory(prefix=f"{one.name}-") as folder:
        python = build(one, Path(folder))
        click.echo(f"== {one.name}: {installed(python)}")
        return prove(one, python)


if __name__ == "__main__":
    main()
