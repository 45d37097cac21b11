"""python -m benchmarks setup | compare | scale | routers | growth"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from benchmarks import growth as growing
from benchmarks import peers, report, targets, trees
from benchmarks.hostile import HOSTILE
from benchmarks.measure import Contender, Medians, alternately
from benchmarks.ours import Ours
from benchmarks.targets import Compared, Scaled, Verdict
from ecosystem import download
from ecosystem.packages import Package, read_pins

HERE = Path(__file__).parent
WORK = HERE / ".work"
README = HERE / "README.md"
TOOLS = WORK / "tools"
# share of a tree's files that everybody has to look at; some folders are left out by one tool or another
_ALMOST_ALL = 0.9


@click.group(help=__doc__)
def main() -> None:
    WORK.mkdir(exist_ok=True)


@main.command(help="Download the trees, and install the linter and its peers.")
def setup() -> None:
    download.download(read_pins())
    peers.install(TOOLS, HERE.parent)


@main.command(help="The linter and its peers in turn on each tree (default: prefect); the tables go into README.md.")
@click.argument("names", nargs=-1, metavar="[PACKAGE]...")
@click.option("--all", "every", is_flag=True, help="Every package.")
@click.option("--peer", "asked", multiple=True, type=click.Choice(peers.ON_REQUEST), help="This slow peer, too.")
@click.option("--rounds", default=5, show_default=True, help="Counted runs of each contender.")
def compare(names: tuple[str, ...], every: bool, asked: tuple[str, ...], rounds: int) -> None:
    packages = _packages(() if every else names or ("prefect",))
    small = _measured(_ours().small(), rounds)
    judged = targets.verdicts(targets.SMALL, Compared("", _by_name(small)))
    _show("small", f"### One small file\n\n{_tables(small, judged)}")
    for package in packages:
        _show(package.name, _compared(package, asked, rounds))


def _compared(package: Package, asked: Sequence[str], rounds: int) -> str:
    """One tree's part of README.md."""
    ours, tree = _ours(), trees.copy(package, WORK)
    relevant = ours.fill(tree)
    own = [ours.cold(tree), ours.cold(tree, 1), ours.cold(tree, 2), ours.cold_and_kept(tree), ours.warm(tree)]
    others = {
        name: peer for name, peer in peers.peers(TOOLS, tree, WORK).items() if name in asked or name not in peers.ON_REQUEST
    }
    rows = _measured([*own, *ours.one_changed(tree), *others.values()], rounds)
    files, lines = trees.size(tree)
    _check_coverage(rows, files)
    heading = f"### {package.name}\n\n{files:,} Python files, {lines:,} lines; {relevant:,} files are relevant."
    judged = targets.of_tree(Compared(package.name, _by_name(rows), relevant))
    return f"{heading}\n\n{_tables(rows, judged, tuple(others))}"


@main.command(help="Cold and warm on projects that grow; the table and the plot go into README.md.")
@click.option("--files", "sizes", multiple=True, type=int, default=(1_000, 2_000, 4_000, 8_000, 16_000), show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Counted runs of each contender.")
def scale(sizes: tuple[int, ...], rounds: int) -> None:
    packages = read_pins().packages
    grown = [_scaled(f"{files:,} files", trees.heap(packages, files, WORK), rounds) for files in sizes]
    monorepo = _scaled("all packages", trees.together(packages, WORK), rounds)
    (HERE / "scaling.svg").write_text(report.scaling_plot(grown), "utf-8")
    verdicts = [*targets.verdicts(targets.FLAT, grown), *targets.verdicts(targets.MONOREPO, monorepo)]
    table, judged = report.scaling_table([*grown, monorepo]), report.verdict_table(verdicts)
    report.put(README, "scale", f"{_heading()}\n{table}\n{judged}\n![Milliseconds per file](scaling.svg)\n")


@main.command("routers", help="Projects of routers with findings in all of them; the table goes into README.md.")
@click.option("--count", "counts", multiple=True, type=int, default=(50, 100, 200, 400, 800, 1_600), show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Counted runs of each contender.")
def grow_routers(counts: tuple[int, ...], rounds: int) -> None:
    grown = [_scaled(f"{count:,} routers", trees.of_routers(count, WORK), rounds) for count in counts]
    judged = report.verdict_table(targets.verdicts(targets.ROUTERS, grown))
    report.put(README, "routers", f"{_heading()}\n{report.scaling_table(grown)}\n{judged}")


def _scaled(name: str, tree: Path, rounds: int) -> Scaled:
    ours = _ours()
    relevant = ours.fill(tree)
    cold, warm = _measured([ours.cold(tree), ours.warm(tree)], rounds)
    files, lines = trees.size(tree)
    _check_coverage([cold, warm], files)
    found = Scaled(name, files, lines, relevant, cold, warm)
    click.echo(report.scaling_table([found]))
    return found


@main.command(help="Hostile inputs of four sizes, each twice the one before; the table goes into README.md.")
@click.argument("names", nargs=-1, metavar="[INPUT]...")
def growth(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in HOSTILE:
            raise click.UsageError(f"{name} is not in benchmarks/hostile.py")
    grown = [growing.measured(name, HOSTILE[name], _environment()) for name in names or HOSTILE]
    click.echo(growing.table(grown))
    if not names:
        report.put(README, "growth", f"{report.machine()}.\n\n{growing.table(grown)}")


def _ours() -> Ours:
    return Ours(peers.program(TOOLS, peers.OURS), WORK)


def _measured(contenders: Sequence[Contender], rounds: int) -> list[Medians]:
    return alternately(contenders, rounds, _environment(), WORK)


def _by_name(rows: Iterable[Medians]) -> dict[str, Medians]:
    return {row.name: row for row in rows}


def _check_coverage(rows: Iterable[Medians], files: int) -> None:
    for row in rows:
        if row.files is not None and row.files < files * _ALMOST_ALL:
            raise click.ClickException(f"{row.name} looked at {row.files} of {files} files: that is no comparison")


def _tables(rows: Sequence[Medians], verdicts: Iterable[Verdict], others: Sequence[str] = ()) -> str:
    return f"{_heading(others)}\n{report.table(rows)}\n{report.verdict_table(verdicts)}"


def _show(name: str, text: str) -> None:
    click.echo(text)
    report.put(README, f"compare {name}", text, within="compare")


def _heading(others: Sequence[str] = ()) -> str:
    return f"{report.machine()}; {', '.join(peers.versions(TOOLS, others))}.\n"


def _packages(names: Sequence[str]) -> list[Package]:
    """The named packages, in that order; all for no name. Raises click.UsageError for a name that is not pinned."""
    pinned = {package.name: package for package in read_pins().packages}
    for name in names:
        if name not in pinned:
            raise click.UsageError(f"{name} is not in ecosystem/packages.toml")
    return [pinned[name] for name in names or pinned]


def _environment() -> dict[str, str]:
    """Ours, without what would change how Python starts."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


if __name__ == "__main__":
    main()
