import pytest

from sessionlint.index.interest import is_relevant, mentions_anything_of_interest
from sessionlint.index.words import finder_of_names


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy.orm import Session as S",
        "from flask_sqlalchemy import SQLAlchemy as Database",
        "from sqlalchemy import event\nbind = op.get_bind()",
        "SessionLocal()",
        "def get_db(): ...",
        "x  # noqa: SES301",
        "from a import *",
        "# sessionlint: ignore",
    ],
)
def test_files_of_interest_pass(text: str) -> None:
    assert mentions_anything_of_interest(text.encode())


def test_other_files_do_not_pass() -> None:
    assert not mentions_anything_of_interest(b"import os\nprint(os.name)  # noqa: E501\n")


def test_models_and_migrations_do_not_pass() -> None:
    assert not mentions_anything_of_interest(b"import sqlalchemy as sa\nop.add_column('a', sa.Column('b', sa.Integer()))\n")
    assert not mentions_anything_of_interest(b"from sqlmodel import Field, SQLModel\nclass Hero(SQLModel, table=True): ...\n")


@pytest.mark.parametrize("more", [0, 100])
def test_discovered_names_are_found_as_whole_words(more: int) -> None:
    names_in = finder_of_names(["make", "öffne", "", *(f"other{number}" for number in range(more))])
    assert names_in(b"x = make()") == {"make"}
    assert names_in("öffne(make)".encode()) == {"make", "öffne"}
    assert names_in("öffne()".encode("latin-1")) == {"öffne"}
    assert names_in(b"maker = remake") == set()
    assert finder_of_names([])(b"anything") == set()


def test_a_package_may_hand_on_a_module_under_another_name() -> None:
    assert is_relevant("app/__init__.py", b"from . import database as db\n")
    assert not is_relevant("app/__init__.py", b"__version__ = '1'\n")
    assert not is_relevant("app/main.py", b"from . import database as db\n")
