"""How a rule is named wherever a rule is named: code, name, prefix of the code, ALL."""

from sessionlint.model.finding import Rule

EVERY_RULE = "ALL"


def matches(selector: str, rule: Rule) -> bool:
    """Whether ``selector`` names ``rule``; case does not matter. A prefix is letters and digits: SES, SES3, SES30."""
    wanted = selector.upper()
    if wanted in (EVERY_RULE, rule.code, rule.name.upper()):
        return True
    return wanted.startswith("SES") and rule.code.startswith(wanted)
