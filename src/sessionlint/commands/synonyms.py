"""What drivers, servers and poolers call the same trouble: rules name it once, in the words that are found most."""

from collections.abc import Mapping, Sequence

SYNONYMS: Mapping[str, Sequence[str]] = {
    "QueuePool limit of size 5 overflow 10 reached, connection timed out": ("QueuePool limit of size 5 overflow 10 reached",),
    "FATAL: sorry, too many clients already": (
        "remaining connection slots are reserved for non-replication superuser connections",
        "remaining connection slots are reserved for roles with the SUPERUSER attribute",
        "remaining connection slots are reserved",
        "too many connections for role",
        "too many connections for database",
        "Too many connections",
        "EMAXCONNSESSION max clients reached in session mode",
        "MaxClientsInSessionMode: max clients reached",
        "Max client connections reached",
        "no more connections allowed (max_client_conn)",
        "maximum number of sessions exceeded",
    ),
    "terminating connection due to idle-in-transaction timeout": (
        "idle transaction timeout",
        "idle_in_transaction_session_timeout",
        "IdleInTransactionSessionTimeout",
        "idle in transaction",
        "Lock wait timeout exceeded; try restarting transaction",
    ),
    "server closed the connection unexpectedly": (
        "MySQL server has gone away",
        "Lost connection to MySQL server during query",
        "SSL SYSCALL error: EOF detected",
        "SSL connection has been closed unexpectedly",
        "connection was closed in the middle of operation",
    ),
    "SSL error: decryption failed or bad record mac": ("SSL SYSCALL error: EOF detected",),
    "lost synchronization with server: got message type": (
        "Packet sequence number wrong",
        "Commands out of sync; you can't run this command now",
        "the connection cannot be re-entered recursively",
    ),
    "NoInspectionAvailable: Inspection on an AsyncEngine is currently not supported": (
        "No inspection system is available for object of type AsyncEngine",
        "NoInspectionAvailable",
    ),
    "ProgrammingError: named cursor isn't valid anymore": ("cursor does not exist", "InvalidCursorName"),
}
