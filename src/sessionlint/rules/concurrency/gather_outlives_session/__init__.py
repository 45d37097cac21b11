from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES610",
    name="gather-outlives-session",
    severity=Severity.ERROR,
    why="One error closes the sessions that the others are using: the error that is seen is that one, and connections are lost.",
    symptoms=(
        "The garbage collector is trying to clean up non-checked-in connection",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
    ),
    hints=("gather(",),
    yields_to=("SES601",),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)
