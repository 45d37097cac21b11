"""``sessionlint fleet``: its commands and their options, which ``cli.py`` asks for when somebody wants one."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

_WEEK = 7 * 24 * 3600.0


def _csv(_: click.Context, __: click.Parameter, given: Sequence[str]) -> list[str]:
    return [item.strip() for text in given for item in text.split(",") if item.strip()]


@click.command()
@click.argument("repositories", metavar="REPOS")
@click.option("--store", required=True, metavar="DIR|URL", help="Where results are kept: a folder, or what fsspec reaches.")
@click.option("--engine", default="local", show_default=True, metavar="ENGINE", help="local, dask, or dask=tcp://HOST:PORT.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Check N at once (default: one per core).")
@click.option("--shard", default="1/1", metavar="I/N", help="Check the I-th of N parts only; `fleet merge` puts them together.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, _WEEK, min_open=True),
    default=600,
    show_default=True,
    metavar="S",
    help="Seconds for each try.",
)
@click.option("--memory", type=click.IntRange(0), default=4096, show_default=True, metavar="MB", help="For each; 0: no limit.")
@click.option("--retries", type=click.IntRange(0), default=2, show_default=True, metavar="N", help="Try N times more.")
@click.option("--select", multiple=True, callback=_csv, metavar="RULES", help="Check these rules only.")
@click.option("--ignore", multiple=True, callback=_csv, metavar="RULES", help="Leave these rules out.")
@click.option("--extend-select", multiple=True, callback=_csv, metavar="RULES", help="Check these rules too.")
@click.option("--extend-ignore", multiple=True, callback=_csv, metavar="RULES", help="Leave these rules out too.")
@click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration for all, or one setting in TOML.")
@click.option("--isolated", is_flag=True, help="Read no configuration file of a repository.")
@click.option("--no-baseline", is_flag=True, help="Report what is in a repository's baseline, too.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def run(repositories: str, **options: Any) -> None:
    """Check REPOS: a folder of clones, or a file (- for standard input) that lists folders, globs and URLs of git repositories.

    A line of the list is a folder, a glob or a URL (with @REVISION behind it), or a row of CSV under the columns source,
    revision, repository (its name), owner and labels, or a JSON object with these keys. What the store holds already, of the
    same commit, version and configuration, is not checked again.

    Exits with 0 when all were checked, 1 when some could not be, 2 when the run itself failed.
    """
    from sessionlint.commands.fleet_run import run_fleet

    raise SystemExit(run_fleet(repositories, options))


@click.command()
@click.argument("stores", nargs=-1, required=True, metavar="STORE...")
@click.option("--into", required=True, metavar="STORE", help="The store to put all of them into; it may be there already.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def merge(stores: Sequence[str], into: str, quiet: bool) -> None:
    """Put what is in each STORE into another one: of the shards of a fleet, or of fleets that know nothing of each other."""
    from sessionlint.commands.fleet_run import run_merge

    raise SystemExit(run_merge(stores, into, quiet))


@click.command()
@click.argument("store", metavar="STORE")
@click.option("-o", "output", default="fleet-index", show_default=True, metavar="DIR", help="The folder to write to.")
def index(store: str, output: str) -> None:
    """Write what is in STORE as tables for DuckDB, pandas and the like: findings.parquet and sightings.parquet."""
    from sessionlint.commands.fleet_run import run_index

    raise SystemExit(run_index(store, output))


@click.command()
@click.option("--store", required=True, metavar="DIR|URL", help="Where `fleet run` keeps its results.")
@click.option(
    "--output-format",
    type=click.Choice(["markdown", "html", "sarif", "csv", "json"]),
    default="markdown",
    show_default=True,
    help="sarif writes a file for each repository.",
)
@click.option("-o", "output", metavar="FILE|DIR", help="Write to this file (sarif: this folder) instead of standard output.")
@click.option("--run", type=click.IntRange(1), metavar="RUN", help="The number of the run to tell of (default: the last).")
@click.option("--against", metavar="RUN", help="The run to compare it with, or none (default: the one before it).")
@click.option(
    "--by", multiple=True, callback=_csv, metavar="KIND", help="Count by owner, codeowner, label, rule, severity or age."
)
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(["new", "any", "unanalysed"]),
    help="Exit with 1 for errors and warnings that are new, or for any, or where a repository could not be analysed.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only, beside the report.")
def report(**options: Any) -> None:
    """Tell what is known of a fleet: which repositories have findings, whose they are, and whether it gets better.

    What has come or gone is told beside an earlier run, by fingerprints that stay the same from commit to commit. Repositories
    that could not be analysed are told of, with what was last known of them.

    Exits with 0, with 1 for what --fail-on names, with 2 when there is nothing to tell of.
    """
    from sessionlint.commands.fleet_report import run_report

    raise SystemExit(run_report(options))


@click.command()
@click.option("--store", required=True, metavar="DIR|URL", help="Where `fleet run` keeps its results.")
@click.option(
    "-o", "--output", required=True, metavar="DIR", help="The folder to write to, empty or new; nothing else is written."
)
@click.option("--run", type=click.IntRange(1), metavar="RUN", help="The run whose findings to fix (default: the last).")
@click.option("--select", multiple=True, callback=_csv, metavar="RULES", help="Fix what these rules have found, only.")
@click.option("--unsafe-fixes", is_flag=True, help="Make fixes, too, that may change what the program does.")
@click.option("--engine", default="local", show_default=True, metavar="ENGINE", help="local, dask, or dask=tcp://HOST:PORT.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Fix N at once (default: one per core).")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=600, show_default=True, help="Seconds for each.")
@click.option("--memory", type=click.IntRange(0), default=4096, show_default=True, metavar="MB", help="For each; 0: no limit.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def fix(**options: Any) -> None:
    """Write a patch for each repository, with the fixes of what a run has found there, for `git am` and `git apply`.

    It is made against the commit that was analysed, applied to it, and the outcome is analysed again. Its text says what was
    changed and why, and what is left to people. patches.json and README.md say which branch each is for, and what could not be
    fixed. Nothing is pushed, and no repository is written to.

    Exits with 0, with 1 when a repository could not be fixed, with 2 when there is nothing to fix from.
    """
    from sessionlint.commands.fleet_fix import run_fix

    raise SystemExit(run_fix(options))


COMMANDS: Mapping[str, click.Command] = {"run": run, "merge": merge, "index": index, "report": report, "fix": fix}
"""By the name that stands behind ``sessionlint fleet``."""
