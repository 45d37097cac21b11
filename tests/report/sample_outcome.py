"""A small run to report on: two files, three findings with and without fixes."""

from pathlib import Path

from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Related, Rule, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Place, Source, Span

REPORTS = Path(__file__).parents[2] / "fixtures" / "inputs" / "reports"
RULES = {
    rule.code: rule
    for rule in (
        Rule("SES101", "import-time-engine", Severity.WARNING, "Importing the module needs the database's settings and driver."),
        Rule(
            "SES301",
            "bare-session",
            Severity.ERROR,
            "A session that nobody closes keeps its connection until it is garbage; under load the pool runs dry.",
        ),
    )
}


def read(path: str) -> Source:
    return Source(path, (REPORTS / path).read_text(encoding="utf-8"))


def at(source: Source, piece: str, before: str = "") -> Place:
    """Where ``piece`` stands, followed by ``before``; it must stand there once."""
    assert source.text.count(piece + before) == 1, piece
    start = source.text.index(piece + before)
    return Place(source.path, Span(start, start + len(piece)))


def only(text: str, marked: str = "", path: str = "x.py", **more: object) -> tuple[Outcome, dict[str, Source]]:
    """One plain finding in a file of ``text``, at ``marked``."""
    source = Source(path, text)
    place = at(source, marked) if marked else Place(path, Span(0, 0))
    rules = more.pop("rules", {})
    values = {"message": "Nothing closes the session.", "severity": Severity.ERROR, **more}
    return Outcome((Finding("SES301", place, **values),), rules=rules), {path: source}  # type: ignore[arg-type]


DB = read("src/app/db.py")
USERS = read("src/app/users.py")
SOURCES = {source.path: source for source in (DB, USERS)}

FACTORY = Related(at(DB, "sessionmaker(bind=engine, expire_on_commit=False)"), "the factory is built here")
OPEN_IN_WITH = Fix(
    "Open the session in a with block",
    (
        Edit(at(USERS, "db = SessionLocal()"), "with SessionLocal() as db:"),
        Edit(at(USERS, "    return db"), "        return db"),
    ),
    Applicability.SAFE,
)
BUILD_LATER = Fix(
    "Build the engine in a function",
    (
        Edit(
            at(DB, "from sqlalchemy import create_engine\n"),
            "from functools import cache\n\nfrom sqlalchemy import create_engine\n",
        ),
        Edit(at(DB, "engine = create_engine("), "@cache\ndef get_engine():\n    return create_engine("),
        Edit(at(USERS, "from app.db import SessionLocal"), "from app.db import make_session"),
    ),
    Applicability.UNSAFE,
)
OUTCOME = Outcome(
    (
        Finding(
            "SES101",
            at(DB, "create_engine(\n    settings.database_url,\n    pool_pre_ping=True,\n)"),
            "An engine is built when the module is imported; 1 module imports it.",
            Severity.WARNING,
            (Related(at(USERS, "from app.db import SessionLocal"), "imported here"),),
            "Build it in a function that is called once at start-up.",
            BUILD_LATER,
        ),
        Finding(
            "SES301",
            at(USERS, "SessionLocal()", before="\n"),
            "Nothing closes the session that SessionLocal() opens: 100% of its calls leave a connection behind.",
            Severity.ERROR,
            (FACTORY,),
            "Open it in a with block, which closes it on every path.",
            OPEN_IN_WITH,
        ),
        Finding(
            "SES301", at(USERS, "SessionLocal()", before=";"), "Nothing closes the session in `世界`.", Severity.ERROR, (FACTORY,)
        ),
    ),
    rules=RULES,
    fixable_safe=1,
    fixable_unsafe=1,
    checked=2,
)
