"""What people said of findings in public repositories: their counts, for the code of these is not kept here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ecosystem.toml import read_toml

# of the findings that are right or wrong, and of all that were read
PRECISION, DEBATABLE = 0.97, 0.08


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading findings of ``rule`` in ``repository`` at ``commit``."""

    repository: str
    commit: str
    rule: str
    true: int
    debatable: int
    false: int


def read_readings(path: Path) -> Iterator[Reading]:
    """The rows of the file. Raises ValueError for one that is none."""
    for entry in read_toml(path).get("repository", []):
        for rule, counts in entry["read"].items():
            if len(counts) != 3 or not all(isinstance(count, int) and count >= 0 for count in counts):
                raise ValueError(f"{entry['name']}, {rule}: three counts are wanted, not {counts}")
            yield Reading(entry["name"], entry["commit"], rule, *counts)


def last_read(path: Path) -> date:
    """The day of the last reading. Raises KeyError where the file does not say it."""
    day: date = read_toml(path)["last-read"]
    return day


def precision_table(readings: Iterable[Reading]) -> list[str]:
    """A Markdown table; a rule below the bar says so."""
    by_rule: dict[str, list[Reading]] = {}
    for one in readings:
        by_rule.setdefault(one.rule, []).append(one)
    head = ["| Rule | Repositories | True | Debatable | False | |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    return [*head, *(_row(rule, by_rule[rule]) for rule in sorted(by_rule))]


def _row(rule: str, readings: list[Reading]) -> str:
    true, debatable, false = (
        sum(counts) for counts in zip(*((one.true, one.debatable, one.false) for one in readings), strict=True)
    )
    places = len({one.repository for one in readings})
    return f"| {rule} | {places} | {true} | {debatable} | {false} | {_below(true, debatable, false)} |"


def _below(true: int, debatable: int, false: int) -> str:
    """What of the bar is missed, if anything."""
    missed = []
    if true < PRECISION * (true + false):
        missed.append(f"{true / (true + false):.0%} right")
    if debatable > DEBATABLE * (true + debatable + false):
        missed.append(f"{debatable / (true + debatable + false):.0%} debatable")
    return ", ".join(missed)
