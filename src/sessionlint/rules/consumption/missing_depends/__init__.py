from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES504",
    name="missing-depends",
    severity=Severity.ERROR,
    why="FastAPI takes a parameter without `Depends` for a part of the request, and a session is no such thing.",
    symptoms=(
        "FastAPIError: Invalid args for response field! Hint: check that <class 'sqlalchemy.orm.session.Session'> is a valid",
        "AttributeError: 'function' object has no attribute 'scalar'",
        "TypeError: cannot pickle 'generator' object",
    ),
    uncovers=True,
)
