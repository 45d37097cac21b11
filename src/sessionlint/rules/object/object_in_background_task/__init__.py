from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES705",
    name="object-in-background-task",
    severity=Severity.WARNING,
    why="The work runs when the object's session has ended: what is not loaded by then cannot be loaded any more.",
    symptoms=(
        "DetachedInstanceError: Instance <User> is not bound to a Session; attribute refresh operation cannot proceed",
        "DetachedInstanceError: Parent instance <User> is not bound to a Session; lazy load operation of attribute 'items'"
        " cannot proceed",
        "TypeError: Object of type User is not JSON serializable",
        "kombu.exceptions.EncodeError: Object of type User is not JSON serializable",
    ),
    hints=("starlette/background.py", "BackgroundTask", "kombu"),
    silent_in=frozenset({Role.TEST, Role.STUB}),
)
