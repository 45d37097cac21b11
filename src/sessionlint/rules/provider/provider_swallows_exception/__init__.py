from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES404",
    name="provider-swallows-exception",
    severity=Severity.ERROR,
    why="An error that ends in the provider leaves FastAPI without a response: a 500 for everything, and no trace of the cause.",
    symptoms=(
        "FastAPIError: Response not awaited. There's a high chance that the application code is raising an exception",
        "FastAPIError: No response object was returned. There's a high chance that the application code is raising an exception",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)
