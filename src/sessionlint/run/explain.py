"""``sessionlint rule``: the pages of rules, or the rules as data."""

import json
import sys
from collections.abc import Sequence

from sessionlint.model.naming import matches
from sessionlint.report import page
from sessionlint.report.colour import ColourChoice
from sessionlint.rules.registry import RegisteredRule, registered_rules
from sessionlint.run.console import look_of, prepare, write_out
from sessionlint.run.errors import CLEAN
from sessionlint.run.selectors import check_selectors


def run_rule(selectors: Sequence[str], output_format: str, colour: ColourChoice) -> int:
    """Print what ``selectors`` name, or everything when there are none. Raises UsageError for an unknown one."""
    prepare()
    entries = registered_rules()
    check_selectors(selectors, [entry.rule for entry in entries], "rule")
    chosen = [entry for entry in entries if not selectors or any(matches(selector, entry.rule) for selector in selectors)]
    if output_format == "json":
        write_out(json.dumps([_data(entry) for entry in chosen], indent=2) + "\n")
    else:
        look = look_of(sys.stdout, colour, unsafe_fixes=False, shown_path=str)
        write_out("\n".join(page.render(entry.page.read_text(encoding="utf-8"), look) for entry in chosen))
    return CLEAN


def _data(entry: RegisteredRule) -> dict[str, object]:
    rule = entry.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "on": rule.on,
        "why": rule.why,
        "symptoms": list(rule.symptoms),
        "page": page.user_part(entry.page.read_text(encoding="utf-8")),
    }
