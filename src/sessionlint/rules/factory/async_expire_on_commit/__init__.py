from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES203",
    name="async-expire-on-commit",
    severity=Severity.WARNING,
    why="After a commit every attribute has to be loaded again, and an asynchronous session cannot do that on mere access.",
    symptoms=(
        "MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here",
        "DetachedInstanceError: Instance is not bound to a Session; attribute refresh operation cannot proceed",
        "DetachedInstanceError: Instance is not bound to a Session",
    ),
    hints=("_load_expired", "load_on_ident"),
    speaking_against=("loaded_dbapi.connect(", "_emit_lazyload"),
    silent_in=frozenset({Role.TEST, Role.STUB, Role.SCRIPT}),
)
