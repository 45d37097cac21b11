"""python -m ecosystem download | lint | report | labels | repositories | recall | fix | readings | same"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ecosystem import collection, download, excerpt, fixes, labels, lint, readings, recall, report, repositories, same
from ecosystem.findings import Found
from ecosystem.packages import HERE, Package, read_pins

REPORT = HERE / "report.md"
LABELS = HERE / "labels.toml"
SILENT = HERE / "silent.toml"
REPOSITORIES = HERE / "repositories.toml"
only = click.option("--package", "names", multiple=True, help="Only these packages.")
folders = click.option(
    "--tree", "trees", multiple=True, type=click.Path(exists=True, path_type=Path), help="Another project's folder."
)


@click.group(help=__doc__)
def main() -> None: ...


@main.command("download", help="Fetch the pinned wheels and unpack their Python files.")
def download_all() -> None:
    download.download(read_pins())


@main.command("lint", help="Lint every package and keep the results.")
@only
def lint_all(names: tuple[str, ...]) -> None:
    for package in chosen(names):
        run = lint.lint(package.name, package.tree)
        lint.save(run)
        click.echo(f"{run.package:32} {run.files:6} files {run.lines:8} lines {run.seconds:7.1f} s  {run.crash}")


@main.command("report", help="Write report.md from the kept results and the labels.")
def write_report() -> None:
    packages = chosen(())
    text = report.render(results_of(packages), {package.name: package.version for package in packages})
    REPORT.write_text(text, "utf-8")
    click.echo(text.split("\n## Crashes")[0])


@main.command("labels", help="Show findings that nobody labelled yet, or add verdicts.")
@only
@click.option("--rule", help="Only this rule.")
@click.option("--todo", is_flag=True, help="Print unlabelled findings with their source.")
@click.option("--batch", default=20, show_default=True, help="How many at once.")
@click.option("--skip", default=0, help="How many to pass over.")
@click.option("--add", type=click.Path(exists=True, path_type=Path), help="File with lines 'ID true|false|debatable why'.")
def label(names: tuple[str, ...], rule: str | None, todo: bool, batch: int, skip: int, add: Path | None) -> None:
    packages = chosen(names)
    results = results_of(packages)
    if add:
        verdicts = labels.read_verdicts(add.read_text("utf-8"), (found.key for found in results.found))
        labels.write_labels(LABELS, {**results.labels, **verdicts})
        click.echo(f"{len(verdicts)} labels written.")
    if todo:
        open_ones = [found for found in results.found if found.key not in results.labels and rule in (None, found.key.rule)]
        show(open_ones, packages, skip, batch)


@main.command("repositories", help="Show what people said of findings in public repositories, by rule.")
def show_repositories() -> None:
    click.echo("\n".join(repositories.precision_table(repositories.read_readings(REPOSITORIES))))


@main.command("recall", help="Compare the rules with naive searches; show or explain the hits on which they are silent.")
@only
@click.option("--rule", help="Only this rule.")
@click.option("--todo", is_flag=True, help="Print silent hits that nobody explained yet, with their source.")
@click.option("--batch", default=20, show_default=True, help="How many at once.")
@click.option("--skip", default=0, help="How many to pass over.")
@click.option("--add", type=click.Path(exists=True, path_type=Path), help="File with lines 'ID true|false|debatable why'.")
def compare(names: tuple[str, ...], rule: str | None, todo: bool, batch: int, skip: int, add: Path | None) -> None:
    packages = chosen(names)
    found = results_of(packages).found
    silent = [hit for one in packages for hit in recall.silent_hits(one.name, one.tree, found_in(found, one))]
    explained = labels.read_labels(SILENT)
    if add:
        explained |= labels.read_verdicts(add.read_text("utf-8"), (hit.key for hit in silent))
        labels.write_labels(SILENT, explained)
    if todo:
        show([hit for hit in silent if hit.key not in explained and rule in (None, hit.key.rule)], packages, skip, batch)
    every = (hit for one in packages for hit in recall.hits(one.name, one.tree))
    click.echo("\n".join(recall.recall_table(recall.recall(every, silent, explained))))


@main.command("fix", help="Apply all fixes to copies of the packages, or of other trees, and tell what became of them.")
@only
@folders
def fix_all(names: tuple[str, ...], trees: tuple[Path, ...]) -> None:
    fixed = []
    for name, tree in projects(names, trees).items():
        fixed += list(fixes.fix_project(name, tree, lint.WORK))
        click.echo("\n".join(f"{one.project}, {one.level} fixes: {problem}" for one in fixed[-2:] for problem in one.problems))
    click.echo("\n".join(fixes.fix_table(fixed)))


@main.command("readings", help="Compare the two readings of every file, by ast and by libcst, of the packages or of other trees.")
@only
@click.option("--tree", "trees", multiple=True, type=click.Path(exists=True, path_type=Path), help="Another project's folder.")
@click.option("--every", default=1, show_default=True, help="Only every so many-th file.")
def compare_readings(names: tuple[str, ...], trees: tuple[Path, ...], every: int) -> None:
    roots = [*([package.tree for package in chosen(names)] if names or not trees else []), *trees]
    files = [path for root in roots for path in lint.python_files(root)][::every]
    compared = []
    for path, comparison in readings.compare_files(files):
        compared.append(comparison)
        if comparison.why:
            click.echo(f"{path}: {comparison.outcome}: {comparison.why}")
    click.echo("\n".join(readings.tally(compared)))


@main.command("same", help="Compare what is found and fixed, byte for byte, in every way there is to get it.")
@only
@folders
@click.option("--select", "rules", multiple=True, help="These rules instead of the default ones; ALL for all.")
def same_all(names: tuple[str, ...], trees: tuple[Path, ...], rules: tuple[str, ...]) -> None:
    different = False
    for name, tree in projects(names, trees).items():
        for row in same.compared(tree.resolve(), rules):
            different |= bool(row.difference)
            click.echo(f"{name:28} {same.line(row)}")
    raise SystemExit(int(different))


def projects(names: tuple[str, ...], trees: tuple[Path, ...]) -> dict[str, Path]:
    """Packages and other folders by name: all packages when neither are named."""
    packages = {package.name: package.tree for package in chosen(names)} if names or not trees else {}
    return {**packages, **{tree.resolve().name: tree for tree in trees}}


def found_in(found: Sequence[Found], package: Package) -> Iterator[Found]:
    return (one for one in found if one.key.package == package.name)


def show(found: Sequence[Found], packages: list[Package], skip: int, batch: int) -> None:
    trees = {package.name: package.tree for package in packages}
    for one in found[skip : skip + batch]:
        click.echo(excerpt.render(one, trees[one.key.package]))
    click.echo(f"{len(found)} without a verdict.", err=True)


def chosen(names: tuple[str, ...]) -> list[Package]:
    packages = [package for package in read_pins().packages if not names or package.name in names]
    if unknown := set(names) - {package.name for package in packages}:
        raise click.UsageError(f"not in packages.toml: {', '.join(sorted(unknown))}")
    return packages


def results_of(packages: list[Package]) -> collection.Results:
    trees = {package.name: package.tree for package in packages}
    return collection.read_results(collection.Collection(trees, lint.WORK, LABELS))


if __name__ == "__main__":
    main()
