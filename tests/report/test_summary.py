from dataclasses import replace

import pytest
from sample_outcome import only

from sessionlint.model.finding import Severity
from sessionlint.model.outcome import Outcome, Skipped
from sessionlint.report.look import Look
from sessionlint.report.summary import closing_lines, diff_lines, fixed_line


def outcome(found: int, fixed: int = 0, safe: int = 0, unsafe: int = 0) -> Outcome:
    [finding] = only("f()", "f()")[0].findings
    return Outcome((finding,) * found, repaired=(("a.py", "SES301"),) * fixed, fixable_safe=safe, fixable_unsafe=unsafe)


@pytest.mark.parametrize(
    ("run", "unsafe_fixes", "expected"),
    [
        (outcome(0), False, "All checks passed!"),
        (outcome(0, fixed=1), False, "Fixed 1 finding."),
        (outcome(0, fixed=2), False, "Fixed 2 findings."),
        (outcome(1), False, "Found 1 finding."),
        (outcome(3, safe=1, unsafe=2), False, "Found 3 findings.\n[*] 1 fixable with --fix (2 more with --unsafe-fixes)."),
        (outcome(3, safe=3), False, "Found 3 findings.\n[*] 3 fixable with --fix."),
        (outcome(3, unsafe=2), False, "Found 3 findings.\n2 fixable with --fix --unsafe-fixes."),
        (outcome(3, safe=1, unsafe=2), True, "Found 3 findings.\n[*] 3 fixable with --fix --unsafe-fixes."),
        (outcome(2, fixed=3, unsafe=1), False, "Found 5 findings (3 fixed, 2 remaining).\n1 fixable with --fix --unsafe-fixes."),
    ],
)
def test_a_check_ends_with_what_was_found_and_what_can_be_fixed(run: Outcome, unsafe_fixes: bool, expected: str) -> None:
    assert closing_lines(run, Look(unsafe_fixes=unsafe_fixes)) == expected


def test_findings_for_information_are_told_apart() -> None:
    [finding] = only("f()", "f()", severity=Severity.INFO)[0].findings
    run = Outcome((finding,))
    assert closing_lines(run, Look()) == "Found 1 finding (1 info)."
    assert closing_lines(replace(outcome(2), findings=(*outcome(2).findings, finding)), Look()) == "Found 3 findings (1 info)."
    fixed = replace(run, repaired=(("a.py", "SES301"),))
    assert closing_lines(fixed, Look()) == "Found 2 findings (1 fixed, 1 remaining, 1 info)."


def test_a_diff_and_a_fix_only_run_end_with_their_count() -> None:
    assert diff_lines(outcome(2, fixed=1, unsafe=2), Look()) == "Would fix 1 finding (2 more with --unsafe-fixes)."
    assert diff_lines(outcome(2, fixed=3), Look()) == "Would fix 3 findings."
    assert diff_lines(outcome(2, unsafe=2), Look()) == "No fixes (2 more with --unsafe-fixes)."
    assert fixed_line(outcome(1, fixed=2, unsafe=1), Look()) == "Fixed 2 findings (1 more with --unsafe-fixes)."
    assert fixed_line(outcome(1), Look()) == "No fixes."


@pytest.mark.parametrize(("count", "told"), [(0, ""), (1, " 1 file skipped."), (2, " 2 files skipped.")])
def test_every_ending_counts_the_files_that_were_skipped(count: int, told: str) -> None:
    skipped = (Skipped("t.py", "looks like a template"),) * count
    clean, found = (replace(outcome(number, safe=number), skipped=skipped) for number in (0, 1))
    assert closing_lines(clean, Look()) == f"All checks passed!{told}"
    assert closing_lines(found, Look()) == f"Found 1 finding.{told}\n[*] 1 fixable with --fix."
    assert diff_lines(found, Look()) == fixed_line(found, Look()) == f"No fixes.{told}"
    fixed = replace(outcome(0, fixed=1), skipped=skipped)
    assert diff_lines(fixed, Look()) == f"Would fix 1 finding.{told}"
    assert fixed_line(fixed, Look()) == closing_lines(fixed, Look()) == f"Fixed 1 finding.{told}"
