"""The closing lines of a run."""

from collections import Counter

from sessionlint.model.finding import Severity
from sessionlint.model.outcome import Outcome
from sessionlint.report.look import Look
from sessionlint.report.visible import visible

_MANY = 50


def closing_lines(outcome: Outcome, look: Look) -> str:
    """What a check ends with, without a newline: how much was found, fixed, and could be fixed."""
    found, fixed = len(outcome.findings), outcome.fixed
    if not found:
        return (f"Fixed {_findings(fixed)}." if fixed else "All checks passed!") + _beside(outcome)
    first = f"Found {_findings(found + fixed)}{_split(outcome)}.{_beside(outcome)}"
    return "\n".join([first, *_fixable(outcome, look)])


def _split(outcome: Outcome) -> str:
    """What became of the findings, and how many of them are for information only, and fail no run by themselves."""
    info = sum(finding.severity is Severity.INFO for finding in outcome.findings)
    parts = [f"{outcome.fixed} fixed", f"{len(outcome.findings)} remaining"] if outcome.fixed else []
    parts += [f"{info} info"] if info else []
    return f" ({', '.join(parts)})" if parts else ""


def stale_lines(outcome: Outcome) -> list[str]:
    """What is said of a baseline that speaks of more than there is."""
    if not outcome.stale:
        return []
    entries = "1 entry of the baseline matches" if outcome.stale == 1 else f"{outcome.stale} entries of the baseline match"
    return [f"{entries} nothing any more (`sessionlint baseline prune`)."]


def way_in(outcome: Outcome) -> list[str]:
    """How to begin with a project that has many findings, in three lines; nothing for few."""
    if len(outcome.findings) <= _MANY:
        return []
    return [
        "Much to begin with? `sessionlint baseline create` keeps what there is for later: from then on, what is new is reported.",
        "`sessionlint check --since main` (in a hook: --staged) reports what a change brought, whatever was there before.",
        "`sessionlint check --statistics` counts by rule, and `--select SES301` shows the findings of one.",
    ]


def diff_lines(outcome: Outcome, look: Look) -> str:
    """What ``--diff`` ends with; ``outcome.fixed`` counts what would be fixed."""
    if not outcome.fixed:
        return f"No fixes{_more(outcome, look)}.{_beside(outcome)}"
    return f"Would fix {_findings(outcome.fixed)}{_more(outcome, look)}.{_beside(outcome)}"


def fixed_line(outcome: Outcome, look: Look) -> str:
    """What ``--fix-only`` ends with."""
    if not outcome.fixed:
        return f"No fixes{_more(outcome, look)}.{_beside(outcome)}"
    return f"Fixed {_findings(outcome.fixed)}{_more(outcome, look)}.{_beside(outcome)}"


def suppressed_line(changed: int) -> str:
    """What ``--add-suppressions`` says of the files that it changed."""
    return (
        f"Suppressions were added to {changed} file{'' if changed == 1 else 's'}." if changed else "No suppressions were added."
    )


def fixes_list(outcome: Outcome, look: Look) -> str:
    """What ``--show-fixes`` lists, without a newline: by file, how often each rule was fixed."""
    by_path: dict[str, Counter[str]] = {}
    for path, code in outcome.repaired:
        by_path.setdefault(path, Counter())[code] += 1
    lines = []
    for path, codes in sorted(by_path.items()):
        lines.append(f"- {visible(look.shown_path(path))}:")
        lines += [f"    {count} x {code} ({outcome.rules[code].name})" for code, count in sorted(codes.items())]
    return "\n".join(lines)


def _fixable(outcome: Outcome, look: Look) -> list[str]:
    safe, unsafe = outcome.fixable_safe, outcome.fixable_unsafe
    if look.unsafe_fixes:
        flags = "--fix --unsafe-fixes" if unsafe else "--fix"
        return [f"[*] {safe + unsafe} fixable with {flags}."] if safe + unsafe else []
    if safe:
        return [f"[*] {safe} fixable with --fix{_more(outcome, look)}."]
    return [f"{unsafe} fixable with --fix --unsafe-fixes."] if unsafe else []


def _more(outcome: Outcome, look: Look) -> str:
    if look.unsafe_fixes or not outcome.fixable_unsafe:
        return ""
    return f" ({outcome.fixable_unsafe} more with --unsafe-fixes)"


def _beside(outcome: Outcome) -> str:
    """What is not shown, so that nobody takes silence for more than it is."""
    skipped, baselined, older = len(outcome.skipped), len(outcome.baselined), len(outcome.older)
    told = f" {baselined} more in the baseline." if baselined else ""
    told += f" {older} more {'was' if older == 1 else 'were'} there before." if older else ""
    return told + (f" {skipped} file{'' if skipped == 1 else 's'} skipped." if skipped else "")


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"
