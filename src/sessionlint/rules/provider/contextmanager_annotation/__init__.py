from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES411",
    name="contextmanager-annotation",
    severity=Severity.INFO,
    on=False,
    why="`contextlib` needs a generator: pyright calls an iterator in its place deprecated, and mypy refuses an iterable.",
    symptoms=(
        "Annotating the return type as `-> Iterator[Foo]` with `@contextmanager` is deprecated",
        "Annotating the return type as `-> AsyncIterator[Foo]` with `@asynccontextmanager` is deprecated",
    ),
    silent_in=frozenset({Role.STUB}),
)
