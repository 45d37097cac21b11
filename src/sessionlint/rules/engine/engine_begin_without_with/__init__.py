from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES109",
    name="engine-begin-without-with",
    severity=Severity.ERROR,
    why="`engine.begin()` gives a context manager; only `with` makes a connection of it, and commits at its end.",
    symptoms=(
        "'_GeneratorContextManager' object has no attribute 'execute'",
        "'_AsyncGeneratorContextManager' object has no attribute 'execute'",
        "object _AsyncGeneratorContextManager can't be used in 'await' expression",
    ),
    silent_in=frozenset({Role.STUB}),
)
