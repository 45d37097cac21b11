"""python -m benchmarks setup | compare | scale"""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks import peers, report, trees
from benchmarks.measure import Contender, alternately
from benchmarks.ours import Ours
from ecosystem import download
from ecosystem.packages import Package, Pins, read_pins

HERE = Path(__file__).parent
WORK = HERE / ".work"
README = HERE / "README.md"
TOOLS = WORK / "tools"
COLD = "sessionlint, cold"
rounds = click.option("--rounds", default=5, show_default=True, help="Counted runs of each contender.")


@click.group(help=__doc__)
def main() -> None:
    WORK.mkdir(exist_ok=True)


@main.command(help="Download the trees, and install the linter and its peers.")
def setup() -> None:
    download.download(read_pins())
    peers.install(TOOLS, HERE.parent)


@main.command(help="The linter and its peers in turn on one tree; the table goes into README.md.")
@click.argument("name", default="prefect")
@click.option("--peer", "wanted", multiple=True, help="Only these peers, by the first word of their name.")
@rounds
def compare(name: str, wanted: tuple[str, ...], rounds: int) -> None:
    tree = trees.copy(_package(name), WORK)
    ours = Ours(peers.program(TOOLS, peers.OURS), WORK)
    own = [ours.cold(tree), ours.cold(tree, 1), ours.cold_and_kept(tree), ours.warm(tree), ours.one_changed(tree), *ours.small()]
    others = [peer for peer in peers.peers(TOOLS, tree, WORK) if not wanted or peer.name.split()[0].strip(",") in wanted]
    _measured([*own, *others], rounds, f"{name}: {_size(tree)} sessionlint checks {ours.checks(tree):,} files.", "compare")


@main.command(help="Cold and warm on heaps that grow; the table and the plot go into README.md.")
@click.option("--files", "sizes", multiple=True, type=int, default=(1_000, 2_000, 4_000, 8_000, 16_000), show_default=True)
@rounds
def scale(sizes: tuple[int, ...], rounds: int) -> None:
    ours = Ours(peers.program(TOOLS, peers.OURS), WORK)
    rows = []
    for files in sizes:
        tree = trees.heap(read_pins().packages, files, WORK)
        if tree is None:
            click.echo(f"all packages together have fewer than {files} files")
            break
        assert ours.checks(tree) >= files * 0.9, "some of the packages' folders are excluded, but not these many"
        cold, warm = alternately([ours.cold(tree), ours.warm(tree)], rounds, _environment(), WORK)
        rows.append((files, cold, warm))
        click.echo(f"{files}: cold {cold.cpu:.2f} s, warm {warm.cpu:.2f} s")
    (HERE / "scaling.svg").write_text(report.plot(rows), "utf-8")
    report.put(README, "scale", f"{_heading()}\n{report.scaling_table(rows)}\n![CPU per file](scaling.svg)\n")


def _measured(contenders: Sequence[Contender], rounds: int, what: str, place: str) -> None:
    found = alternately(contenders, rounds, _environment(), WORK)
    text = report.table(found, COLD)
    click.echo(text)
    report.put(README, place, f"{what}\n\n{_heading()}\n{text}")


def _heading() -> str:
    return f"{report.machine()}; {', '.join(peers.versions(TOOLS))}.\n"


def _size(tree: Path) -> str:
    files, lines = trees.size(tree)
    return f"{files:,} Python files, {lines:,} lines."


def _package(name: str) -> Package:
    pins: Pins = read_pins()
    found = next((package for package in pins.packages if package.name == name), None)
    if found is None:
        raise click.UsageError(f"{name} is not in ecosystem/packages.toml")
    return found


def _environment() -> dict[str, str]:
    """Ours, without what would change how Python starts."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


if __name__ == "__main__":
    main()
