from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES502",
    name="depends-called",
    severity=Severity.ERROR,
    why="FastAPI calls the provider for each request; here it is called once, at import, and its result is no provider.",
    symptoms=(
        "TypeError: <generator object get_db> is not a callable object",
        "TypeError: <async_generator object get_db> is not a callable object",
        "<sqlalchemy.orm.session.Session object> is not a callable object",
    ),
    uncovers=True,
)
