"""What the naive searches hit and the rules do not report, and what people said of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ecosystem.findings import Found, Key, Spot, context
from ecosystem.labels import Labels, tally
from ecosystem.lint import python_files
from ecosystem.report import table
from ecosystem.search import SEARCHES, parse


class Recall(NamedTuple):
    """Per rule: hits of its search, those that it or another rule reports, and the silent ones by verdict.

    ``missed`` are those of which a reader said that they are what the rule is for.
    """

    hits: int
    reported: int
    explained: int
    missed: int
    unread: int


def silent_hits(package: str, tree: Path, found: Iterable[Found]) -> Iterator[Found]:
    """The hits of every search in ``tree`` that no finding of the same rule stands at, in the shape of findings."""
    reported = {(one.key.rule, spot.path, spot.line) for one in found for spot in (one.spot, *one.related)}
    return (hit for hit in hits(package, tree) if (hit.key.rule, hit.spot.path, hit.spot.line) not in reported)


def hits(package: str, tree: Path) -> Iterator[Found]:
    """Every hit of every search."""
    seen: Counter[Key] = Counter()
    for path in python_files(tree):
        parsed = parse(path)
        name = path.relative_to(tree).as_posix()
        for rule, search in SEARCHES.items() if parsed else ():
            assert parsed is not None
            for line in sorted(set(search(parsed))):
                key = Key(package, rule, name, *context(path, line))
                yield Found(key._replace(ordinal=seen[key]), Spot(name, line, "a naive search hits this"), ())
                seen[key] += 1


def recall(every: Iterable[Found], silent: Iterable[Found], labels: Labels) -> dict[str, Recall]:
    """By rule. A label ``true`` on a silent hit says that the rule missed it."""
    total = Counter(hit.key.rule for hit in every)
    tallies = tally((hit.key for hit in silent), labels)
    counted = {}
    for rule, hit_count in sorted(total.items()):
        one = tallies.get(rule)
        explained, missed, unread = (one.false + one.debatable, one.true, one.unlabelled) if one else (0, 0, 0)
        counted[rule] = Recall(hit_count, hit_count - explained - missed - unread, explained, missed, unread)
    return counted


def recall_table(counted: dict[str, Recall]) -> list[str]:
    """As Markdown."""
    head = ("Rule", "Hits of the search", "Reported", "Silent, explained", "Missed", "Unread")
    return table(head, ([rule, *map(str, one)] for rule, one in counted.items()))
