import json

from sessionlint.model.outcome import Outcome
from sessionlint.model.outcome_codec import dump, load
from sessionlint.rules.registry import registered_rules


def test_every_rule_survives_json() -> None:
    """Findings and all else are compared by the rule pages: whatever these find goes through JSON and back."""
    rules = {entry.rule.code: entry.rule for entry in registered_rules()}
    data = dump(Outcome((), rules=rules))
    loaded = load(json.loads(json.dumps(data)))
    assert list(loaded.rules) == list(rules)
    assert dump(loaded) == data
