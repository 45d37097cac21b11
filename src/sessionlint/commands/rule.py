"""``sessionlint rule``: the pages of rules, the rules as data, or the rules behind an error text."""

import json
import re
import sys
from collections.abc import Collection, Sequence

from sessionlint.commands.console import is_terminal, look_of, prepare, read_bytes, say, write_out
from sessionlint.commands.symptoms import Match, nearest_symptom, rules_behind
from sessionlint.model.regex import regex
from sessionlint.report import page
from sessionlint.report.colour import ColourChoice
from sessionlint.rules.registry import RegisteredRule, registered_rules
from sessionlint.run.errors import CLEAN, UsageError, suggestion
from sessionlint.run.settings.selectors import check_selectors
from sessionlint.sift.naming import is_former, matches, renamed

_MOST = 5  # rules that are shown with a line each
_SELECTOR = regex(r"SES\w*|[a-z0-9]+(-[a-z0-9]+)+|ALL", re.IGNORECASE)


def run_rule(given: Sequence[str], every: bool, output_format: str, colour: ColourChoice) -> int:
    """Print the rules that ``given`` names, those behind the error text it is, or every rule. Raises UsageError."""
    prepare()
    piped = not given and not every and sys.stdin is not None and not is_terminal(sys.stdin)
    text = read_bytes().decode(errors="replace") if piped or tuple(given) == ("-",) else ""
    if every == bool(given or text.strip()) or (tuple(given) == ("-",) and not text.strip()):
        raise UsageError("rule: give a code, a name or a prefix, an error text, a traceback on standard input, or --all")
    text = text or _error_text(given)
    return _list_rules(text, output_format, colour) if text else _show_pages(given, output_format, colour)


def _error_text(given: Sequence[str]) -> str:
    """The error text that the arguments are, in one pair of quotes or none; "" when they name rules, rightly or not."""
    text = " ".join(given)
    if any(_names_a_rule(word) for word in given):
        return ""
    is_known = bool(rules_behind(text, [entry.rule for entry in registered_rules()]))  # `idle-in-transaction` is no rule
    return text if is_known or not all(_SELECTOR.fullmatch(word) for word in given) else ""


def _names_a_rule(word: str) -> bool:
    return any(matches(word, entry.rule) for entry in registered_rules())


def _show_pages(selectors: Sequence[str], output_format: str, colour: ColourChoice) -> int:
    entries = registered_rules()
    check_selectors(selectors, [entry.rule for entry in entries], "rule")
    chosen = [entry for entry in entries if not selectors or any(matches(selector, entry.rule) for selector in selectors)]
    for selector in selectors:
        for entry in (entry for entry in chosen if is_former(selector, entry.rule)):
            say(f"note: {renamed(selector, entry.rule)}")
    if output_format == "json":
        write_out(json.dumps([_data(entry) for entry in chosen], indent=2) + "\n")
    else:
        look = look_of(sys.stdout, colour, unsafe_fixes=False, shown_path=str)
        write_out("\n".join(page.render(entry.page.read_text(encoding="utf-8"), look) for entry in chosen))
    return CLEAN


def _list_rules(text: str, output_format: str, colour: ColourChoice) -> int:
    entries = {entry.rule.code: entry for entry in registered_rules()}
    found = rules_behind(text, [entry.rule for entry in entries.values()])
    if not found:
        raise UsageError(_unknown(text, entries.values()))
    if output_format == "json":
        write_out(json.dumps([_data(entries[match.rule.code]) | _matched(match) for match in found], indent=2) + "\n")
    else:
        write_out(page.render(_listing(found), look_of(sys.stdout, colour, unsafe_fixes=False, shown_path=str)))
    return CLEAN


def _unknown(text: str, entries: Collection[RegisteredRule]) -> str:
    words = text.split()
    if len(words) == 1:
        known = [name for entry in entries for name in (entry.rule.code, entry.rule.name)]
        return f'rule: unknown rule "{words[0]}"{suggestion(words[0], known)}'
    near = nearest_symptom(text, [entry.rule for entry in entries])
    hint = f'; did you mean "{near}"?' if near else "; the line with the error's own words is the one to give"
    shown = " ".join(words)
    return f'rule: no rule knows the error "{shown[:77] + "..." if len(shown) > 80 else shown}"{hint}'


def _listing(found: Sequence[Match]) -> str:
    """The rules behind an error as Markdown, best first; of many the codes will do."""
    count = "One rule knows this error" if len(found) == 1 else f"{len(found)} rules know this error, the likeliest first"
    lines = [f"{place}. {_line(match)}" for place, match in enumerate(found[:_MOST], start=1)]
    more = ", ".join(match.rule.code for match in found[_MOST:])
    rest = [f"{len(found) - _MOST} more: {more}."] if more else []
    shown = f"`sessionlint rule {found[0].rule.code}` shows what breaks and what to write instead"
    if not any(match.rule.on for match in found):
        end = f"{shown}, and how the rule is switched on."
    else:
        end = f"{shown}; in the project's folder, `sessionlint check` looks for {'them' if len(found) > 1 else 'it'}."
    return "\n\n".join([f"# {count}", "\n".join(lines), *rest, end]) + "\n"


def _line(match: Match) -> str:
    rule = match.rule
    off = "" if rule.on else ", off by default"
    spoken = f" The traceback speaks for it: `{match.hint}`." if match.hint else ""
    return f"**{rule.code} {rule.name}** ({rule.severity.value}{off}): {rule.why}{spoken}"


def _matched(match: Match) -> dict[str, object]:
    return {"symptom": match.symptom, "score": match.score, "hint": match.hint or None}


def _data(entry: RegisteredRule) -> dict[str, object]:
    rule = entry.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "on": rule.on,
        "on_with": rule.on_with or None,
        "why": rule.why,
        "stability": rule.stability.value,
        "since": rule.since,
        "former": list(rule.former),
        "symptoms": list(rule.symptoms),
        "page": page.user_part(entry.page.read_text(encoding="utf-8")),
    }
