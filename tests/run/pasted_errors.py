"""Error texts as people paste them, and the rules that have to be among the first three for each.

The texts are messages of SQLAlchemy, Python, the drivers, FastAPI and the poolers, from their documentation, their
sources and public reports; addresses and names are made up.
"""


def traceback(error: str, *frames: str) -> str:
    """A traceback of these frames, each ``path: code``."""
    lines = ["Traceback (most recent call last):"]
    for number, frame in enumerate(frames):
        path, _, code = frame.partition(": ")
        lines += [f'  File "{path}", line {number + 10}, in call', f"    {code}"]
    return "\n".join([*lines, error])


POOL = "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00"
CLOSING = (
    "sqlalchemy.exc.IllegalStateChangeError: Method 'close()' can't be called here; method "
    "'_connection_for_bind()' is already in "
    "progress and this would cause an unexpected state change to <SessionTransactionState.CLOSED: 5>"
)
ROLLED_BACK = (
    "sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled back due to a "
    "previous exception during flush. "
    "To begin a new transaction with this Session, first issue Session.rollback()."
)
GREENLET = (
    "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here. Was IO attempted in an "
    "unexpected place?"
)
OTHER_LOOP = (
    "RuntimeError: Task <Task pending name='Task-5' coro=<main()>> got Future <Future pending> attached to a different loop"
)
BUSY = "asyncpg.exceptions._base.InterfaceError: cannot perform operation: another operation is in progress"
LAZY = (
    "sqlalchemy.orm.exc.DetachedInstanceError: Parent instance <User at 0x7f1e> is not bound to a "
    "Session; lazy load operation of "
    "attribute 'orders' cannot proceed"
)
REFRESH = (
    "sqlalchemy.orm.exc.DetachedInstanceError: Instance <User at 0x7f1e> is not bound to a Session; attribute refresh operation "
    "cannot proceed"
)
ENDED = (
    "psycopg2.OperationalError: server closed the connection unexpectedly\n"
    "\tThis probably means the server terminated abnormally\n\tbefore or while processing the request."
)

# (text, rules that are among the first three)
PASTED: tuple[tuple[str, str], ...] = (
    # the pool
    (POOL, "301 302"),
    ("QueuePool limit of size 10 overflow 20 reached, connection timed out, timeout 30", "301 302"),
    ("TimeoutError('QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30')", "301 302"),
    ("queuepool limit of size 5 overflow 10 reached", "301 302"),
    (f"ERROR - Failed to reconcile worker: {POOL} (Background on this error at: https://sqlalche.me/e/20/3o7r)", "301 302"),
    (traceback(POOL, "/srv/app/api.py: engine = create_engine(URL)", "/srv/app/api.py: session.get(User, 1)"), "103"),
    (traceback(POOL, "/srv/app/report.py: with engine.connect() as found:"), "108"),
    (traceback(POOL, "/srv/app/jobs.py: db = next(get_db())", "/srv/app/jobs.py: db.get(User, 1)"), "507"),
    (traceback(POOL, "/srv/app/jobs.py: session = await anext(get_session())"), "507"),
    (traceback(POOL, "/srv/app/vectors.py: rows = self.session.query(Chunk).all()"), "304"),
    (
        traceback(POOL, "/lib/sse_starlette/sse.py: async for data in self.body_iterator:", "/srv/app/feed.py: db.refresh(user)"),
        "511",
    ),
    (
        traceback(POOL, "/lib/starlette/responses.py: await self.stream_response(send)", "/srv/app/feed.py: db.get(User, 1)"),
        "511",
    ),
    (
        traceback(POOL, "/lib/starlette/websockets.py: await self.app(scope, receive, send)", "/srv/app/ws.py: db.get(User, 1)"),
        "512",
    ),
    (traceback(POOL, "/lib/starlette/background.py: await self.func(*self.args)", "/srv/app/mail.py: db.get(User, 1)"), "510"),
    (
        traceback(
            POOL, "/lib/fastapi/routing.py: return await dependant.call(**values)", "/srv/app/api.py: db.query(User).all()"
        ),
        "509",
    ),
    (
        traceback(POOL, "/usr/lib/python3.12/threading.py: self._target(*self._args)", "/srv/app/tasks.py: registry.query(User)"),
        "209",
    ),
    ("QueuePool limit of size 5 overflow 10 reached: idle in transaction", "301 302"),
    # the server's connections
    ('connection to server at "127.0.0.1", port 5432 failed: FATAL:  sorry, too many clients already', "103"),
    ("psycopg2.OperationalError: FATAL:  sorry, too many clients already", "103"),
    ("asyncpg.exceptions.TooManyConnectionsError: sorry, too many clients already", "103"),
    ("too many clients", "103"),
    ("FATAL: remaining connection slots are reserved for non-replication superuser connections", "103"),
    ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "103"),
    (
        "asyncpg.exceptions.TooManyConnectionsError: remaining connection slots are reserved for roles with privileges of the "
        '"pg_use_reserved_connections" role',
        "103",
    ),
    ("remaining connection slots are reserved", "103"),
    ('FATAL:  too many connections for role "app"', "103"),
    ('FATAL:  too many connections for database "app"', "103"),
    ("FATAL: (EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15", "103"),
    ("MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size", "103"),
    ("EMAXCONNSESSION", "103"),
    ("Max client connections reached", "103"),
    ("FATAL:  no more connections allowed (max_client_conn)", "103"),
    ('sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (1040, "Too many connections")', "103"),
    ("ORA-12519: TNS:no appropriate service handler found, ORA-00018: maximum number of sessions exceeded", "103"),
    (traceback("psycopg2.OperationalError: FATAL:  sorry, too many clients already", "/srv/app/a.py: create_engine(URL)"), "103"),
    # transactions that stay open
    ("psycopg2.errors.IdleInTransactionSessionTimeout: terminating connection due to idle-in-transaction timeout", "301 302"),
    ("FATAL:  terminating connection due to idle-in-transaction timeout", "301 302 321"),
    (
        "asyncpg.exceptions.IdleInTransactionSessionTimeoutError: terminating connection due to idle-in-transaction timeout",
        "301 302",
    ),
    ("idle-in-transaction timeout", "301 302"),
    ("idle transaction timeout", "301 302"),
    ("idle_in_transaction_session_timeout", "301 302"),
    ("idle in transaction", "301 302"),
    (
        traceback(
            "IdleInTransactionSessionTimeout: terminating connection due to idle-in-transaction timeout",
            "/srv/app/bot.py: self.session.commit()",
        ),
        "304",
    ),
    ("connections in state 'idle in transaction' in pg_stat_activity", "301 302"),
    ("pymysql.err.OperationalError: (1205, 'Lock wait timeout exceeded; try restarting transaction')", "301 302"),
    # connections that are gone
    ("psycopg2.OperationalError: SSL SYSCALL error: EOF detected", "112 303"),
    ("sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) SSL SYSCALL error: EOF detected", "112 303"),
    ("SSL SYSCALL error: EOF detected", "112 303"),
    ("OperationalError: SSL error: decryption failed or bad record mac", "112"),
    ("psycopg2.DatabaseError: error with status PGRES_TUPLES_OK and no message from the libpq", "112"),
    ("sqlalchemy.exc.ResourceClosedError: This result object does not return rows. It has been closed automatically.", "112"),
    (
        traceback(
            "psycopg2.OperationalError: SSL SYSCALL error: EOF detected",
            "/lib/celery/app/trace.py: R = retval = fun(*args, **kwargs)",
        ),
        "112",
    ),
    (ENDED, "303 304"),
    ("server closed the connection unexpectedly", "303 304"),
    ("psycopg.OperationalError: consuming input failed: server closed the connection unexpectedly", "303 304"),
    (
        'sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (2006, "MySQL server has gone away (BrokenPipeError(32, '
        "'Broken pipe'))\")",
        "303 304",
    ),
    ("OperationalError: (_mysql_exceptions.OperationalError) (2006, 'MySQL server has gone away')", "303 304"),
    ("MySQL server has gone away", "303 304"),
    ("pymysql.err.OperationalError: (2013, 'Lost connection to MySQL server during query')", "303 304"),
    ("lost synchronization with server: got message type", "112 603"),
    ("pymysql.err.InternalError: Packet sequence number wrong - got 1 expected 2", "112 603"),
    ('MySQLdb.ProgrammingError: (2014, "Commands out of sync; you can\'t run this command now")', "112 603"),
    # what was given back to nobody
    (
        "SAWarning: The garbage collector is trying to clean up non-checked-in connection <AdaptedConnection <asyncpg.connection."
        "Connection object at 0x7f8e>>, which will be terminated.",
        "301",
    ),
    ("The garbage collector is trying to clean up non-checked-in connection", "301"),
    (
        traceback(
            "SAWarning: The garbage collector is trying to clean up non-checked-in connection <x>, which will be dropped",
            "/srv/app/raw.py: connection = engine.raw_connection()",
        ),
        "108",
    ),
    # failed transactions
    (ROLLED_BACK, "312 303"),
    ("PendingRollbackError", "312 303"),
    (
        "(sqlite3.IntegrityError) ... This Session's transaction has been rolled back due to a previous exception during flush",
        "312 303",
    ),
    (
        "sqlalchemy.exc.PendingRollbackError: Can't reconnect until invalid transaction is rolled back.  "
        "Please rollback() fully before "
        "proceeding (Background on this error at: https://sqlalche.me/e/20/8s2b)",
        "312",
    ),
    ("sqlalchemy.exc.InvalidRequestError: Can't reconnect until invalid transaction is rolled back", "312"),
    (
        "sqlalchemy.exc.StatementError: (sqlalchemy.exc.InvalidRequestError) Can't reconnect until invalid "
        "transaction is rolled back",
        "312",
    ),
    (
        "psycopg2.errors.InFailedSqlTransaction: current transaction is aborted, commands ignored until end of transaction block",
        "312 303",
    ),
    (
        "asyncpg.exceptions.InFailedSQLTransactionError: current transaction is aborted, commands ignored "
        "until end of transaction "
        "block",
        "312 303",
    ),
    (traceback(ROLLED_BACK, "/srv/app/a.py: db.flush()"), "312"),
    ("sqlalchemy.exc.InvalidRequestError: A transaction is already begun on this Session.", "313"),
    (
        "sqlalchemy.exc.InvalidRequestError: Can't operate on closed transaction inside context manager.  "
        "Please complete the context "
        "manager before emitting further commands.",
        "314",
    ),
    # one session, two users
    (CLOSING, "601 507"),
    (traceback(CLOSING, "/srv/app/a.py: await asyncio.gather(one(session), two(session))"), "601"),
    (traceback(CLOSING, "/srv/app/a.py: async with asyncio.TaskGroup() as group:"), "601"),
    (traceback(CLOSING, "/srv/app/a.py: session = await anext(get_session())"), "507"),
    (
        f"Task exception was never retrieved\nfuture: <Task finished coro=<<async_generator_athrow without "
        f"__name__>()>>\n{CLOSING}",
        "507",
    ),
    (
        f"    yield session\nGeneratorExit\n\nDuring handling of the above exception, another exception occurred:\n\n{CLOSING}",
        "507",
    ),
    (
        "GeneratorExit -> IllegalStateChangeError: Method 'close()' can't be called here; method 'commit()' "
        "is already in progress",
        "507",
    ),
    ("GeneratorExit", "507"),
    ("RuntimeError: async generator ignored GeneratorExit", "507 408"),
    ("RuntimeError: generator ignored GeneratorExit", "408"),
    ("RuntimeError: aclose(): asynchronous generator is already running", "507"),
    (
        "sqlalchemy.exc.IllegalStateChangeError: Method 'close()' can't be called here; method 'commit()' is already in progress",
        "608",
    ),
    (traceback(CLOSING, "/srv/app/a.py: await asyncio.shield(save(session))"), "608"),
    (
        "sqlalchemy.exc.InvalidRequestError: This session is provisioning a new connection; concurrent "
        "operations are not permitted "
        "(Background on this error at: https://sqlalche.me/e/20/isce)",
        "601 602",
    ),
    (BUSY, "601 608"),
    ("cannot perform operation: another operation is in progress", "601 608"),
    (traceback(BUSY, "/srv/app/a.py: await asyncio.gather(*jobs)"), "601"),
    (traceback(BUSY, "/srv/app/a.py: asyncio.run(main())"), "106"),
    ("sqlalchemy.exc.InvalidRequestError: Session is already flushing", "601 603"),
    ("This session is in 'prepared' state; no further SQL can be emitted within this transaction.", "601 603"),
    (
        "sqlalchemy.exc.InvalidRequestError: This session is in 'inactive' state, due to the SQL transaction "
        "being rolled back; no further SQL "
        "can be emitted within this transaction.",
        "312 303",
    ),
    (
        "sqlite3.ProgrammingError: SQLite objects created in a thread can only be used in that same thread. "
        "The object was created in "
        "thread id 1397 and this is thread id 1398.",
        "603 107",
    ),
    ("psycopg2.ProgrammingError: the connection cannot be re-entered recursively", "603"),
    # event loops
    (OTHER_LOOP, "106"),
    ("Future attached to a different loop", "106"),
    ("RuntimeError: Event loop is closed", "106"),
    (traceback("RuntimeError: Event loop is closed", "/lib/asgiref/sync.py: return asyncio.run(coro)"), "106"),
    (traceback(OTHER_LOOP, "/lib/celery/app/trace.py: fun(*args)", "/srv/app/jobs.py: asyncio.run(work())"), "106"),
    (traceback(OTHER_LOOP, "/srv/app/jobs.py: Thread(target=work, args=(session,)).start()"), "603"),
    ("Exception ignored in: <function BaseSubprocessTransport.__del__ at 0x7f>\nRuntimeError: Event loop is closed", "106 111"),
    ("ResourceWarning: unclosed transport <_SelectorSocketTransport fd=9>", "111"),
    ("RuntimeError: asyncio.run() cannot be called from a running event loop", "102"),
    # greenlets and detached objects
    (GREENLET, "701 203 104"),
    ("MissingGreenlet", "203 104"),
    (traceback(GREENLET, "/lib/sqlalchemy/orm/strategies.py: return self._emit_lazyload(session, state, primary_key)"), "701"),
    (
        traceback(
            GREENLET,
            "/lib/sqlalchemy/orm/state.py: self.manager.expired_attribute_loader(self, toload)",
            "/lib/sqlalchemy/orm/loading.py: load_on_ident(session, stmt, key)",
        ),
        "203",
    ),
    (traceback(GREENLET, "/lib/sqlalchemy/engine/default.py: return self.loaded_dbapi.connect(*cargs, **cparams)"), "104"),
    (REFRESH, "702 203"),
    (LAZY, "703"),
    (traceback(LAZY, "/lib/starlette/background.py: await self.func(*self.args)", "/srv/app/mail.py: user.orders"), "510"),
    (traceback(LAZY, "/lib/sse_starlette/sse.py: async for data in self.body_iterator:", "/srv/app/feed.py: user.orders"), "511"),
    # results that outlive what they came from
    ("psycopg2.ProgrammingError: named cursor isn't valid anymore", "309 320"),
    ("sqlalchemy.exc.ProgrammingError: (psycopg2.ProgrammingError) named cursor isn't valid anymore", "309"),
    ("sqlalchemy.exc.ResourceClosedError: This Connection is closed", "308"),
    (
        "sqlalchemy.exc.InvalidRequestError: This Session has been permanently closed and is unable to "
        "handle any more transaction "
        "requests.",
        "307 308",
    ),
    ("Object <User at 0x7f> cannot be converted to 'persistent' state, as this identity map is no longer valid.", "309"),
    # objects of another session
    (
        "sqlalchemy.exc.InvalidRequestError: Object '<Item at 0x7f9b>' is already attached to session '29609' (this is '29612')",
        "704 409",
    ),
    # asynchronous engines
    ("AttributeError: 'AsyncEngine' object has no attribute '_run_ddl_visitor'", "114"),
    (
        "sqlalchemy.exc.NoInspectionAvailable: Inspection on an AsyncEngine is currently not supported. "
        "Please obtain a connection then use "
        "``conn.run_sync`` to pass a callable where it's possible to call ``inspect`` on the passed connection.",
        "114",
    ),
    (
        "sqlalchemy.exc.NoInspectionAvailable: No inspection system is available for object of type <class "
        "'sqlalchemy.ext.asyncio.engine."
        "AsyncEngine'>",
        "114",
    ),
    (
        "sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The "
        "loaded 'psycopg2' is not "
        "async.",
        "104",
    ),
    ("sqlalchemy.exc.ArgumentError: AsyncEngine expected, got Engine(postgresql+psycopg2://app)", "202"),
    ("sqlalchemy.exc.ArgumentError: Pool class QueuePool cannot be used with asyncio engine", "202"),
    (
        "sqlalchemy.ext.asyncio.exc.AsyncContextNotStarted: AsyncConnection context has not been started and "
        "object has not been awaited.",
        "202",
    ),
    ("NotImplementedError: asynchronous events are not implemented at this time.", "114"),
    # transactions
    ('(psycopg.errors.InvalidCursorName) cursor "c_7f3bd2d15580_1" does not exist', "320"),
    ("asyncpg.exceptions.NoActiveSQLTransactionError: cursor cannot be created outside of a transaction", "320"),
    ("psycopg2.errors.LockNotAvailable: canceling statement due to lock timeout", "322"),
    # URLs and drivers
    ("sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string", "101"),
    ("sqlalchemy.exc.ArgumentError: Expected string or URL object, got None", "101"),
    ("sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:postgres", "101 104"),
    ('psycopg2.ProgrammingError: invalid dsn: invalid connection option "pool_size"', "105"),
    ("TypeError: connect() got an unexpected keyword argument 'pool_size'", "105"),
    ("sqlite3.OperationalError: no such table: users", "107"),
    ("sqlite3.OperationalError: database is locked", "113"),
    # providers
    ("RuntimeError: generator didn't yield", "407"),
    ("RuntimeError: generator didn't stop", "407"),
    ("RuntimeError: generator didn't stop after throw()", "407"),
    ("RuntimeError: generator didn't stop after athrow()", "407"),
    (traceback("RecursionError: maximum recursion depth exceeded", "/srv/app/db.py: yield from get_db()"), "507"),
    (
        traceback(
            "RecursionError: maximum recursion depth exceeded",
            "/srv/app/db.py: with get_db() as db:",
            "/srv/app/db.py: with get_db() as db:",
        ),
        "507",
    ),
    (
        "RuntimeError: Working outside of application context.\n\nThis typically means that you attempted to "
        "use functionality that needed\n"
        "the current application.",
        "603",
    ),
    ("Working outside of application context", "603"),
    (
        "fastapi.exceptions.FastAPIError: Response not awaited. There's a high chance that the application "
        "code is raising an exception",
        "404",
    ),
    (
        "RuntimeError: No response object was returned. There's a high chance that the application code is "
        "raising an exception and a "
        "dependency with yield has a block with a bare except",
        "404",
    ),
    ("AttributeError: '_GeneratorContextManager' object has no attribute 'query'", "501 505"),
    ("TypeError: '_GeneratorContextManager' object is not an iterator", "501"),
    ("TypeError: '_AsyncGeneratorContextManager' object is not an async iterator", "501"),
    (
        traceback(
            "AttributeError: '_AsyncGeneratorContextManager' object has no attribute 'execute'",
            "/lib/fastapi/routing.py: solved_result = await solve_dependencies(",
        ),
        "501",
    ),
    ("AttributeError: 'generator' object has no attribute 'query'", "505"),
    ("AttributeError: 'async_generator' object has no attribute 'execute'", "505"),
    ("AttributeError: 'generator' object has no attribute 'commit'", "505"),
    ("TypeError: 'generator' object does not support the context manager protocol", "506"),
    ("TypeError: 'async_generator' object does not support the asynchronous context manager protocol", "506"),
    ("TypeError: object async_generator can't be used in 'await' expression", "506"),
    ("TypeError: <generator object get_db at 0x7f83fc2bb4c0> is not a callable object", "502"),
    ('{"detail":[{"type":"missing","loc":["query","local_kw"],"msg":"Field required","input":null}]}', "503"),
    (
        "fastapi.exceptions.FastAPIError: Invalid args for response field! Hint: check that <class "
        "'sqlalchemy.orm.session.Session'> is a "
        "valid Pydantic field type.",
        "504",
    ),
    ("AttributeError: 'Depends' object has no attribute 'query'", "513"),
    # await
    ("RuntimeWarning: coroutine 'AsyncSession.commit' was never awaited", "604"),
    ("AttributeError: 'coroutine' object has no attribute 'scalars'", "604"),
    ("TypeError: 'coroutine' object is not iterable", "604"),
    ("TypeError: 'coroutine' object is not subscriptable", "604"),
    ("TypeError: object NoneType can't be used in 'await' expression", "605"),
    ("TypeError: object ChunkedIteratorResult can't be used in 'await' expression", "508"),
    ("AttributeError: 'AsyncSession' object has no attribute 'query'", "606"),
    ("TypeError: 'AsyncSession' object does not support the context manager protocol", "607"),
    ("AttributeError: __enter__", "506 607"),
    # what raises nothing
    ("row missing after 201", "405"),
    ("rows are never saved, no error", "315 604"),
    ("404 right after POST", "405"),
)
