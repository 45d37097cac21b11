"""``python -m fuzz``: random projects until a promise is broken; the smallest one that breaks it is printed."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from hypothesis import HealthCheck, Phase, given, settings

from fuzz.mutations import projects
from fuzz.promises import broken_promise
from fuzz.seeds import Project, seeds


@click.command(help=__doc__)
@click.option("--cases", "unchanged", is_flag=True, help="Instead: each case and project by itself, as it is written.")
@click.option("--projects", "count", type=click.IntRange(1), default=1_000_000, show_default=True, help="How many to make.")
@click.option("--fixed", is_flag=True, help="The same projects each time.")
def main(count: int, fixed: bool, unchanged: bool) -> None:
    if unchanged:
        _as_written()
    else:
        _random(count, fixed)


def _as_written() -> None:
    broken = [problem for project in seeds() if (problem := _problem(project)) is not None]
    if broken:
        raise click.ClickException("\n".join(broken))
    click.echo(f"{len(seeds())} projects, and every promise was kept")


def _problem(project: Project) -> str | None:
    with TemporaryDirectory() as folder:
        return broken_promise(project, Path(folder))


def _random(count: int, fixed: bool) -> None:
    made = 0

    @settings(
        max_examples=count,
        derandomize=fixed,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(projects())
    def holds(project: Project) -> None:
        nonlocal made
        made += 1
        problem = _problem(project)
        assert problem is None, problem
        if made % 500 == 0:
            click.echo(f"{made} projects", err=True)

    holds()
    click.echo(f"{made} projects, and every promise was kept")


if __name__ == "__main__":
    main(prog_name="python -m fuzz")
