"""The results as Markdown: what was run, what was found, how right it was, what changed since the labels."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ecosystem.collection import Results
from ecosystem.findings import Found, Key
from ecosystem.labels import Tally, tally, vanished

SYNTAX_ERROR = "SES001"


def render(results: Results, versions: dict[str, str]) -> str:
    """The whole page. ``versions`` names the version of each package that has one. Seconds are for information only."""
    keys = [found.key for found in results.found]
    unlabelled = [key for key in keys if key not in results.labels]
    gone = vanished(keys, results.labels, (run.package for run in results.runs))
    parts = [
        ["# Ecosystem report", "", *_summary(results)],
        ["## Precision per rule", "", *precision_table(tally(keys, results.labels))],
        ["## Per package", "", *_package_table(results, versions)],
        ["## Crashes", "", *_or_none(f"- {run.package}: {run.crash}" for run in results.runs if run.crash)],
        ["## Files that cannot be parsed", "", *_or_none(_unparsable(results.found))],
        [
            "## Since the labels",
            "",
            *_changes("New, not labelled yet", unlabelled),
            "",
            *_changes("Labelled, no longer found", gone),
        ],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _summary(results: Results) -> list[str]:
    files, lines = sum(run.files for run in results.runs), sum(run.lines for run in results.runs)
    crashes = sum(bool(run.crash) for run in results.runs)
    return [f"{len(results.runs)} packages, {files:,} files, {lines:,} lines, {len(results.found)} findings, {crashes} crashes."]


def precision_table(tallies: dict[str, Tally]) -> list[str]:
    """Precision is true / (true + false); debatable findings are shown, not counted."""
    head = ("Rule", "Findings", "True", "False", "Debatable", "Unlabelled", "Precision")
    return table(head, (_precision_row(rule, one) for rule, one in tallies.items()))


def _precision_row(rule: str, one: Tally) -> list[str]:
    counts = (one.true, one.false, one.debatable, one.unlabelled)
    precision = "-" if one.precision is None else f"{one.precision:.1%}"
    return [rule, *map(str, (sum(counts), *counts)), precision]


def _package_table(results: Results, versions: dict[str, str]) -> list[str]:
    counts = Counter((found.key.package, found.key.rule) for found in results.found)
    rules = sorted({found.key.rule for found in results.found})
    rows = (
        [
            *(run.package, versions.get(run.package, ""), f"{run.files:,}", f"{run.lines:,}", f"{run.seconds:.1f}"),
            *(str(counts[run.package, rule] or "") for rule in rules),
        ]
        for run in results.runs
    )
    return table(("Package", "Version", "Files", "Lines", "Seconds", *rules), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; all columns but the first are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


def _unparsable(found: Iterable[Found]) -> Iterator[str]:
    broken = (one for one in found if one.key.rule == SYNTAX_ERROR)
    return (f"- {one.key.package}: `{one.spot.path}:{one.spot.line}` {one.spot.message}" for one in broken)


def _changes(title: str, keys: Sequence[Key]) -> list[str]:
    return [f"{title}: {len(keys)}", "", *(f"- {describe(key)}" for key in keys)] if keys else [f"{title}: none"]


def describe(key: Key) -> str:
    return f"{key.rule} {key.package} `{key.path}` {key.scope or '<module>'}: `{key.line.replace('`', chr(39))}`"


def _or_none(lines: Iterable[str]) -> list[str]:
    return list(lines) or ["None."]
