"""A set of projects on disk, what the linter said of them, and the labels of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ecosystem.findings import Found, read_findings
from ecosystem.labels import Labels, read_labels
from ecosystem.lint import Run, load


@dataclass(frozen=True, slots=True)
class Collection:
    """``trees``: project name to folder; ``work``: where runs are kept; ``labels``: the labels file."""

    trees: Mapping[str, Path]
    work: Path
    labels: Path


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a report needs; ``runs`` and ``found`` are in the collection's order."""

    runs: tuple[Run, ...]
    found: tuple[Found, ...]
    labels: Labels


def read_results(collection: Collection) -> Results:
    """Raises FileNotFoundError when a project was not linted."""
    runs = tuple(load(name, collection.work) for name in collection.trees)
    found = tuple(one for run in runs for one in read_findings(run.package, collection.trees[run.package], run.report))
    return Results(runs, found, read_labels(collection.labels))
