"""The fix of SES311 says which writes the helper's commit begins to keep."""

from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis
from sessionlint.run.settings.config import merged, read_inline

TEXT = """\
from contextlib import contextmanager
from sqlalchemy.orm import sessionmaker
Maker = sessionmaker(expire_on_commit=False)
@contextmanager
def scope():
    with Maker() as session:
        yield session
        session.commit()
def reads(model):
    with Maker() as session:
        return session.query(model).count()
def writes(cart, keys):
    with Maker() as session:
        session.add(cart)
        for key in keys:
            session.delete(key)
        if not keys:
            return
        fill(session)
def fill(session):
    session.add(1)
def commits(cart):
    with Maker() as session:
        session.add(cart)
        session.commit()
        session.flush()
def one(cart):
    with Maker() as session:
        session.add(cart)
"""


def titles(consent: str) -> list[str | None]:
    settings = merged(
        [read_inline(f'select = ["SES311"]\nsession-provider = "app.scope"\nsession-provider-commits = "{consent}"')]
    )
    found = Analysis(settings).check({"app.py": Source("app.py", TEXT)}).outcome.findings
    return [finding.fix.title if finding.fix is not None else None for finding in found]


def test_the_title_tells_what_begins_to_be_kept() -> None:
    plain = "open the session with `scope`"
    assert titles("accepted") == [
        plain,
        f"{plain}, whose commit begins to keep what lines 14, 16 and 19 may write",
        plain,
        f"{plain}, whose commit begins to keep what line 29 may write",
    ]
    assert titles("refused") == [plain, None, plain, None]
