"""A milder form of a finding is shown where its rule is selected, and not where the rule is only on by default."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from pages.page import read_page

from sessionlint.cli import sessionlint
from sessionlint.rules.registry import registered_rules

_CASES = {
    "SES202": ("A factory in a test that nothing uses", 1),
    "SES203": ("A function that only hands on what it makes", 2),
    "SES204": ("A function that is given a session, and opens one where it is not", 1),
    "SES303": ("A program that talks with who runs it has one user", 1),
    "SES308": ("A function inside a test that the test calls", 2),
}


@pytest.mark.parametrize("code", _CASES)
def test_milder_form_on_request(code: str, tmp_path: Path) -> None:
    title, milder = _CASES[code]
    page = read_page(next(entry.page for entry in registered_rules() if entry.rule.code == code))
    case = next(case for case in page.cases if case.title == title)
    for path, text in case.files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    selected, by_default = (_severities(tmp_path, code, *options) for options in (["--select", code], []))
    assert selected - by_default == Counter({"info": milder})
    assert not by_default - selected


def _severities(folder: Path, code: str, *options: str) -> Counter[str]:
    arguments = ["check", str(folder), "--project-root", str(folder), "--output-format", "json", "--no-cache", *options]
    found = json.loads(CliRunner().invoke(sessionlint, arguments).stdout)["findings"]
    return Counter(finding["severity"] for finding in found if finding["code"] == code)
