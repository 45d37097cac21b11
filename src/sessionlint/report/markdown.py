"""Markdown for a summary of the job: ``sessionlint check --output-format markdown >> "$GITHUB_STEP_SUMMARY"``."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.outcome import Outcome, Skipped
from sessionlint.model.regex import regex
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible

_MOST_ROWS = 500  # GitHub refuses a summary of more than 1 MiB
_MOST_SKIPPED = 20
_MARKS = {Severity.ERROR: ":x: error", Severity.WARNING: ":warning: warning", Severity.INFO: ":information_source: info"}
_SPECIAL = regex(r"[\\`*_{}\[\]<>#|~&@]")


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return "".join(f"{line}\n" for line in _lines(outcome, sources, look))


def _lines(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> Iterator[str]:
    yield "## sessionlint"
    yield ""
    yield f"{_counted(outcome)} {_number(outcome.checked, 'file')} checked{_fixable(outcome)}."
    if outcome.findings:
        yield from ("", "| severity | where | rule | what |", "|---|---|---|---|")
        yield from (_row(finding, outcome, sources, look) for finding in outcome.findings[:_MOST_ROWS])
    if (more := len(outcome.findings) - _MOST_ROWS) > 0:
        yield from ("", f"{more:,} more findings are not shown.")
    yield from _skipped(outcome, look)
    if outcome.errors:
        yield from ("", "sessionlint failed, and may not have found everything:", "")
        yield from (f"- {prose(error)}" for error in outcome.errors)


def _counted(outcome: Outcome) -> str:
    if not outcome.findings:
        return ":white_check_mark: Nothing was found."
    counts = Counter(finding.severity for finding in outcome.findings)
    return ", ".join(f"**{counts[severity]}** {severity.value}" for severity in Severity if counts[severity]) + "."


def _fixable(outcome: Outcome) -> str:
    safe, unsafe = outcome.fixable_safe, outcome.fixable_unsafe
    told = [f"{safe} fixable with `--fix`"] if safe else []
    told += [f"{unsafe} with `--fix --unsafe-fixes`"] if unsafe else []
    return f"; {', '.join(told)}" if told else ""


def _row(finding: Finding, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    start = start_of(finding.place, sources)
    where = code(f"{look.repository_path(finding.place.path)}:{start.line}:{start.column}")
    rule = outcome.rules.get(finding.code)
    help_ = f"<br>{prose(finding.help)}" if finding.help else ""
    named = f"{finding.code} {rule.name}" if rule else finding.code
    return f"| {_MARKS[finding.severity]} | {where} | {named} | {prose(finding.message)}{help_} |"


def _skipped(outcome: Outcome, look: Look) -> Iterator[str]:
    if not outcome.skipped:
        return
    yield from ("", f"{_number(len(outcome.skipped), 'file')} skipped:", "")
    yield from (_left_out(skipped, look) for skipped in outcome.skipped[:_MOST_SKIPPED])
    if (more := len(outcome.skipped) - _MOST_SKIPPED) > 0:
        yield f"- and {more:,} more"


def _left_out(skipped: Skipped, look: Look) -> str:
    return f"- {code(look.repository_path(skipped.path))}: {prose(skipped.reason)}"


def prose(text: str) -> str:
    """A text of ours, with its code between backticks, as the same in Markdown: what it quotes is nothing but text there."""
    pieces = visible(" ".join(text.split())).split("`")
    if len(pieces) % 2 == 0:  # one that is not closed is none
        pieces[-2:] = [f"{pieces[-2]}`{pieces[-1]}"]
    return "".join(code(piece) if index % 2 else _SPECIAL.sub(_entity, piece) for index, piece in enumerate(pieces))


def code(text: str) -> str:
    """Code that may stand in a table."""
    inside = visible(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", inside)), default=0) + 1)
    return f"{fence} {inside} {fence}" if "`" in inside else f"{fence}{inside}{fence}"


def _entity(character: re.Match[str]) -> str:
    return f"&#{ord(character[0])};"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
