from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES407",
    name="provider-yield-shape",
    severity=Severity.ERROR,
    why="FastAPI and contextlib want exactly one `yield` on every path; anything else is a RuntimeError for that request.",
    symptoms=(
        "generator didn't yield",
        "generator didn't stop",
        "generator didn't stop after throw()",
        "RecursionError: maximum recursion depth exceeded",
    ),
    hints=("contextlib.py", "return next(self.gen)"),
    yields_to=("SES408",),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)
