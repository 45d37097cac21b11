from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES314",
    name="use-after-commit-in-begin",
    severity=Severity.WARNING,
    why="Inside a begin() block the transaction ends with the block; after a commit of one's own the session refuses all work.",
    symptoms=("Can't operate on closed transaction inside context manager.",),
    silent_in=frozenset({Role.STUB}),
)
