from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES702",
    name="expired-object-escapes",
    severity=Severity.ERROR,
    why="A commit expires what was read, and behind the block no session can load it again: the first look at it raises.",
    symptoms=(
        "DetachedInstanceError: Instance <User> is not bound to a Session; attribute refresh operation cannot proceed",
        "DetachedInstanceError: Instance is not bound to a Session; attribute refresh operation cannot proceed",
    ),
    hints=("_load_expired", "load_scalar_attributes"),
    speaking_against=("_emit_lazyload", "_load_for_state"),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)
