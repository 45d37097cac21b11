"""Which database drivers serve which kind of engine (SQLAlchemy's "Dialects" pages, and its ``is_async`` per dialect)."""

from enum import Enum

_ASYNC_ONLY = frozenset({"asyncpg", "aiosqlite", "aiomysql", "asyncmy", "aioodbc", "oracledb_async", "psycopg_async"})
_SYNC_ONLY = frozenset(
    {
        *("psycopg2", "psycopg2cffi", "pg8000", "pysqlite", "pysqlcipher", "pymysql", "mysqldb", "mysqlconnector"),
        *("mariadbconnector", "cymysql", "pyodbc", "pymssql", "cx_oracle"),
    }
)
# a dialect without a driver takes its default one
_SYNC_DEFAULTS = {"sqlite": "pysqlite", "mysql": "mysqldb", "mariadb": "mysqldb", "mssql": "pyodbc"}
_CHANGED_IN_2_1 = {"postgresql": "psycopg2", "oracle": "cx_oracle"}
_DIALECTS = frozenset({*_SYNC_DEFAULTS, *_CHANGED_IN_2_1})


class Serves(Enum):
    SYNC = "synchronous engines only"
    ASYNC = "asynchronous engines only"
    NOTHING = "no engine: the name was removed"


def driver_of(drivername: str, sqlalchemy: tuple[int, int] | None) -> str | None:
    """The driver behind ``dialect+driver`` or ``dialect``; None for one that cannot be told.

    ``sqlalchemy`` is the newest version the project admits (None: the newest there is). 2.1 made psycopg and oracledb the
    default drivers of ``postgresql://`` and ``oracle://`` ("What's New in SQLAlchemy 2.1?"); both serve both kinds.
    """
    dialect, _, driver = drivername.partition("+")
    if driver:
        return driver
    if dialect in _CHANGED_IN_2_1:
        return _CHANGED_IN_2_1[dialect] if sqlalchemy is not None and sqlalchemy < (2, 1) else None
    return _SYNC_DEFAULTS.get(dialect)


def serves(drivername: str, sqlalchemy: tuple[int, int] | None) -> Serves | None:
    """What ``drivername`` is limited to; None when it serves both kinds of engine or is not known.

    ``postgres`` was removed as a name of the PostgreSQL dialect in SQLAlchemy 1.4.
    """
    dialect, _, _ = drivername.partition("+")
    if dialect == "postgres":
        return Serves.NOTHING
    driver = driver_of(drivername, sqlalchemy) if dialect in _DIALECTS else None
    if driver in _ASYNC_ONLY:
        return Serves.ASYNC
    return Serves.SYNC if driver in _SYNC_ONLY else None


_POOL_OPTIONS = frozenset(
    {
        "pool_size",
        "max_overflow",
        "pool_pre_ping",
        "pool_recycle",
        "pool_timeout",
        "pool_use_lifo",
        "poolclass",
        "echo",
        "echo_pool",
    }
)
# what a driver itself understands under the same name
_OWN_OPTIONS = {"mysqlconnector": {"pool_size"}, "aiomysql": {"echo"}, "asyncmy": {"echo"}}


def misplaced_options(drivername: str, options: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a URL's query options that are arguments of ``create_engine`` and mean nothing to the driver."""
    dialect, _, driver = drivername.partition("+")
    if dialect not in _DIALECTS:
        return ()
    return tuple(dict.fromkeys(name for name in options if name in _POOL_OPTIONS and name not in _OWN_OPTIONS.get(driver, ())))
