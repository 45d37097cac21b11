"""Names of Python's and SQLAlchemy's that mean something in several places, each list once."""

CONTEXT_METHODS = frozenset({"__enter__", "__exit__", "__aenter__", "__aexit__"})
GENERATORS = frozenset({"Generator", "Iterator", "Iterable"})
ASYNC_GENERATORS = frozenset({"AsyncGenerator", "AsyncIterator", "AsyncIterable"})

SESSION_MAKERS = frozenset({"sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session"})
WRITING_STATEMENTS = frozenset({"insert", "update", "delete"})  # functions that build one
RESULT_STEPS = frozenset({"scalars", "mappings", "unique", "tuples", "columns", "yield_per"})  # methods of a result that give one
QUEUE_POOL_ARGUMENTS = frozenset(
    {"pool_size", "max_overflow", "pool_timeout", "pool_use_lifo"}
)  # of `create_engine`: what only a QueuePool takes
