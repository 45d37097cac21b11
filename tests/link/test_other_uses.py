"""What counts as a use of a provider by somebody other than FastAPI."""

from sessionlint.extract.module import extract
from sessionlint.link.project import link
from sessionlint.model.source import Source
from sessionlint.questions.providers.other_uses import OtherUses, other_uses

PROVIDER = """
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


def get_db():
    return SessionLocal()
"""
USER = """
from fastapi import Depends, FastAPI

from app.db import get_db

app = FastAPI()


@app.get("/")
def index(db=Depends(get_db)): ...
"""


def uses(*, user: str, provider: str = PROVIDER, name: str = "get_db") -> OtherUses:
    """The other uses of the function ``name`` of ``app/db.py`` in a project of two modules."""
    sources = {path: Source(path, text) for path, text in {"app/db.py": provider, "app/api.py": user}.items()}
    project = link([extract(source) for source in sources.values()], sources)
    function = next(one for one in project.functions() if one.node.name == name)
    return other_uses(project, function)


def test_depends_is_no_other_use() -> None:
    assert uses(user=USER).are_none


def test_keys_and_values_of_overrides_are_no_other_uses() -> None:
    overrides = (
        "app.dependency_overrides[get_db] = get_db\n"
        "app.dependency_overrides = {get_db: get_db}\n"
        "app.dependency_overrides.pop(get_db, None)\n"
        "del app.dependency_overrides[get_db]\n"
    )
    assert uses(user=USER + overrides).are_none


def test_a_call_is_one_also_under_another_name() -> None:
    found = uses(user=USER.replace("import get_db", "import get_db as opened\nfrom app.db import get_db") + "db = opened()\n")
    assert [site.place.path for site in found.mentions] == ["app/api.py"]
    assert found.unclear is None


def test_a_function_that_is_handed_on_is_one() -> None:
    assert len(uses(user=USER + "print(get_db)\n").mentions) == 1
    assert len(uses(user=USER + "handler = get_db\n").mentions) == 1


def test_a_star_import_and_a_string_are_unclear() -> None:
    assert uses(user=USER.replace("import get_db", "import *")).unclear is not None
    assert uses(user=USER + "from unittest.mock import patch\npatch('app.db.get_db')\n").unclear is not None


def test_methods_are_unclear_but_for_their_calls() -> None:
    provider = PROVIDER.replace("def get_db():\n", "class Database:\n    def get_db(self):\n    ")
    user = "from app.db import Database\n\ndatabase = Database()\ndatabase.get_db()\n"
    found = uses(user=user, provider=provider)
    assert found.unclear is not None
    assert len(found.mentions) == 1


def test_a_function_that_is_defined_twice_is_unclear() -> None:
    assert uses(user=USER, provider=PROVIDER + "\n\ndef get_db():\n    return SessionLocal()\n").unclear is not None
