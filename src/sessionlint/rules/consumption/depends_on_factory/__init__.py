from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES503",
    name="depends-on-factory",
    severity=Severity.ERROR,
    why="FastAPI takes the factory's `**local_kw` for a query parameter and answers 422; nothing would close the session either.",
    symptoms=(
        '{"type":"missing","loc":["query","local_kw"],"msg":"Field required"}',
        "422 Unprocessable Entity query local_kw Field required",
        "UnboundExecutionError: Could not locate a bind configured on mapper",
    ),
)
