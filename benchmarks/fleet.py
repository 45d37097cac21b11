"""Many trees at once: as fast as a loop in a shell? the same with Dask? and when processes die?"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from benchmarks import fleet_chaos, fleet_overhead, fleet_simulation, fleet_trees
from benchmarks.measure import Contender, once
from sessionlint.fleet.history import History
from sessionlint.fleet.storage import LocalFolder
from sessionlint.fleet.store import Store

_FOLDER = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)
_TREES = click.argument("folder", type=_FOLDER)
_LOOP = (
    'for tree in "$0"/*/; do "$1" -m sessionlint check --isolated --no-cache --project-root "$tree" -q "$tree" >/dev/null; done'
)


@click.group(help=__doc__)
def fleet() -> None:
    pass


@fleet.command("trees", help="Make the trees in FOLDER of packages that lie in other folders.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "sources", multiple=True, required=True, type=_FOLDER, help="A folder of packages.")
@click.option("--count", default=500, show_default=True)
def trees(folder: Path, sources: Sequence[Path], count: int) -> None:
    made = fleet_trees.make(sources, folder, count)
    files = sum(1 for tree in made for _ in tree.rglob("*.py"))
    click.echo(f"{len(made)} trees, {files:,} Python files")


@fleet.command(help="Whether both engines come to the same bytes.")
@_TREES
def same(folder: Path) -> None:
    with TemporaryDirectory() as work:
        stores = [Path(work, engine) for engine in ("local", "dask")]
        for store in stores:
            click.echo(_run(folder, store, "--engine", store.name))
        local, dask = map(fleet_chaos.results, stores)
        different = [name for name in {*local, *dask} if local.get(name) != dask.get(name)]
    click.echo(f"{len(local)} results by local, {len(dask)} by dask, {len(different)} of them not the same")
    sys.exit(bool(different))


@fleet.command(help="Kill processes at random, and compare with a fleet that nobody disturbed.")
@_TREES
@click.option("--kills", default=200, show_default=True)
@click.option("--dask", is_flag=True, help="A scheduler and two workers of Dask, which are killed, too.")
@click.option("--seed", default=0)
def chaos(folder: Path, kills: int, dask: bool, seed: int) -> None:
    with TemporaryDirectory() as work:
        _run(folder, Path(work, "calm"))
        calm = fleet_chaos.results(Path(work, "calm"))
        seen = fleet_chaos.chaos(folder, Path(work, "chaos"), kills, dask=dask, seed=seed, tell=click.echo)
    lost = fleet_chaos.lost(seen, calm)
    statuses = {each.status for each in seen.last}
    killed = ", ".join(f"{count} {name}" for name, count in sorted(seen.killed.items()))
    click.echo(f"{seen.killed.total()} kills ({killed}) in {seen.runs} runs")
    click.echo(
        f"{len(seen.results)} results, {len(calm)} undisturbed, {len(lost)} not the same; {len(seen.damaged)} damaged lines"
    )
    click.echo(f"the last run saw {len(seen.last)} repositories: {', '.join(sorted(statuses))}")
    sys.exit(bool(lost) or len(seen.last) != len(calm))


@fleet.command(help="A fleet with two workers and a loop in a shell, in turn.")
@_TREES
@click.option("--rounds", default=1, show_default=True)
def throughput(folder: Path, rounds: int) -> None:
    runs: dict[str, list[tuple[float, float]]] = {"loop": [], "fleet": []}
    with TemporaryDirectory() as work:
        for number in range(rounds):
            store = Path(work, str(number))
            command = [*_command(folder, store), "--workers", "2"]
            contenders = [
                Contender("loop", ["sh", "-c", _LOOP, str(folder), sys.executable]),
                Contender("fleet", command),
            ]
            for one in contenders:
                run = once(one, os.environ, Path(work))
                runs[one.name].append((run.wall, run.cpu))
                click.echo(f"{one.name}: {run.wall:.1f} s, {run.cpu:.1f} s CPU")
    loop, ours = (tuple(median(each) for each in zip(*runs[name], strict=True)) for name in runs)
    click.echo(f"throughput of the fleet: {loop[0] / ours[0]:.2f} times the loop's; CPU {loop[1] / ours[1]:.2f} times less")


@fleet.command(
    help="What a task costs Dask and us beside its work, and the curve to 1,000 workers, for the tasks of STORE's first run."
)
@click.argument("store", type=_FOLDER)
@click.option("--tasks", default=10_000, show_default=True)
def curve(store: Path, tasks: int) -> None:
    kept = Store(LocalFolder(store), click.echo)
    history = History(kept.storage, click.echo)
    seen = [each for each in history.sightings(history.runs()[0]) if each.effort.get("cpu") and each.result]
    lengths = [each.effort["cpu"] for each in seen]
    drawn = fleet_simulation.drawn(lengths, tasks)
    dask, own = fleet_overhead.of_dask(drawn), fleet_overhead.of_coordinator(kept, seen, tasks)
    mean, longest = sum(lengths) / len(lengths), max(lengths)
    click.echo(f"{len(lengths)} lengths: median {median(lengths):.2f} s, mean {mean:.2f} s, longest {longest:.2f} s")
    click.echo(f"for each of {tasks:,} tasks Dask takes {dask * 1000:.2f} ms of CPU, and the coordinator {own * 1000:.2f} ms\n")
    click.echo("| workers | seconds | speed-up | share of the ideal | bound by |\n|---:|---:|---:|---:|---|")
    for point in fleet_simulation.curve(drawn, dask + own):
        share = point.speedup / point.workers
        click.echo(f"| {point.workers:,} | {point.seconds:,.0f} | {point.speedup:,.1f} | {share:.0%} | {point.bound} |")


@fleet.command(help="The largest memory of the coordinator, for 250 repositories and for more.")
@click.option("--counts", multiple=True, type=int, default=(250, 1_000, 4_000), show_default=True)
def memory(counts: Sequence[int]) -> None:
    for count in counts:
        with TemporaryDirectory() as work:
            listed = Path(work, "list")
            listed.write_text("".join(f"{work}/nowhere-{number}\n" for number in range(count)))
            click.echo(f"{count:,} repositories: {_peak([*_command(listed, Path(work, 'store')), '--retries', '0']):.1f} MiB")


def _peak(command: Sequence[str]) -> float:
    """Of the process itself, without its children, in MiB."""
    code = "import resource, sys; from sessionlint.cli import sessionlint\ntry:\n    sessionlint.main(sys.argv[1:])\nfinally:\n"
    code += "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    arguments = command[command.index("fleet") :]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    return int(done.stdout.split()[-1]) / 1024


def _command(folder: Path, store: Path) -> list[str]:
    return [sys.executable, "-m", "sessionlint", "fleet", "run", str(folder), "--store", str(store), "--isolated", "-q"]


def _run(folder: Path, store: Path, *options: str) -> str:
    begun = perf_counter()
    subprocess.run([*_command(folder, store), "--workers", "2", *options], check=False)
    return f"{store.name}: {perf_counter() - begun:.1f} s"
