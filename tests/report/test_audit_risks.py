"""In which order an audit tells its risks."""

from sessionlint.model.finding import Rule, Severity
from sessionlint.model.source import Place, Span
from sessionlint.questions.inventory.reach import Reach
from sessionlint.questions.inventory.records import Code, Part
from sessionlint.report.audit.rule_page import read_rule_page
from sessionlint.report.audit.view import Evidence, Risk, ranked

RULES = {
    code: Rule(code, code.lower(), severity, "Why.")
    for code, severity in (
        ("SES301", Severity.ERROR),
        ("SES302", Severity.ERROR),
        ("SES303", Severity.ERROR),
        ("SES101", Severity.WARNING),
    )
}
PAGES = {code: read_rule_page(code, "# A page\n") for code in RULES}


def code(part: Part, name: str = "f") -> Code:
    return Code("app", name, Place("app.py", Span(0, 1)), part)


def evidence(rule: str, part: Part = Part.SERVICE, users: int = 0, severity: Severity | None = None) -> Evidence:
    by = code(part)
    reach = Reach(by, (), tuple(code(Part.ROUTE, f"route_{number}") for number in range(users)), (), 0)
    return Evidence(RULES[rule].finding(by.place, "It breaks.", severity=severity), reach)


def order(*found: Evidence) -> list[tuple[str, str]]:
    return [(risk.id, risk.rule.code) for risk in ranked(found, RULES, PAGES)]


def only(*found: Evidence) -> Risk:
    (risk,) = ranked(found, RULES, PAGES)
    return risk


def test_the_worst_stand_first_and_then_what_meets_most() -> None:
    found = order(evidence("SES101", users=9), evidence("SES301", users=1), evidence("SES302", users=2))
    assert found == [("H1", "SES302"), ("H2", "SES301"), ("M1", "SES101")]


def test_what_meets_as_much_stands_by_code() -> None:
    assert order(evidence("SES303"), evidence("SES301")) == [("H1", "SES301"), ("H2", "SES303")]


def test_of_those_that_are_as_bad_those_of_tests_alone_stand_last() -> None:
    found = order(evidence("SES301", Part.TEST, users=9), evidence("SES303"), evidence("SES302", Part.TEST), evidence("SES302"))
    assert found == [("H1", "SES302"), ("H2", "SES303"), ("H3", "SES301")]


def test_one_rule_is_one_risk_for_each_severity() -> None:
    assert len(only(evidence("SES301"), evidence("SES301", users=3)).evidence) == 2
    assert order(evidence("SES301"), evidence("SES301", severity=Severity.INFO)) == [("H1", "SES301"), ("L1", "SES301")]


def test_a_page_says_what_breaks_and_which_test_to_add() -> None:
    page = read_rule_page(
        "SES301",
        "# A page\n\n## What breaks in production\n\nIt *fails*, see [here](x). It ends `*so*`. One of:\n\n- this\n\n"
        "## Use instead\n\n```python\nx = 1\n```\n\n## Test to add\n\nRun it\ntwice.\n\n## Cases\n",
    )
    assert page.breaks == "It fails, see here. It ends `*so*`."
    assert (page.instead, page.test_to_add) == (("x = 1",), "Run it twice.")


def test_a_page_without_a_test_has_that_of_its_family() -> None:
    assert "checkedout" in read_rule_page("SES399", "# A page\n").test_to_add
    assert read_rule_page("SES399", "# A page\n").test_to_add != read_rule_page("SES699", "# A page\n").test_to_add
    assert read_rule_page("SES001", "# A page\n").test_to_add.startswith("None")
