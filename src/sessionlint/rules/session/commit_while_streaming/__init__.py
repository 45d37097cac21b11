from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES320",
    name="commit-while-streaming",
    severity=Severity.ERROR,
    why="The cursor ends with its transaction: the loop fails at the next rows, once there are more than fit into one fetch.",
    symptoms=(
        "ProgrammingError: named cursor isn't valid anymore",
        'InvalidCursorName: cursor "c_7f0c5ca2ddf0_1" does not exist',
        "NoActiveSQLTransactionError: cursor cannot be created outside of a transaction",
        "ResourceClosedError: This result object is closed.",
    ),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)
