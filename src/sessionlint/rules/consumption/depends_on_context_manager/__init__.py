from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES501",
    name="depends-on-context-manager",
    severity=Severity.ERROR,
    why="FastAPI enters generator functions itself; given a context manager, it fails or passes it on unentered.",
    symptoms=(
        "TypeError: '_GeneratorContextManager' object is not an iterator",
        "'_GeneratorContextManager' object has no attribute 'scalar'",
        "'_GeneratorContextManager' object has no attribute 'throw'",
        "'_AsyncGeneratorContextManager' object has no attribute 'execute'",
        "'_AsyncGeneratorContextManager' object is not an async iterator",
    ),
    hints=("contextmanager_in_threadpool", "solve_generator", "solve_dependencies"),
    uncovers=True,
)
