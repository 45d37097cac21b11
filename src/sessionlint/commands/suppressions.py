"""``sessionlint suppressions``: the comments that hide findings, and whether they do."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sessionlint.commands.console import prepare, say, write_out
from sessionlint.commands.surroundings import relative
from sessionlint.model.facts import Suppression
from sessionlint.model.records import dataclass
from sessionlint.model.source import Span
from sessionlint.report.visible import visible, without_brackets
from sessionlint.run import pipeline
from sessionlint.run.errors import CLEAN, FAILED
from sessionlint.run.looking import Result
from sessionlint.run.request import Request, available_cores
from sessionlint.sift.comments import Comments, expiry, holds, is_ours


def run_suppressions(paths: Sequence[str], output_format: str, unused: bool, options: Mapping[str, Any]) -> int:
    """List the comments and return the exit code. Raises UsageError."""
    prepare()
    request = Request(
        paths=tuple(paths) or (".",),
        config=options["config"],
        isolated=options["isolated"],
        project_root=options["project_root"],
        cache=not options["no_cache"],
        cache_dir=options["cache_dir"],
        jobs=available_cores(),
    )
    result = pipeline.analysed(request, lambda text: say(f"warning: {text}"))
    listed = [each for each in _listed(result) if each.state != "used" or not unused]
    write_out(_as_json(listed) if output_format == "json" else "".join(f"{visible(each.line())}\n" for each in listed))
    counts = Counter(each.state for each in listed)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    say(f"{len(listed)} suppression{'' if len(listed) == 1 else 's'}{f': {told}' if told else ''}.")
    for error in result.outcome.errors:
        say(f"error: internal: {error}")
    return FAILED if result.outcome.errors else CLEAN


@dataclass(frozen=True, slots=True)
class _Listed:
    """A comment, where it is shown, what has become of it, and the codes of the findings that it hides."""

    path: str
    row: int
    column: int
    comment: Suppression
    state: str
    hides: Sequence[str]

    def line(self) -> str:
        what = ", ".join(self.comment.codes) or "all rules"
        where = " in the file" if self.comment.style == "ignore-file" else ""
        until = f" until {self.comment.until}" if self.comment.until else ""
        why = self.comment.problem or self.comment.reason or "no reason given"
        return f"{self.path}:{self.row}:{self.column}: {what}{where}{until} [{self.state}] {why}"


def _listed(result: Result) -> Iterator[_Listed]:
    assert result.checked is not None
    comments = result.checked.comments
    assert comments is not None
    hidden: defaultdict[tuple[str, Span], list[str]] = defaultdict(list)
    for entry in result.outcome.suppressed:
        hidden[entry.path, entry.suppression.span].append(entry.finding.code)
    folder = result.plan.root.folder
    for path, comment in comments:
        if path in result.plan.scope and _concerns_us(path, comment, comments):
            row, column = comments.sources[path].position(comment.span.start)
            yield _Listed(
                relative(folder / path), row, column, comment, _state(path, comment, comments), hidden[path, comment.span]
            )


def _concerns_us(path: str, comment: Suppression, comments: Comments) -> bool:
    """A noqa without codes is another linter's, unless it hides something of ours."""
    if comment.style != "noqa":
        return True
    return any(is_ours(comment, code) for code in comment.codes) or comments.is_used(path, comment)


def _state(path: str, comment: Suppression, comments: Comments) -> str:
    if comment.problem is not None:
        return "not understood"
    if not holds(comment, comments.today):
        return "expired"
    if comments.unused(path, comment):
        return "partly unused" if comments.is_used(path, comment) else "unused"
    return "used" if comments.is_used(path, comment) else "of rules that are off"


def _as_json(listed: Sequence[_Listed]) -> str:
    rows = [
        {
            "filename": each.path,
            "location": {"row": each.row, "column": each.column},
            "codes": list(each.comment.codes),
            "file": each.comment.style == "ignore-file",
            "until": last.isoformat() if (last := expiry(each.comment)) is not None else None,
            "reason": each.comment.reason,
            "problem": each.comment.problem,
            "state": each.state,
            "hides": list(each.hides),
        }
        for each in listed
    ]
    return without_brackets(json.dumps(rows, indent=2), "\\u0023") + "\n"
