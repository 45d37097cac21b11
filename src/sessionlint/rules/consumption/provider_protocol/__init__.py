from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES506",
    name="provider-protocol",
    severity=Severity.ERROR,
    why="The provider gives an object that does not support this; the line raises each time it runs.",
    symptoms=(
        "TypeError: 'generator' object does not support the context manager protocol",
        "TypeError: 'async_generator' object does not support the asynchronous context manager protocol",
        "TypeError: 'generator' object does not support the asynchronous context manager protocol",
        "TypeError: '_GeneratorContextManager' object is not iterable",
        "TypeError: '_GeneratorContextManager' object does not support the asynchronous context manager protocol",
        "TypeError: '_AsyncGeneratorContextManager' object does not support the context manager protocol",
        "TypeError: object async_generator can't be used in 'await' expression",
        "TypeError: object _AsyncGeneratorContextManager can't be used in 'await' expression",
        "TypeError: 'async for' requires an object with __aiter__ method, got _AsyncGeneratorContextManager",
        "AttributeError: __enter__",
    ),
    yields_to=("SES607",),
    uncovers=True,
)
