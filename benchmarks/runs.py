"""What is measured, on what: each run puts its tables into README.md and returns what they say of the targets."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks import fixable, ours, peers, report, targets, trees
from benchmarks.long_module import long_module
from benchmarks.measure import Contender, Medians, alternately
from benchmarks.ours import Ours
from benchmarks.routers import routers
from benchmarks.targets import Compared, Given, Scaled, Verdict
from ecosystem.packages import Package, read_pins

HERE = Path(__file__).parent
WORK = HERE / ".work"
README = HERE / "README.md"
TOOLS = WORK / "tools"
# share of a tree's files that everybody has to look at; some folders are left out by one tool or another
_ALMOST_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Runs:
    """``before`` is an earlier revision, which runs in turn with ``ours``; ``rounds`` are the counted runs of each contender."""

    ours: Ours
    before: Ours | None
    revision: str | None
    rounds: int

    def small(self) -> None:
        rows = self._measured([*self.ours.small(), *(self.before.small() if self.before else ())])
        judged = targets.verdicts(targets.SMALL, Compared("", _by_name(rows)))
        self._show("small", f"### One small file\n\n{self._tables(rows, judged)}", within="compare")

    def compare(self, package: Package, asked: Sequence[str]) -> None:
        """The linter and its peers on one tree."""
        tree = trees.copy(package, WORK)
        relevant = self.ours.fill(tree).files
        own = [self.ours.cold(tree), self.ours.cold(tree, 1), self.ours.cold(tree, 2), self.ours.cold_and_kept(tree)]
        others = {
            name: peer for name, peer in peers.peers(TOOLS, tree, WORK).items() if name in asked or name not in peers.ON_REQUEST
        }
        changed = self.ours.one_changed(tree)
        earlier = self._compared_before(package)
        rows = self._measured([*own, self.ours.floor(tree), self.ours.warm(tree), *changed, *earlier, *others.values()])
        files, lines = trees.size(tree)
        _check_coverage(rows, files)
        judged = targets.of_tree(Compared(package.name, _by_name(rows), relevant))
        heading = f"### {package.name}\n\n{files:,} Python files, {lines:,} lines; {relevant:,} files are relevant."
        self._show(package.name, f"{heading}\n\n{self._tables(rows, judged, tuple(others))}", within="compare")

    def _compared_before(self, package: Package) -> Iterator[Contender]:
        """On a copy of its own: where today's linter has files changed, nothing would stay warm for another."""
        if self.before is not None:
            tree = trees.copy(package, WORK / "before")
            yield from (self.before.cold(tree), self.before.warm(tree))

    def scale(self, sizes: Sequence[int]) -> None:
        """Projects that grow, and all packages together."""
        packages = read_pins().packages
        grown = [self._scaled(f"{files:,} files", trees.heap(packages, files, WORK)) for files in sizes]
        (HERE / "scaling.svg").write_text(report.scaling_plot(grown), "utf-8")
        judged = targets.verdicts(targets.FLAT, grown)
        table = f"{report.scaling_table(grown)}\n{report.verdict_table(judged)}"
        self._show("scale", f"{self._heading()}\n{table}\n![Milliseconds per file](scaling.svg)\n")

    def together(self) -> None:
        """All packages as one project, with one worker and with two."""
        tree = trees.together(read_pins().packages, WORK)
        relevant = self.ours.fill(tree).files
        own = [self.ours.cold(tree), self.ours.cold(tree, 1), self.ours.cold(tree, 2), self.ours.warm(tree)]
        rows = self._measured([*own, *([self.before.cold(tree)] if self.before else ())])
        files, lines = trees.size(tree)
        _check_coverage(rows, files)
        judged = targets.verdicts(targets.MONOREPO, Compared("all packages", _by_name(rows), relevant))
        heading = f"{files:,} Python files, {lines:,} lines; {relevant:,} files are relevant."
        self._show("together", f"{heading}\n\n{self._tables(rows, judged)}")

    def routers(self, counts: Sequence[int]) -> None:
        grown = [self._scaled(f"{count:,} routers", trees.written(f"routers {count}", routers(count), WORK)) for count in counts]
        judged = targets.verdicts(targets.ROUTERS, grown)
        self._show("routers", f"{self._heading()}\n{report.scaling_table(grown)}\n{report.verdict_table(judged)}")

    def long_module(self, lines: int) -> None:
        texts = long_module(lines)
        tree = trees.written(f"module {lines}", texts, WORK)
        longest = max(texts, key=lambda path: len(texts[path]))
        earlier = [self.before.cold(tree)] if self.before else []
        rows = self._measured([self.ours.cold(tree), ours.parsing(tree / longest), *earlier])
        judged = targets.verdicts(targets.LONG_MODULE, Compared(longest, _by_name(rows)))
        self._show("long module", f"{trees.size(tree)[1]:,} lines.\n\n{self._tables(rows, judged)}")

    def fixes(self, packages: int) -> None:
        tree = trees.written(f"fixable {packages}", fixable.fixable(packages), WORK)
        earlier = [self.before.fixing(tree)] if self.before else []
        rows = self._measured([self.ours.fixing(tree), *earlier])
        judged = targets.verdicts(targets.FIXES, Compared("fixes", _by_name(rows)))
        self._show("fixes", f"{packages} packages.\n\n{self._tables(rows, judged)}")

    def given(self, folders: Sequence[Path]) -> None:
        """Trees that somebody has, beside prefect; nothing is written into them."""
        packages = [package for package in read_pins().packages if package.name == "prefect"]
        found = [self._given(path.name, path) for path in (*(trees.copy(package, WORK) for package in packages), *folders)]
        judged = [verdict for tree in found[1:] for verdict in targets.of_given(tree, found[0])]
        self._show("trees", f"{self._heading()}\n{report.given_table(found)}\n{report.verdict_table(judged)}")

    def _given(self, name: str, tree: Path) -> Given:
        parsed = self.ours.fill(tree)
        earlier = [self.before.cold(tree)] if self.before else []
        cold, *before = self._measured([self.ours.cold(tree), *earlier])
        return Given(name, *trees.size(tree), parsed, cold, *before)

    def _scaled(self, name: str, tree: Path) -> Scaled:
        relevant = self.ours.fill(tree).files
        cold, warm = self._measured([self.ours.cold(tree), self.ours.warm(tree)])
        files, lines = trees.size(tree)
        _check_coverage([cold, warm], files)
        found = Scaled(name, files, lines, relevant, cold, warm)
        click.echo(report.scaling_table([found]))
        return found

    def _measured(self, contenders: Sequence[Contender]) -> list[Medians]:
        return alternately(contenders, self.rounds, environment(), WORK)

    def _tables(self, rows: Sequence[Medians], verdicts: Iterable[Verdict], others: Sequence[str] = ()) -> str:
        return f"{self._heading(others)}\n{report.table(rows)}\n{report.verdict_table(verdicts)}"

    def _heading(self, others: Sequence[str] = ()) -> str:
        before = f"; the revision before is {self.revision}" if self.revision else ""
        return f"{report.machine()}; {', '.join(peers.versions(TOOLS, others))}{before}.\n"

    def _show(self, name: str, text: str, within: str = "") -> None:
        click.echo(text)
        report.put(README, f"{within} {name}".strip(), text, within=within)
        report.put(README, "targets", report.summary(README.read_text("utf-8")))


def environment() -> dict[str, str]:
    """Ours, without what would change how Python starts."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def _by_name(rows: Iterable[Medians]) -> dict[str, Medians]:
    return {row.name: row for row in rows}


def _check_coverage(rows: Iterable[Medians], files: int) -> None:
    for row in rows:
        if row.files is not None and row.files < files * _ALMOST_ALL:
            raise click.ClickException(f"{row.name} looked at {row.files} of {files} files: that is no comparison")
