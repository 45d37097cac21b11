from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES701",
    name="lazy-load-in-async",
    severity=Severity.ERROR,
    why="An asynchronous session cannot load on mere access to an attribute: the look at it raises MissingGreenlet.",
    symptoms=(
        "MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here. Was IO attempted in an unexpected"
        " place?",
        "StatementError: (sqlalchemy.exc.MissingGreenlet) greenlet_spawn has not been called; can't call await_only() here. Was"
        " IO attempted in an unexpected place?",
        "MissingGreenlet: greenlet_spawn has not been called; can't call await_() here. Was IO attempted in an unexpected place?",
        "Error extracting attribute: MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here",
        "Error extracting attribute: MissingGreenlet",
    ),
    hints=("_emit_lazyload", "_load_for_state"),
    speaking_against=("loaded_dbapi.connect(", "_load_expired", "load_on_ident"),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)
