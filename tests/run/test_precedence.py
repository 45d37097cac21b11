from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.source import Place, Span
from sessionlint.sift.precedence import most_specific

GENERAL = Rule("SES301", "general", Severity.ERROR, "", yields_to=("SES304",))
SPECIFIC = Rule("SES304", "specific", Severity.WARNING, "")
RULES = {rule.code: rule for rule in (GENERAL, SPECIFIC)}


def finding(code: str, start: int, *related: int, path: str = "a.py") -> Finding:
    places = [Place(path, Span(at, at + 5)) for at in (start, *related)]
    return Finding(code, places[0], "", Severity.ERROR, tuple(Related(place, "") for place in places[1:]))


def test_the_general_rule_is_silent_where_the_specific_one_speaks() -> None:
    specific = finding("SES304", 10)
    assert most_specific([finding("SES301", 10), specific], RULES) == [specific]


def test_a_shared_place_of_the_trace_is_enough() -> None:
    assert most_specific([finding("SES301", 10, 50), finding("SES304", 52)], RULES) == [finding("SES304", 52)]
    assert most_specific([finding("SES301", 10), finding("SES304", 90, 10)], RULES) == [finding("SES304", 90, 10)]


def test_two_stories_stay_two_findings() -> None:
    apart = [finding("SES301", 10, 70), finding("SES304", 40, 70)]
    assert most_specific(apart, RULES) == apart
    elsewhere = [finding("SES301", 10), finding("SES304", 10, path="b.py")]
    assert most_specific(elsewhere, RULES) == elsewhere


def test_the_specific_rule_does_not_give_way() -> None:
    assert most_specific([finding("SES304", 10)], RULES) == [finding("SES304", 10)]


def test_one_of_several_problems_that_a_finding_counts_in_gives_way_alone() -> None:
    counting = Finding(
        "SES301", Place("a.py", Span(10, 15)), "", Severity.ERROR, (Related(Place("a.py", Span(50, 55)), "", True),)
    )
    specific = finding("SES304", 50)
    assert most_specific([counting, specific], RULES) == [counting, specific]
