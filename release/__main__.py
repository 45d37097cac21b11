"""What has to hold before a release, and what a release needs. Nothing is published by it: the workflow does that."""

import shutil
import tempfile
from pathlib import Path

import click

from release import address, figures, mirror, notes
from release.distributions import ROOT, Distributions, WrongError, built_twice, check_contents, check_metadata
from release.trial import PYTHONS, environment, interpreters, run_tests, try_out, uv, uv_program
from release.version import check_version

# what click, libcst, pygls and watchfiles do for us; programs of their own, as users run it: click's runner differs by version
TESTS = (
    *("tests/test_cli_process.py", "tests/platforms/test_other_systems.py"),
    *("tests/edits/test_parse_check.py", "tests/server/test_server.py"),
)
_DIRECT = ("click", "libcst", "lsprotocol", "pygls", "tomli", "watchfiles")
_TESTING = ("pytest>=8", "pytest-xdist>=3.6", "hypothesis>=6.100", "sqlalchemy[asyncio]>=2", "flake8>=7")


@click.group(help=__doc__)
def main() -> None:
    pass


@main.command(help="Build what is committed, and look at it; with --ends, on the oldest and the newest dependencies, too.")
@click.option("--out", type=click.Path(path_type=Path), help="Leave the sdist and the wheel here.")
@click.option("--python", "versions", multiple=True, type=click.Choice(PYTHONS), help="Install on these only.")
@click.option(
    "--ends", is_flag=True, help="Run tests with the oldest and the newest dependencies, and uvx and pipx; takes minutes."
)
def check(out: Path | None, versions: tuple[str, ...], ends: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        try:
            click.echo(f"version {check_version()}")
            distributions = _build(work, out or work / "dist")
            _install(work, distributions, versions or PYTHONS)
            if ends:
                _both_ends(work, distributions.wheel)
                _runners(work, distributions.wheel)
        except WrongError as wrong:
            raise click.ClickException(str(wrong)) from None


def _build(work: Path, out: Path) -> Distributions:
    shutil.rmtree(out, ignore_errors=True)
    distributions = built_twice(work, out)
    for path in distributions:
        click.echo(f"{path.name}: {path.stat().st_size:,} bytes, the same when built again")
    click.echo(f"{check_contents(distributions.wheel)} files in the wheel, none is missing")
    check_metadata(distributions)
    click.echo("twine and check-wheel-contents have nothing to say")
    return distributions


def _install(work: Path, distributions: Distributions, versions: tuple[str, ...]) -> None:
    """From the wheel and from the sdist, on each Python that is here."""
    here = interpreters(versions)
    for version, python in here.items():
        for path in distributions:
            interpreter = environment(work / f"{version}{path.suffix}", python, str(path))
            as_command, as_module = [str(interpreter.with_name("sessionlint"))], [str(interpreter), "-m", "sessionlint"]
            try_out(as_command if path.suffix == ".whl" else as_module, work / f"{version}{path.suffix}-elsewhere")
        click.echo(f"Python {version}: installed from the wheel and from the sdist, and runs")
    if not here:
        raise WrongError(f"there is no Python of {', '.join(versions)} here")
    for version in versions:
        if version not in here:
            click.echo(f"Python {version}: not here, not tried")


def _both_ends(work: Path, wheel: Path) -> None:
    """The oldest dependencies on the oldest Python, the newest ones on the newest."""
    here = interpreters()
    for end, version in (("lowest-direct", min(here, key=_number)), ("highest", max(here, key=_number))):
        options = ("--resolution", end, "--all-extras", "--requirements", str(ROOT / "pyproject.toml"))
        interpreter = environment(work / end, here[version], options=options)
        frozen = uv("pip", "freeze", "--python", str(interpreter)).split()
        uv("pip", "install", "--quiet", "--python", str(interpreter), str(wheel), *_TESTING)
        direct = [each for each in frozen if each.partition("==")[0] in _DIRECT]
        click.echo(f"Python {version}, {', '.join(direct)}: {run_tests(interpreter, TESTS)}")


def _runners(work: Path, wheel: Path) -> None:
    """Without installing: uvx (which is `uv tool run`), and pipx, which is run by uvx."""
    uvx = (uv_program(), "tool", "run")
    for name, command in (("uvx --from", (*uvx, "--from")), ("pipx run --spec", (*uvx, "pipx", "run", "--spec"))):
        try_out([*command, str(wheel), "sessionlint"], work / name.partition(" ")[0])
        click.echo(f"{name} WHEEL sessionlint: runs")


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


for command in (address.owner, mirror.mirror, notes.notes, figures.figures):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="python -m release")
