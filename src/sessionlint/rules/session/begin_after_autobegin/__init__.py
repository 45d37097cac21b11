from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES313",
    name="begin-after-autobegin",
    severity=Severity.WARNING,
    why="The first SQL has begun a transaction already: begin() raises, on every call that comes by here.",
    symptoms=("A transaction is already begun on this Session.",),
    silent_in=frozenset({Role.STUB}),
)
