from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES704",
    name="object-of-another-session",
    severity=Severity.ERROR,
    why="An object is in one session at a time: another one that is given it raises.",
    symptoms=(
        "InvalidRequestError: Object '<User at 0x...>' is already attached to session '6' (this is '5')",
        "InvalidRequestError: Instance '<User at 0x...>' is not persistent within this Session",
        "InvalidRequestError: Instance <User at 0x...> is not present in this Session",
    ),
    hints=("_before_attach", "_validate_persistent"),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)
