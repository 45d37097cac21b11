"""python -m benchmarks [--before REVISION] [--rounds N] setup | all | compare | scale | together | routers | ..."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from benchmarks import before, fixable, peers, report
from benchmarks import growth as growing
from benchmarks.fleet import fleet
from benchmarks.hostile import HOSTILE
from benchmarks.ours import BEFORE, Ours
from benchmarks.runs import HERE, README, TOOLS, WORK, Runs, environment
from ecosystem import download
from ecosystem.packages import Package, read_pins

_SIZES = (1_000, 2_000, 4_000, 8_000, 16_000)
_COUNTS = (50, 100, 200, 400, 800, 1_600)
_LINES = 20_000
_FOLDER = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)
_TREES = click.option("--tree", "folders", multiple=True, type=_FOLDER, help="A folder to measure beside prefect.")
_PEERS = click.option("--peer", "asked", multiple=True, type=click.Choice(peers.ON_REQUEST), help="This slow peer, too.")


@click.group(help=__doc__)
@click.option("--before", "revision", metavar="REVISION", help="Run this revision of the linter in turn with today's.")
@click.option("--rounds", default=3, show_default=True, help="Counted runs of each contender.")
@click.pass_context
def main(context: click.Context, revision: str | None, rounds: int) -> None:
    WORK.mkdir(exist_ok=True)
    context.obj = lambda: _runs(revision, rounds)


def _runs(revision: str | None, rounds: int) -> Runs:
    earlier = Ours(before.install(revision, HERE.parent, WORK), WORK, BEFORE) if revision else None
    return Runs(Ours(peers.program(TOOLS, peers.OURS), WORK), earlier, revision, rounds)


@main.command(help="Download the trees, and install the linter and its peers (default: all of them).")
@click.argument("names", nargs=-1, metavar="[PEER]...", type=click.Choice([*peers.PINS]))
def setup(names: tuple[str, ...]) -> None:
    download.download(read_pins())
    peers.install(TOOLS, HERE.parent, names)


@main.command("all", help="Everything; takes hours.")
@_PEERS
@_TREES
@click.pass_obj
def everything(runs: Callable[[], Runs], asked: tuple[str, ...], folders: tuple[Path, ...]) -> None:
    run = runs()
    run.small()
    for package in _packages(("prefect", "letta", "apache-superset")):
        run.compare(package, asked if package.name == "prefect" else ())
    run.scale(_SIZES)
    run.together()
    run.routers(_COUNTS)
    run.long_module(_LINES)
    run.fixes(fixable.PACKAGES)
    run.given(folders)
    _grow(tuple(HOSTILE))


@main.command(help="The linter and its peers in turn on each tree (default: prefect).")
@click.argument("names", nargs=-1, metavar="[PACKAGE]...")
@click.option("--all", "every", is_flag=True, help="Every package.")
@_PEERS
@click.pass_obj
def compare(runs: Callable[[], Runs], names: tuple[str, ...], every: bool, asked: tuple[str, ...]) -> None:
    packages, run = _packages(() if every else names or ("prefect",)), runs()
    run.small()
    for package in packages:
        run.compare(package, asked)


@main.command(help="Cold and warm on projects that grow, with a plot.")
@click.option("--files", "sizes", multiple=True, type=int, default=_SIZES, show_default=True)
@click.pass_obj
def scale(runs: Callable[[], Runs], sizes: tuple[int, ...]) -> None:
    runs().scale(sizes)


@main.command(help="All packages as one project, with one worker and with two.")
@click.pass_obj
def together(runs: Callable[[], Runs]) -> None:
    runs().together()


@main.command(help="Projects of routers with findings in all of them.")
@click.option("--count", "counts", multiple=True, type=int, default=_COUNTS, show_default=True)
@click.pass_obj
def routers(runs: Callable[[], Runs], counts: tuple[int, ...]) -> None:
    runs().routers(counts)


@main.command("module", help="One long module with 200 findings, beside what `ast.parse` takes for it.")
@click.option("--lines", default=_LINES, show_default=True)
@click.pass_obj
def long_module(runs: Callable[[], Runs], lines: int) -> None:
    runs().long_module(lines)


@main.command(help="Everything fixed in a project in which every function has something to fix.")
@click.option("--packages", default=fixable.PACKAGES, show_default=True, help="25 findings in 6 files each.")
@click.pass_obj
def fixes(runs: Callable[[], Runs], packages: int) -> None:
    runs().fixes(packages)


@main.command("trees", help="Any folders, beside prefect: CPU per file and per parsed line, and memory.")
@_TREES
@click.pass_obj
def given(runs: Callable[[], Runs], folders: tuple[Path, ...]) -> None:
    runs().given(folders)


@main.command(help="A line typed in the largest files of a project that stays in memory.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def keystrokes(folder: Path) -> None:
    from benchmarks.keystrokes import measured, table

    click.echo(table(*measured(folder)))


@main.command(help="Hostile inputs of four sizes, each twice the one before.")
@click.argument("names", nargs=-1, metavar="[INPUT]...")
def growth(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in HOSTILE:
            raise click.UsageError(f"{name} is not in benchmarks/hostile.py")
    _grow(names or tuple(HOSTILE))


def _grow(names: Sequence[str]) -> None:
    grown = [growing.measured(name, HOSTILE[name], environment()) for name in names]
    click.echo(growing.table(grown))
    if len(names) == len(HOSTILE):
        report.put(README, "growth", f"{report.machine()}.\n\n{growing.table(grown)}")


main.add_command(fleet)


def _packages(names: Sequence[str]) -> list[Package]:
    """The named packages, in that order; all for no name. Raises click.UsageError for a name that is not pinned."""
    pinned = {package.name: package for package in read_pins().packages}
    for name in names:
        if name not in pinned:
            raise click.UsageError(f"{name} is not in ecosystem/packages.toml")
    return [pinned[name] for name in names or pinned]


if __name__ == "__main__":
    main()
