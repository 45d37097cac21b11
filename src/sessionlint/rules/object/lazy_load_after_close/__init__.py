from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES703",
    name="lazy-load-after-close",
    severity=Severity.ERROR,
    why="A relationship that was not loaded while the session was open cannot be loaded when it is closed.",
    symptoms=(
        "DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed",
        "DetachedInstanceError: Parent instance <User> is not bound to a Session; lazy load operation of attribute 'items'"
        " cannot proceed",
        "DetachedInstanceError: Parent instance <User> is not bound to a Session; deferred load operation of attribute 'text'"
        " cannot proceed",
    ),
    hints=("_load_for_state", "_emit_lazyload"),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)
