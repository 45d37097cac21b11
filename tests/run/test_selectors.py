import pytest

from sessionlint.model.finding import Rule, Severity
from sessionlint.run.errors import UsageError
from sessionlint.run.settings.selectors import Layer, check_selectors, selected_codes


def _rule(code: str, name: str, on: bool = True) -> Rule:
    return Rule(code, name, Severity.WARNING, "why", on)


RULES = [
    _rule("SES101", "import-time-engine"),
    _rule("SES301", "bare-session"),
    _rule("SES302", "close-later"),
    _rule("SES399", "off", on=False),
]


def _selected(*layers: Layer) -> list[str]:
    return sorted(selected_codes(layers, RULES))


def test_without_settings_the_rules_that_are_on_by_default_run() -> None:
    assert _selected() == ["SES101", "SES301", "SES302"]


@pytest.mark.parametrize("selector", ["SES301", "ses301", "bare-session"])
def test_a_rule_is_named_by_code_in_any_case_or_by_name(selector: str) -> None:
    assert _selected(Layer(select=(selector,))) == ["SES301"]


def test_a_prefix_and_all_choose_rules_that_are_off_too() -> None:
    assert _selected(Layer(select=("SES3",))) == ["SES301", "SES302", "SES399"]
    assert _selected(Layer(select=("ALL",))) == ["SES101", "SES301", "SES302", "SES399"]


def test_the_more_specific_selector_wins_and_ignore_wins_a_draw() -> None:
    assert _selected(Layer(select=("ALL",), ignore=("SES3",), extend_select=("bare-session",))) == ["SES101", "SES301"]
    assert _selected(Layer(select=("SES301",), ignore=("SES301",))) == []


def test_a_later_select_starts_afresh_and_a_later_ignore_does_not() -> None:
    assert _selected(Layer(ignore=("SES301",)), Layer(select=("SES3",))) == ["SES301", "SES302", "SES399"]
    assert _selected(Layer(select=("SES301", "SES302")), Layer(ignore=("SES302",))) == ["SES301"]


def test_an_unknown_rule_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r'^--select: unknown rule "bare-sesion"; did you mean "bare-session"\?$'):
        check_selectors(["bare-sesion"], RULES, "--select")


def test_a_rule_may_be_on_with_a_key_of_the_configuration() -> None:
    policy = Rule("SES311", "direct-session", Severity.WARNING, "why", on=False, on_with="session-provider")
    assert selected_codes([], [policy]) == frozenset()
    assert selected_codes([], [policy], {"session-provider"}) == {"SES311"}
    assert selected_codes([Layer(ignore=("SES311",))], [policy], {"session-provider"}) == frozenset()
    assert selected_codes([Layer(select=("SES1",))], [policy], {"session-provider"}) == frozenset()
