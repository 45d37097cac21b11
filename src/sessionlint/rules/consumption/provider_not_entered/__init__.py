from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES505",
    name="provider-not-entered",
    severity=Severity.ERROR,
    why="What the provider gives has to be entered first; it has none of a session's methods.",
    symptoms=(
        "AttributeError: 'generator' object has no attribute 'query'",
        "AttributeError: 'generator' object has no attribute 'execute'",
        "AttributeError: 'async_generator' object has no attribute 'execute'",
        "AttributeError: '_GeneratorContextManager' object has no attribute 'query'",
        "AttributeError: '_AsyncGeneratorContextManager' object has no attribute 'execute'",
    ),
)
