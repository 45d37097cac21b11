"""Whether the two readings of a file, by ``ast`` and by libcst, give trees of which the one lowering makes the same facts."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from sessionlint.extract.garbage import without_cycle_collection
from sessionlint.extract.lower.module import lower
from sessionlint.extract.lower.walk import CannotTellError, NestedTooDeeplyError
from sessionlint.extract.module import lower_by_libcst
from sessionlint.model.codec import dump
from sessionlint.model.facts import Block, ModuleFacts

Outcome = Literal["same", "different", "left to libcst", "unknown to libcst", "unreadable"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the readings make of one text; ``why`` explains every outcome but "same"."""

    outcome: Outcome
    why: str = ""


def compare(text: str) -> Comparison:
    """Never raises: a reading that fails is an outcome."""
    ours: Block | str
    theirs: Block | str
    try:
        ours = lower(text)
    except (CannotTellError, NestedTooDeeplyError) as error:
        ours = str(error)
    try:
        theirs = lower_by_libcst(text)
    except Exception as error:
        theirs = f"{type(error).__name__}: {' '.join(str(error).split())}"
    if isinstance(theirs, str):
        return Comparison("unreadable" if isinstance(ours, str) else "unknown to libcst", theirs)
    if isinstance(ours, str):
        return Comparison("left to libcst", ours)
    difference = first_difference(ours, theirs)
    return Comparison("different", difference) if difference else Comparison("same")


def first_difference(ours: Block, theirs: Block) -> str:
    """The first rows in which stored facts differ, or ""."""
    one, two = dump(ModuleFacts("", ours)), dump(ModuleFacts("", theirs))
    if one == two:
        return ""
    return next(f"{mine} is {other} to libcst" for mine, other in zip_longest(one, two) if mine != other)


def compare_files(paths: Iterable[Path]) -> Iterator[tuple[Path, Comparison]]:
    """The comparisons of all files that are UTF-8."""
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        with without_cycle_collection():
            comparison = compare(text)
        yield path, comparison


def tally(comparisons: Iterable[Comparison]) -> list[str]:
    """How many of each outcome, one line each."""
    counts = Counter(comparison.outcome for comparison in comparisons)
    return [f"{count:6} {outcome}" for outcome, count in counts.most_common()]
