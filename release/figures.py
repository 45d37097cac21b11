"""README's figures: each is made of what stands elsewhere in the repository, and names the command that measures it anew."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click

import sessionlint
from ecosystem.repositories import last_read, read_readings
from release.distributions import ROOT
from release.picture import draw
from sessionlint.report.page import TEST_HEADINGS
from sessionlint.rules.registry import registered_rules

README = ROOT / "README.md"
_PROOF = re.compile(r"^`{3,}python .*\bproof=", re.MULTILINE)


def across_files() -> str:
    """How many findings in the sample applications tell a story of several files."""
    stories = [
        {finding.location.path, *(related.location.path for related in finding.related)}
        for project in sorted((ROOT / "fixtures" / "projects").iterdir())
        for finding in sessionlint.check(project, isolated=True, project_root=project, cache=False).findings
    ]
    return f"{sum(len(files) > 1 for files in stories)} of the {len(stories)} findings"


def right() -> str:
    """What people said of the findings that they read in public repositories."""
    path = ROOT / "ecosystem" / "repositories.toml"
    readings = [*read_readings(path)]
    true, debatable, false = (sum(getattr(one, said) for one in readings) for said in ("true", "debatable", "false"))
    read = f"{true + debatable + false:,} findings in {len({one.repository for one in readings})} public repositories"
    return (
        f"{read} were read by {last_read(path)}: {true:,} are right, {debatable:,} may be left as they are, {false:,} are wrong"
    )


def proven() -> str:
    """How many scripts on the pages of rules are run against the real libraries."""
    pages = [entry.page.read_text(encoding="utf-8") for entry in registered_rules()]
    proofs = [len(_PROOF.findall(page.partition(f"\n## {TEST_HEADINGS[-1]}\n")[2])) for page in pages]
    return f"{sum(proofs)} scripts for {sum(count > 0 for count in proofs)} rules"


def fixed() -> str:
    """How long 300 fixes take."""
    measured = _measured("fixes", "sessionlint, --fix --unsafe-fixes")
    return f"300 fixes in 72 files took {measured.wall} on {measured.day}"


def fast() -> str:
    """How long a large project takes, cold and unchanged."""
    cold, warm = (_measured("compare prefect", f"sessionlint, {state}") for state in ("cold", "warm"))
    return (
        f"{cold.files} files of prefect took {cold.wall} the first time and {warm.wall} unchanged, on {cold.day} with two cores"
    )


class Measured(NamedTuple):
    """A row of the benchmarks: the day, how many files were looked at, and the time on the clock."""

    day: str
    files: str
    wall: str


def _measured(table: str, row: str) -> Measured:
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    part = text.partition(f"<!-- {table} -->")[2].partition(f"<!-- /{table} -->")[0]
    day = re.search(r"^([\d-]{10}): ", part, re.MULTILINE)
    found = re.search(rf"^\| {re.escape(row)} \| ([\d,]+) \| ([\d.]+ m?s) \|", part, re.MULTILINE)
    assert day is not None and found is not None, f"benchmarks/README.md does not say when {row} was measured"
    return Measured(day[1], found[1], found[2])


FIGURES: Mapping[str, Callable[[], str]] = {
    "across-files": across_files,
    "right": right,
    "proven": proven,
    "fixed": fixed,
    "fast": fast,
}
_SHOWN = re.compile(r"<!-- figure ([\w-]+) -->(.*?)<!-- /figure -->", re.DOTALL)


def shown(text: str) -> Iterator[tuple[str, str]]:
    """The figures that a text shows, by name."""
    for match in _SHOWN.finditer(text):
        yield match[1], " ".join(match[2].split())


def renewed(text: str) -> str:
    """``text`` with its figures made anew; one that is as it was stays as it is broken into lines."""
    known = {name: make() for name, make in FIGURES.items()}

    def put(match: re.Match[str]) -> str:
        same = " ".join(match[2].split()) == known[match[1]]
        return match[0] if same else f"<!-- figure {match[1]} -->{known[match[1]]}<!-- /figure -->"

    return _SHOWN.sub(put, text)


def renew(path: Path = README) -> None:
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")


@click.command()
def figures() -> None:
    """Make the figures of the README, and its picture, anew; what they are made of has commands of its own, which it names."""
    renew()
    draw()
    for name, figure in shown(README.read_text(encoding="utf-8")):
        click.echo(f"{name}: {figure}")
