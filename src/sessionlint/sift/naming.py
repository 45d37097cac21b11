"""How a rule is named wherever a rule is named: code, name, one of before, prefix of the code, ALL."""

from sessionlint.model.finding import Rule

EVERY_RULE = "ALL"


def matches(selector: str, rule: Rule) -> bool:
    """Whether ``selector`` names ``rule``; case does not matter. A prefix is letters and digits: SES, SES3, SES30."""
    wanted = selector.upper()
    if wanted == EVERY_RULE or names(selector, rule):
        return True
    return wanted.startswith("SES") and rule.code.startswith(wanted)


def names(selector: str, rule: Rule) -> bool:
    """Whether ``selector`` is the code or the name of ``rule``, today's or a former one."""
    return selector.upper() in (rule.code, rule.name.upper()) or is_former(selector, rule)


def is_former(selector: str, rule: Rule) -> bool:
    """Whether ``selector`` is what ``rule`` was called before."""
    return bool(rule.former) and selector.upper() in map(str.upper, rule.former)


def renamed(selector: str, rule: Rule) -> str:
    """What to tell of a former code or name."""
    return f"{selector} is called {rule.code} ({rule.name}) now; the former name keeps working"
