from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES609",
    name="timeout-then-reuse",
    severity=Severity.INFO,
    why="A timeout cancels the operation and leaves the transaction invalid: the session fails until it is rolled back.",
    on=False,
    symptoms=(
        "PendingRollbackError: Can't reconnect until invalid transaction is rolled back",
        "InterfaceError: cannot perform operation: another operation is in progress",
    ),
    yields_to=("SES312",),
)
