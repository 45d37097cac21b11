"""What a generated function uses, and what remembers all that it did to the outside."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

trace: list[object] = []
"""Queries, commits, rollbacks, probes and closes that end a transaction, since the last ``forget``, in order."""


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "row"
    name: Mapped[str] = mapped_column(primary_key=True)


class Stop(Exception):  # noqa: N818
    """What a generated function raises."""


class Watched(Session):
    """A session that says when it is told to commit, to roll back or to close; ``opened`` are all since the last ``forget``."""

    opened: ClassVar[list[Session]] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.opened.append(self)

    def commit(self) -> None:
        trace.append("commit")
        super().commit()

    def rollback(self) -> None:
        trace.append("rollback")
        super().rollback()

    def close(self) -> None:
        if self.in_transaction():
            trace.append("close")
        super().close()


class WatchedEngine:
    """An engine whose connections are remembered in ``taken`` until the next ``forget``."""

    taken: ClassVar[list[Connection]] = []

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def connect(self) -> Connection:
        connection = self.engine.connect()
        self.taken.append(connection)
        return connection

    def begin(self) -> AbstractContextManager[Connection]:
        return self.engine.begin()


def probe(value: object) -> None:
    trace.append(("probe", value))


@contextmanager
def probing(value: object) -> Iterator[None]:
    trace.append(("enter", value))
    try:
        yield
    finally:
        trace.append(("exit", value))


def make_engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Row(name="there"))
        session.commit()
    event.listen(engine, "before_cursor_execute", _remember)
    event.listen(engine, "commit", lambda connection: trace.append("COMMIT"))
    return engine


def _remember(connection: object, cursor: object, statement: str, parameters: object, context: object, many: bool) -> None:
    trace.append((statement, repr(parameters)))


def forget() -> None:
    """Forget what was seen, and close what was left open, as the garbage collector would some time."""
    for session in Watched.opened:
        session.close()
    for connection in WatchedEngine.taken:
        connection.close()
    Watched.opened.clear()
    WatchedEngine.taken.clear()
    trace.clear()
