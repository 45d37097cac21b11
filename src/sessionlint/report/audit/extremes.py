"""How many connections the pools can hold, where that comes from, and who wants them."""

from collections.abc import Iterator, Mapping

from sessionlint.model.records import dataclass
from sessionlint.questions.inventory.records import Engine, Part
from sessionlint.report.audit.blocks import INFERRED, OBSERVED, UNKNOWN, Block, Line, Lines, Prose, number, quoted
from sessionlint.report.audit.view import Audit

_DEFAULTS = {"pool_size": 5, "max_overflow": 10, "pool_timeout": 30}
_THREADS = 40  # of AnyIO, in which Starlette runs what is no coroutine
_POSTGRESQL = 100  # max_connections, as PostgreSQL comes


@dataclass(frozen=True, slots=True)
class Pool:
    """``most``: connections of one process, None where a setting decides; ``sources`` say of each option where it comes from."""

    engine: Engine
    most: int | None
    sources: Mapping[str, str]
    is_queue: bool


def pools(audit: Audit) -> Iterator[Pool]:
    """Those of the engines that what was asked about rests on; tests, migrations and scripts are left out."""
    for engine in audit.map.inventory.engines:
        if engine.code.part not in (Part.TEST, Part.MIGRATION, Part.SCRIPT):
            yield _pool(engine)


def _pool(engine: Engine) -> Pool:
    given = {option.name: option.written for option in engine.options}
    sources = {name: given.get(name, f"{value}, the default") for name, value in _DEFAULTS.items()}
    sizes = [_number(given.get(name, str(_DEFAULTS[name]))) for name in ("pool_size", "max_overflow")]
    known = [size for size in sizes if size is not None]
    is_queue = "poolclass" not in given and not any(driver.startswith("sqlite") for driver in engine.driver)
    is_open = any(name in ("...", "") for name in given) or known[1:2] == [-1] or known[:1] == [0]
    return Pool(engine, sum(known) if len(known) == 2 and not is_open else None, sources, is_queue)


def _number(written: str) -> int | None:
    return (
        int(written) if written.removeprefix("-").isascii() and written.removeprefix("-").isdigit() and len(written) < 9 else None
    )


# --- told -------------------------------------------------------------------------------------------------------------


def section(audit: Audit) -> Iterator[Block]:
    found = list(pools(audit))
    if not found:
        yield Prose("no engine of the application is in sight.", OBSERVED)
    for pool in found:
        yield Lines((Line(quoted(pool.engine.code.full_name), below=tuple(_told(audit, pool))),))
    yield from _concurrency(audit)


def _told(audit: Audit, pool: Pool) -> Iterator[Line]:
    if not pool.is_queue:
        yield Line("its pool is not the usual one (`poolclass`, or SQLite): no size is counted", OBSERVED)
    else:
        told = ", ".join(f"`{name}` {quoted(value) if name in _given(pool) else value}" for name, value in pool.sources.items())
        yield Line(told, OBSERVED)
        yield from _most(audit, pool)
    if pool.engine.at_import and pool.engine.url:
        yield Line(f"a value of {quoted(pool.engine.url)} that is missing or no URL ends every import of the file", INFERRED)
    if pool.is_queue and "pool_pre_ping" not in _given(pool) and "pool_recycle" not in _given(pool):
        told = "neither `pool_pre_ping` nor `pool_recycle`"
        told = f"{told}: a connection that the server has closed is noticed by the query that gets it"
        yield Line(told, INFERRED)


def _given(pool: Pool) -> frozenset[str]:
    return frozenset(option.name for option in pool.engine.options)


def _most(audit: Audit, pool: Pool) -> Iterator[Line]:
    if pool.most is None:
        yield Line("how many connections a process can have is decided by a setting, or has no end", UNKNOWN)
        return
    yield Line(f"at most {number(pool.most, 'connection')} in a process; whoever comes then waits {_waits(pool)}", INFERRED)
    workers = [one for one in audit.concurrency if one.what == "workers" and one.number > 1]
    for most in [max(workers, key=lambda one: one.number)] if workers else []:
        total = most.number * pool.most
        where = quoted(f"{most.path}:{most.line}")
        yield Line(
            f"{number(most.number, 'worker')} ({where}) can have {total:,} connections together{_against(pool, total)}", INFERRED
        )
    routes = {use.by for use in audit.whole.uses if use.by.part is Part.ROUTE and _is_of(audit, use.provider, pool)}
    if routes and pool.engine.is_async is False and pool.most < _THREADS:
        told = f"up to {_THREADS} plain `def` routes run at once in the threads of Starlette"
        told = f"{told}, and {number(len(routes), 'route')} may want sessions of this"
        yield Line(f"{told}: more than the pool has connections", INFERRED)
    if routes and pool.engine.is_async:
        yield Line(f"{number(len(routes), 'route')} can wait for these connections, in any number of requests at once", INFERRED)


def _waits(pool: Pool) -> str:
    timeout = _number(pool.sources["pool_timeout"].partition(",")[0])
    return f"up to {timeout} seconds, and fails" if timeout is not None else "as long as `pool_timeout` says, and fails"


def _against(pool: Pool, total: int) -> str:
    if any(driver.startswith("postgres") for driver in pool.engine.driver) and total > _POSTGRESQL:
        return f", more than the {_POSTGRESQL} that PostgreSQL allows as it comes"
    return ""


def _is_of(audit: Audit, provider: object, pool: Pool) -> bool:
    found = next((one for one in audit.whole.providers if one.code.place == provider), None)
    return found is not None and pool.engine.code.place in (found.source, found.database)


def _concurrency(audit: Audit) -> Iterator[Block]:
    if audit.concurrency:
        lines = (f"{quoted(f'{one.path}:{one.line}')} says {quoted(one.written)}" for one in audit.concurrency)
        yield Lines(tuple(Line(line, OBSERVED) for line in lines))
    else:
        yield Prose("how many workers and threads there are is not said in the files that were looked at.", UNKNOWN)
