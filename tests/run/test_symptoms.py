"""Every error text that the catalogue knows leads to its rules, also as users paste it."""

import pytest
from pasted_errors import PASTED

from sessionlint.commands.symptoms import nearest_symptom, rules_behind
from sessionlint.commands.synonyms import SYNONYMS
from sessionlint.model.finding import Rule
from sessionlint.rules.registry import registered_rules

RULES = [entry.rule for entry in registered_rules()]
CODES = {rule.code for rule in RULES}

# message as users paste it -> the rules behind it; a code that this version does not have is passed over
KNOWN = {
    "QueuePool limit of size 5 overflow 10 reached": "301 302 402 403 307 304 512 507 108 103 509 510 511 409",
    "sqlalchemy.exc.TimeoutError: QueuePool limit of size 20 overflow 40 reached, connection timed out, timeout 10.00 "
    "(Background on this error at: https://sqlalche.me/e/20/3o7r)": "301 302 402 403 307 304 512 507 108 103 509 510 511 409",
    'connection to server at "127.0.0.1", port 5432 failed: FATAL:  sorry, too many clients already': "103 113",
    "sqlalchemy.exc.IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already "
    "in progress and this would cause an unexpected state change to <SessionTransactionState.CLOSED: 5>": "507 601 602 608 303",
    "This session is provisioning a new connection; concurrent operations are not permitted": "601",
    "asyncpg.exceptions._base.InterfaceError: cannot perform operation: another operation is in progress": "601 608 106",
    "RuntimeError: Task <Task pending name='Task-9' coro=<main()>> got Future <Future pending> attached to a different loop": (
        "106 603 111"
    ),
    "RuntimeError: Event loop is closed": "106 111",
    "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here. Was IO attempted in an "
    "unexpected place?": "203 104 701",
    "sqlalchemy.orm.exc.DetachedInstanceError: Instance <User at 0x7f3b2c1d> is not bound to a Session; attribute refresh "
    "operation cannot proceed": "510 311 203 702",
    "sqlalchemy.orm.exc.DetachedInstanceError: Parent instance <User at 0x10> is not bound to a Session; lazy load operation of "
    "attribute 'orders' cannot proceed": "510 311 203 703",
    "PendingRollbackError": "312 303",
    "InFailedSqlTransaction": "312 303",
    "sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during "
    "flush. To begin a new transaction with this Session, first issue Session.rollback().": "312 303",
    "psycopg2.errors.InFailedSqlTransaction: current transaction is aborted, commands ignored until end of transaction block": (
        "312 303"
    ),
    "This session is in 'prepared' state; no further SQL can be emitted within this transaction.": "303 603 601",
    "sqlalchemy.exc.InvalidRequestError: Session is already flushing": "303 603 601",
    "A transaction is already begun on this Session.": "313",
    "Can't operate on closed transaction inside context manager.  Please complete the context manager before emitting": "314",
    "RuntimeError: generator didn't stop": "407",
    "RuntimeError: generator didn't yield": "407 306",
    "generator didn't stop after throw()": "407",
    "generator didn\u2019t stop after athrow()": "407",
    "fastapi.exceptions.FastAPIError: Response not awaited. There's a high chance that the application code is raising an": "404",
    "No response object was returned": "404",
    "AttributeError: '_GeneratorContextManager' object has no attribute 'query'": "501 109 505",
    "TypeError: '_GeneratorContextManager' object is not an iterator": "501",
    "AttributeError: 'generator' object has no attribute 'query'": "505",
    "AttributeError: 'generator' object has no attribute 'add'": "505",
    "TypeError: 'generator' object does not support the context manager protocol": "506",
    "TypeError: <generator object get_db at 0x7f83fc2bb4c0> is not a callable object": "502",
    '{"detail":[{"type":"missing","loc":["query","local_kw"],"msg":"Field required","input":null}]}': "503",
    "422 query local_kw Field required": "503",
    "fastapi.exceptions.FastAPIError: Invalid args for response field! Hint: check that <class 'sqlalchemy.orm.session.Session'> "
    "is a valid Pydantic field type.": "504",
    "AttributeError: 'Depends' object has no attribute 'query'": "513",
    "RuntimeWarning: coroutine 'AsyncSession.commit' was never awaited": "604",
    "coroutine 'AsyncSession.delete' was never awaited": "604",
    "AttributeError: 'coroutine' object has no attribute 'scalars'": "604",
    "AttributeError: 'coroutine' object has no attribute 'first'": "604",
    "TypeError: object NoneType can't be used in 'await' expression": "605",
    "AttributeError: 'AsyncSession' object has no attribute 'query'": "606",
    "SAWarning: The garbage collector is trying to clean up non-checked-in connection <AdaptedConnection <asyncpg.connection."
    "Connection object at 0x7f8e>>, which will be terminated.": "301 108",
    "InvalidRequestError: Object '<User at 0x7f18d8>' is already attached to session '3' (this is '12')": "409 303 704",
    "sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The loaded 'psycopg2' is not "
    "async.": "104",
    "sqlalchemy.exc.ArgumentError: AsyncEngine expected, got Engine(sqlite://)": "202",
    "AsyncContextNotStarted": "202",
    "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string": "101",
    "sqlalchemy.exc.ArgumentError: Expected string or URL object, got None": "101",
    "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:postgres": "101 104",
    'psycopg2.ProgrammingError: invalid dsn: invalid connection option "max_overflow"': "105",
    "sqlite3.OperationalError: no such table: users": "107",
    "sqlite3.ProgrammingError: SQLite objects created in a thread can only be used in that same thread. The object was "
    "created in thread id 139 and this is thread id 140.": "107 603",
    "row missing after 201": "405",
    "rows are never saved": "405 315 604 507 110",
    'error: The return type of a generator function should be "Generator" or one of its supertypes  [misc]': "401",
    'error: No overload variant of "sessionmaker" matches argument types "AsyncEngine", "type[AsyncSession]", "bool"': "201",
}
CONFUSABLE = {
    "AttributeError: 'dict' object has no attribute 'query'",
    "AttributeError: 'NoneType' object has no attribute 'execute'",
    "TypeError: object dict can't be used in 'await' expression",
    "KeyError: 'DATABASE_URL'",
    "ModuleNotFoundError: No module named 'app'",
    "TypeError: get_user() missing 1 required positional argument: 'name'",
    "sqlalchemy.exc.IntegrityError: (sqlite3.IntegrityError) UNIQUE constraint failed: users.email",
    "session",
    "is not",
}

ABANDONED_GENERATOR = """
Task exception was never retrieved
future: <Task finished name='Task-4' coro=<<async_generator_athrow without __name__>()> exception=IllegalStateChangeError()>
Traceback (most recent call last):
  File "/srv/app/worker.py", line 31, in main
    session = await anext(get_session())
              ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/app/db.py", line 12, in get_session
    async with AsyncSessionLocal() as session:
  File "/usr/lib/python3.12/site-packages/sqlalchemy/ext/asyncio/session.py", line 1088, in __aexit__
    await asyncio.shield(task)
sqlalchemy.exc.IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in
progress and this would cause an unexpected state change to <SessionTransactionState.CLOSED: 5>
(Background on this error at: https://sqlalche.me/e/20/isce)
"""
GATHERED = """
Traceback (most recent call last):
  File "/srv/app/report.py", line 8, in both
    await asyncio.gather(load(session, 1), load(session, 2))
  File "/usr/lib/python3.12/site-packages/sqlalchemy/ext/asyncio/session.py", line 455, in execute
    result = await greenlet_spawn(
sqlalchemy.exc.IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in \
progress
"""
CHAINED = """
Traceback (most recent call last):
  File "/srv/app/orders.py", line 8, in place
    db.flush()
sqlite3.OperationalError: no such table: orders

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/orders.py", line 12, in place
    db.execute(query)
sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush. \
To begin a new transaction with this Session, first issue Session.rollback(). Original exception was: x
"""
GROUPED = """
  + Exception Group Traceback (most recent call last):
  |   File "/srv/app/main.py", line 3, in <module>
  |     async with asyncio.TaskGroup() as group:
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/main.py", line 9, in work
    |     await session.execute(query)
    | sqlalchemy.exc.InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted
    +------------------------------------
"""
IN_PYTEST = """
>       return db.query(User).first()
E       AttributeError: 'generator' object has no attribute 'query'

tests/test_users.py:14: AttributeError
"""


def codes(text: str) -> list[str]:
    return [match.rule.code for match in rules_behind(text, RULES)]


@pytest.mark.parametrize("message", KNOWN)
def test_a_message_leads_to_its_rules(message: str) -> None:
    expected = {f"SES{number}" for number in KNOWN[message].split()} & CODES
    assert expected - set(codes(message)) == set()


@pytest.mark.parametrize("message", KNOWN)
def test_the_rules_that_the_table_names_come_before_others(message: str) -> None:
    """Others may know the error as well (SES508 raises what SES604 raises), but the first is one of the table's."""
    expected = {f"SES{number}" for number in KNOWN[message].split()} & CODES
    assert not expected or codes(message)[0] in expected


@pytest.mark.parametrize(("text", "expected"), PASTED)
def test_the_cause_is_among_the_first_three(text: str, expected: str) -> None:
    first = codes(text)[:3]
    assert {f"SES{number}" for number in expected.split()} - {*first} == set(), first


def test_enough_texts_are_tried_and_each_once() -> None:
    assert len(PASTED) == len({text for text, _ in PASTED}) >= 120


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_symptom_leads_to_its_rule(rule: Rule) -> None:
    assert [symptom for symptom in rule.symptoms if rule.code not in codes(symptom)] == []


def test_synonyms_are_of_what_rules_know_and_lead_to_them() -> None:
    for symptom, others in SYNONYMS.items():
        behind = {rule.code for rule in RULES if symptom in rule.symptoms}
        assert behind
        assert [other for other in others if not behind <= set(codes(other))] == []


def test_what_speaks_against_a_rule_puts_it_behind() -> None:
    error = "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here."
    connecting = (
        f'Traceback (most recent call last):\n  File "default.py", line 1, in connect\n    self.loaded_dbapi.connect()\n{error}'
    )
    assert codes(error)[0] == "SES701"
    assert codes(connecting).index("SES104") < codes(connecting).index("SES203")


@pytest.mark.parametrize("message", sorted(CONFUSABLE))
def test_an_error_of_something_else_leads_nowhere(message: str) -> None:
    assert codes(message) == []


def test_the_frames_of_a_traceback_tell_causes_of_one_error_apart() -> None:
    assert codes(ABANDONED_GENERATOR)[0] == "SES507"
    assert codes(GATHERED)[0] == "SES601"
    (first, *_) = rules_behind(GATHERED, RULES)
    assert first.hint == "gather("


def test_the_last_error_of_a_chain_counts_most() -> None:
    found = codes(CHAINED)
    assert found[0] in ("SES312", "SES303")
    assert found.index("SES312") < found.index("SES107")


def test_what_tools_draw_around_a_traceback_does_not_matter() -> None:
    assert codes(GROUPED)[0] == "SES601"
    assert codes(IN_PYTEST)[0] == "SES505"


def test_a_long_log_is_read_from_its_end() -> None:
    log = "2026-01-01 12:00:00 INFO request served in 3 ms\n" * 50_000
    assert codes(log + GATHERED)[0] == "SES601"


def test_the_nearest_symptom_of_an_unknown_error() -> None:
    assert nearest_symptom("the queue pool size limit was reached", RULES) == (
        "QueuePool limit of size 5 overflow 10 reached, connection timed out"
    )
    assert nearest_symptom("cannot open file", RULES) is None
