from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES608",
    name="shielded-session",
    severity=Severity.ERROR,
    why="A shielded operation runs on while the cancelled task closes the session under it: both fail, and the row may be saved.",
    symptoms=(
        "IllegalStateChangeError: Method 'close()' can't be called here; method 'commit()' is already in progress",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
    ),
    hints=("shield(",),
    uncovers=True,
    about_use=True,
)
