"""Pages, rule files, the tables in docs and the codes agree. ``--accept`` rewrites the tables."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pages.page import Page, read_page

from sessionlint.model.finding import Applicability, Stability
from sessionlint.report.formats import FORMATS
from sessionlint.report.page import TEST_HEADINGS, user_part
from sessionlint.rules.registry import RegisteredRule, registered_rules

RULES = {entry.rule.code: entry for entry in registered_rules()}
DOCS = Path(__file__).parent.parent / "docs"
FAMILIES = {
    "linter": "0",
    "engine": "1",
    "factory": "2",
    "session": "3",
    "provider": "4",
    "consumption": "5",
    "concurrency": "6",
    "object": "7",
}
FOR_EVERY_RULE = ["What breaks in production", "Example", "Use instead", "Known false alarms", "Fix safety"]
AT_THE_END = ["Suppress", "References", "Cases"]
FOR_RULES_ABOUT_CODE = [*FOR_EVERY_RULE, "Options", "When not to use it", *AT_THE_END, "Proof"]

each_rule = pytest.mark.parametrize("code", sorted(RULES))


def page_of(code: str) -> Page:
    return read_page(RULES[code].page)


def family(entry: RegisteredRule) -> str:
    return entry.page.parents[1].name


@each_rule
def test_a_rule_has_a_folder_of_its_name_and_a_page_in_it(code: str) -> None:
    entry = RULES[code]
    assert entry.page.parent.name == entry.rule.name.replace("-", "_")
    assert (page_of(code).code, page_of(code).name) == (code, entry.rule.name)


@each_rule
def test_a_rule_stands_in_the_folder_of_its_family(code: str) -> None:
    assert re.fullmatch(rf"SES{FAMILIES[family(RULES[code])]}\d\d", code)


@each_rule
def test_a_page_has_its_sections_in_order(code: str) -> None:
    required = [*FOR_EVERY_RULE, *AT_THE_END] if family(RULES[code]) == "linter" else FOR_RULES_ABOUT_CODE
    assert [section for section in page_of(code).sections if section in required] == required


@each_rule
def test_what_stands_behind_the_cases_is_for_the_tests_only(code: str) -> None:
    sections = page_of(code).sections
    assert tuple(sections[sections.index("Cases") :]) in (TEST_HEADINGS[:1], TEST_HEADINGS)


@each_rule
def test_nothing_is_left_to_do(code: str) -> None:
    """What the scaffold leaves to a person has been written."""
    folder = RULES[code].page.parent
    begun = ("__init__.py", "rule.py", "page.md")
    assert [name for name in begun if "TODO" in (folder / name).read_text(encoding="utf-8")] == []


@each_rule
def test_a_page_tells_the_errors_that_people_search_for(code: str) -> None:
    told = " ".join(user_part(page_of(code).text).split())
    assert [symptom for symptom in RULES[code].rule.symptoms if symptom not in told] == []


@each_rule
def test_a_page_shows_findings_and_silence(code: str) -> None:
    """A rule is known by what it leaves alone as much as by what it reports."""
    expected = [
        any(marker.code == code for marked in case.marked.values() for marker in marked.markers) for case in page_of(code).cases
    ]
    assert True in expected
    assert False in expected


@each_rule
def test_a_page_about_code_has_a_proof_of_what_breaks(code: str) -> None:
    """One that ends in the error, or, where the damage is silent, one that compares what is left behind."""
    if family(RULES[code]) != "linter":
        proofs = page_of(code).proofs
        assert any(proof.kind in ("fails", "fixed") or "assert " in proof.script for proof in proofs)


@each_rule
def test_a_page_says_where_its_proof_needs_a_server(code: str) -> None:
    page = page_of(code)
    if any("postgres" in proof.needs for proof in page.proofs):
        assert "PostgreSQL" in page.text


def test_no_page_is_left_without_a_rule() -> None:
    folder = Path(next(iter(RULES.values())).page).parents[2]
    assert {entry.page for entry in RULES.values()} == set(folder.rglob("*.md"))


def rule_table() -> str:
    """One row per rule, by code."""
    head = ["| code | name | severity | fix | what it protects from |", "|---|---|---|---|---|"]
    return "".join(f"{row}\n" for row in (*head, *map(_row, RULES.values())))


def _row(entry: RegisteredRule) -> str:
    rule = entry.rule
    off = f" (with `{rule.on_with}`)" if rule.on_with else " (off)"
    severity = rule.severity.value + ("" if rule.on else off)
    page = f"../{entry.page.relative_to(DOCS.parent.resolve()).as_posix()}"
    return f"| {rule.code} | [{rule.name}]({page}) | {severity} | {_fix(entry)} | {rule.why} |"


def _fix(entry: RegisteredRule) -> str:
    """Which kinds of fix the page's cases of this rule alone show: they are tested, so they know."""
    own = [case for case in read_page(entry.page).cases if case.codes == {entry.rule.code}]
    levels = {block.after for case in own for block in case.blocks if block.after}
    return ", ".join(level.value for level in Applicability if level.value in levels) or "none"


def _frame(entry: RegisteredRule) -> tuple[str, str]:
    """What a page begins with under its title, and how what it finds is suppressed."""
    rule = entry.rule
    selected = f"on where `{rule.on_with}` is set" if rule.on_with else f'off by default (`extend-select = ["{rule.code}"]`)'
    standing = {Stability.STABLE: "", Stability.PREVIEW: " In preview.", Stability.DEPRECATED: " Deprecated."}[rule.stability]
    head = f"Severity: {rule.severity.value}, {'on by default' if rule.on else selected}. Fix: {_fix(entry)}.{standing}\n"
    suppress = (
        f"`# noqa: {rule.code}` or `# sessionlint: ignore[{rule.code}] -- why` at the end of the line,\n"
        f"`# sessionlint: ignore-file[{rule.code}]` for a file. In the configuration,\n"
        f'`extend-ignore = ["{rule.code}"]`, or for some files `"scripts/*" = ["{rule.code}"]` under `per-file-ignores`.\n'
    )
    return head, suppress


_TITLE = re.compile(r"\A(# .+\n\n)(?:Severity: .+\n\n)?")
_SUPPRESS = re.compile(r"\n(?:## Suppress\n\n(?:.+\n)+\n)?(?=## References\n)")


@each_rule
def test_a_page_begins_with_what_the_rule_is_and_ends_with_how_to_suppress_it(code: str, request: pytest.FixtureRequest) -> None:
    entry = RULES[code]
    head, suppress = _frame(entry)
    text = entry.page.read_text(encoding="utf-8")
    framed = _TITLE.sub(lambda match: f"{match[1]}{head}\n", text, count=1)
    if family(entry) != "linter":  # what is said of comments is suppressed in ways of its own
        framed = _SUPPRESS.sub(lambda _: f"\n## Suppress\n\n{suppress}\n", framed, count=1)
    if request.config.getoption("--accept"):
        entry.page.write_text(framed, encoding="utf-8")
        return
    assert text == framed, "nox -s tables"


@each_rule
def test_a_page_links_to_the_documentation_that_its_claim_rests_on(code: str) -> None:
    _, _, references = user_part(page_of(code).text).partition("## References\n\n")
    assert all(re.fullmatch(r"- \[\w.+\]\(https://\S+\)", line) for line in references.splitlines())
    assert references


def format_table() -> str:
    rows = [f"| `{name}` | {each.told} |" for name, each in FORMATS.items()]
    return "".join(f"{row}\n" for row in ("| format | what it prints |", "|---|---|", *rows))


@pytest.mark.parametrize(("page", "name", "table"), [("rules", "rules", rule_table), ("reports", "formats", format_table)])
def test_the_documentation_has_the_table(page: str, name: str, table: Callable[[], str], request: pytest.FixtureRequest) -> None:
    file = DOCS / f"{page}.md"
    text = file.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, shown, rest = text.partition(begin)
    found, closed, after = rest.partition(end)
    assert shown and closed, f"{file.name} has no table between {begin.strip()} and {end}"
    if request.config.getoption("--accept"):
        file.write_text(f"{before}{begin}{table()}{end}{after}", encoding="utf-8")
        return
    assert found == table(), "nox -s tables"
