"""What becomes of a file's imports. ``@`` in a text marks where the wanted name will stand, ``[[...]]`` what a fix replaces."""

import re
from textwrap import dedent

import pytest

from sessionlint.edits.apply import apply_edits, apply_fixes
from sessionlint.edits.imports import Wanted, change_imports, drop_import_if_unused, import_name
from sessionlint.edits.parse_check import parses
from sessionlint.extract.module import extract
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span

TYPING = (("typing", "Generator"),)


def cleaned(text: str) -> str:
    return dedent(text).lstrip("\n")


def wants_generator(text: str, *, for_annotation: bool = False, quoted: bool = False) -> tuple[str, str] | None:
    at = Span(text.index("@"), text.index("@") + 1) if "@" in text else None
    source = Source("src/app/db.py", text.replace("@", ""))
    facts = extract(source)
    assert facts.problem is None
    found = import_name(
        facts, source, "collections.abc", "Generator", at, alternatives=TYPING, for_annotation=for_annotation, quoted=quoted
    )
    if found is None:
        return None
    result = apply_edits(source.text, found.edits)
    assert parses(result)
    return found.spelling, result


REUSED = {
    "a direct import": ("from collections.abc import Generator\n", "Generator"),
    "an aliased import": ("from collections.abc import Generator as Gen\n", "Gen"),
    "an alternative": ("from typing import Any, Generator\n", "Generator"),
    "an imported module": ("import collections.abc\n", "collections.abc.Generator"),
    "a module under another name": ("import typing as t\n", "t.Generator"),
    "a submodule imported from its package": ("from collections import abc\n", "abc.Generator"),
    "a star import": ("from typing import *\n", "Generator"),
    "an import ahead in the same function": ("def f():\n    from typing import Generator\n    x = @1\n", "Generator"),
    "an import in every branch": (
        "if x:\n    from collections.abc import Generator\nelse:\n    from typing import Generator\n",
        "Generator",
    ),
    "an import with a fallback": (
        "try:\n    from collections.abc import Generator\nexcept ImportError:\n    from typing import Generator\n",
        "Generator",
    ),
}


@pytest.mark.parametrize(("text", "spelling"), REUSED.values(), ids=REUSED)
def test_what_is_imported_already_is_reused(text: str, spelling: str) -> None:
    assert wants_generator(text) == (spelling, text.replace("@", ""))


EXTENDED = {
    "in its sorted place": ("AsyncGenerator, Iterator", "AsyncGenerator, Generator, Iterator"),
    "at the end": ("AsyncGenerator, Awaitable", "AsyncGenerator, Awaitable, Generator"),
    "at the end of what is not sorted": ("Iterator, AsyncGenerator", "Iterator, AsyncGenerator, Generator"),
    "among aliases": ("AsyncGenerator as AG, Iterator as I", "AsyncGenerator as AG, Generator, Iterator as I"),
    "in parentheses": ("(AsyncGenerator, Iterator)", "(AsyncGenerator, Generator, Iterator)"),
    "in parentheses with a trailing comma": ("(AsyncGenerator,)", "(AsyncGenerator, Generator,)"),
    "before a comment": ("AsyncGenerator  # why", "AsyncGenerator, Generator  # why"),
    "before a semicolon": ("AsyncGenerator; x = 1", "AsyncGenerator, Generator; x = 1"),
    "on a line of its own": ("(\n    A,  # a\n    B,  # b\n)", "(\n    A,  # a\n    B,  # b\n    Generator,\n)"),
    "on a line of its own in between": ("(\n\tA,\n\tIterator,\n)", "(\n\tA,\n\tGenerator,\n\tIterator,\n)"),
    "without a trailing comma": ("(\n    A,\n    B  # b\n)", "(\n    A,\n    B,  # b\n    Generator\n)"),
    "before a parenthesis on the same line": ("(\n    A,\n    B)", "(\n    A,\n    B,\n    Generator)"),
    "behind a continuation": ("A, \\\n    B", "A, \\\n    B, Generator"),
    "into a continuation": ("A, \\\n    Iterator", "A, \\\n    Generator, Iterator"),
    "in lines when it gets too wide": (
        "AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine",
        "(\n    AsyncGenerator,\n    AsyncIterator,\n    Awaitable,\n    Callable,\n    Coroutine,\n    Generator,\n)",
    ),
}


def test_an_import_that_is_tried_out_is_extended_in_its_try() -> None:
    before = "try:\n    from collections.abc import {}\nexcept ImportError:\n    raise\n\nx = {}1\n"
    assert wants_generator(before.format("A", "@")) == ("Generator", before.format("A, Generator", ""))


@pytest.mark.parametrize(("before", "after"), EXTENDED.values(), ids=EXTENDED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_import_from_the_module_is_extended(before: str, after: str, newline: str) -> None:
    head = "from collections.abc import "
    before, after = ((head + text + "\n").replace("\n", newline) for text in (before, after))
    assert wants_generator(before) == ("Generator", after)


INSERTED = {
    "among its section": ("import os\nimport sys\n\nimport flask\n", "import os\nimport sys\n+\n\nimport flask\n"),
    "in front of its section": ("from enum import Enum\n\nimport flask\n", "+\nfrom enum import Enum\n\nimport flask\n"),
    "before third parties": ("import flask\n", "+\n\nimport flask\n"),
    "before the comment on third parties": (
        '"""Doc."""\n\n# third party\nimport flask\n',
        '"""Doc."""\n\n+\n\n# third party\nimport flask\n',
    ),
    "behind the comment that starts the file": ("# Copyright\nimport flask\n", "# Copyright\n+\n\nimport flask\n"),
    "before the project's own": ("from app import x\nfrom . import y\n", "+\n\nfrom app import x\nfrom . import y\n"),
    "behind the future": (
        '"""Doc."""\nfrom __future__ import annotations\nimport flask\n',
        '"""Doc."""\nfrom __future__ import annotations\n\n+\n\nimport flask\n',
    ),
    "behind the docstring": ('"""Doc."""\n\nx = 1\n', '"""Doc."""\n\n+\n\nx = 1\n'),
    "behind a docstring that is all": ('"""Doc."""', '"""Doc."""\n\n+\n'),
    "behind shebang and cookie": ("#!/bin/python\n# coding: utf-8\nx = 1\n", "#!/bin/python\n# coding: utf-8\n+\n\nx = 1\n"),
    "before the comment on the first statement": ("# the answer\nx = 1\n", "+\n\n# the answer\nx = 1\n"),
    "two lines before a definition": ("def f(): ...\n", "+\n\n\ndef f(): ...\n"),
    "into an empty file": ("", "+\n"),
    "not under TYPE_CHECKING": (
        "import typing\nif typing.TYPE_CHECKING:\n    from collections.abc import Iterator\n".replace("typing", "six"),
        "+\n\nimport six\nif six.TYPE_CHECKING:\n    from collections.abc import Iterator\n",
    ),
    "not in somebody else's function": (
        "import os\ndef f():\n    from collections.abc import Iterator\ndef g() -> @X: ...\n",
        "import os\n+\ndef f():\n    from collections.abc import Iterator\ndef g() -> X: ...\n",
    ),
    "ahead of its use": ("x = @1\nimport os\n", "+\n\nx = 1\nimport os\n"),
    "on a line of its own behind a semicolon": ("import os; import re\nx = 1\n", "import os; import re\n+\nx = 1\n"),
}


@pytest.mark.parametrize(("before", "after"), INSERTED.values(), ids=INSERTED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_new_import_goes_where_isort_would_put_it(before: str, after: str, newline: str) -> None:
    if newline == "\r\n" and "\n" not in before:
        pytest.skip("the file has no line ending to follow")
    line = "from collections.abc import Generator"
    before, after = (text.replace("+", line, 1).replace("\n", newline) for text in (before, after))
    assert wants_generator(before) == ("Generator", after)


def test_an_import_for_type_checkers_serves_annotations_that_are_not_evaluated() -> None:
    text = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from typing import Generator\n\ndef f() -> @X: ...\n"
    lazy = "from __future__ import annotations\n" + text
    assert wants_generator(lazy, for_annotation=True) == ("Generator", lazy.replace("@", ""))
    assert wants_generator(text, quoted=True) == ("Generator", text.replace("@", ""))
    added = "from collections.abc import Generator\n"
    assert wants_generator(text, for_annotation=True) == ("Generator", added + text.replace("@", ""))
    assert wants_generator(lazy) == ("Generator", lazy.replace("from typing", added + "from typing", 1).replace("@", ""))


@pytest.mark.parametrize(
    "text",
    [
        "class Generator: ...\n",
        "def f(Generator): ...\n",
        "for Generator in x: ...\n",
        "x = [Generator for Generator in y]\n",
        "from faker import Generator\n",
        "from faker import *\nGenerator()\n",
        "from collections.abc import Generator\nGenerator = 1\n",
        "x = f'{Generator}'\n",
    ],
)
def test_a_taken_name_is_reached_through_its_module(text: str) -> None:
    found = wants_generator(text)
    assert found is not None
    spelling, result = found
    assert spelling == "collections.abc.Generator"
    assert result.replace("import collections.abc\n", "", 1).strip() == text.strip()


def test_no_name_when_the_module_is_taken_too() -> None:
    assert wants_generator("class Generator: ...\ncollections = 1\n") is None


# --- dropping ---------------------------------------------------------------------------------------------------------


def dropped(text: str, path: str = "app/db.py", name: str = "maker") -> str:
    """``text`` without the import of ``name``, when all ``[[...]]`` are replaced."""
    spans, rest = [], text
    while "[[" in rest:
        start, end = rest.index("[["), rest.index("]]") - 2
        rest = rest.replace("[[", "", 1).replace("]]", "", 1)
        spans.append(Span(start, end))
    source = Source(path, rest)
    result = apply_edits(rest, drop_import_if_unused(extract(source), source, name, spans))
    assert parses(result)
    return result


DROPPED = {
    "with its line": ("import os\nfrom orm import maker\nx = 1\n", "import os\nx = 1\n"),
    "with its section": ("import os\n\nfrom orm import maker\n\nx = 1\n", "import os\n\nx = 1\n"),
    "first of several": ("from orm import maker, b\n", "from orm import b\n"),
    "between others": ("from orm import a, maker, b\n", "from orm import a, b\n"),
    "last of several": ("from orm import a, maker  # why\n", "from orm import a  # why\n"),
    "by its alias": ("from orm import a, sessionmaker as maker\n", "from orm import a\n"),
    "from parentheses": ("from orm import (a, maker)\n", "from orm import (a)\n"),
    "with its line in parentheses": ("from orm import (\n    a,  # a\n    maker,\n)\n", "from orm import (\n    a,  # a\n)\n"),
    "with the comma before it": ("from orm import (\n    a,  # a\n    maker\n)\n", "from orm import (\n    a  # a\n)\n"),
    "before a continuation": ("from orm import maker, \\\n    b\n", "from orm import b\n"),
    "behind a continuation": ("from orm import a, \\\n    maker\n", "from orm import a\n"),
    "with a noqa about something else": ("from orm import maker  # noqa: E402\nx = 1\n", "x = 1\n"),
    "before a semicolon": ("from orm import maker; import b\n", "import b\n"),
    "from a function": ("def f():\n    from orm import maker\n    return 1\n", "def f():\n    return 1\n"),
    "though an attribute is called so": ("from orm import maker\nx.maker\n", "x.maker\n"),
    "though a docstring tells of it": ('"""The maker."""\nfrom orm import maker\n', '"""The maker."""\n'),
    "when its only use is replaced": ("from orm import maker\nx = [[maker(y, class_=Z)]]\n", "x = maker(y, class_=Z)\n"),
    "as a plain import": ("import maker, b\n", "import b\n"),
    "each time it is repeated": (
        "from orm import maker, a\nimport os\nfrom orm import maker\nx = 1\n",
        "from orm import a\nimport os\nx = 1\n",
    ),
    "from a try that goes on trying the package": (
        "try:\n    from orm import maker\n    from orm.x import y\nexcept ImportError:\n    raise\n",
        "try:\n    from orm.x import y\nexcept ImportError:\n    raise\n",
    ),
    "when it is repeated at once": ("import os\nfrom orm import maker\nfrom orm import maker\nx = 1\n", "import os\nx = 1\n"),
}


@pytest.mark.parametrize(("before", "after"), DROPPED.values(), ids=DROPPED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_unused_import_is_dropped(before: str, after: str, newline: str) -> None:
    assert dropped(before.replace("\n", newline)) == after.replace("\n", newline)


KEPT = {
    "a bare reference": "from orm import maker\nx = [[maker()]]\nlisten(maker)\n",
    "a use in an f-string": "from orm import maker\nx = f'{maker}'\n",
    "a quoted annotation": "from orm import maker\ndef f(x: 'maker[X]'): ...\n",
    "a patch target": "from orm import maker\npatch('app.db.maker')\n",
    "__all__": "from orm import maker\n__all__ = ['maker']\n",
    "a re-export": "from orm import maker as maker\n",
    "a noqa for unused imports": "from orm import maker  # noqa: E402, F401\n",
    "a noqa for everything": "from orm import maker  # noqa\n",
    "a noqa for unused imports behind another comment": "from orm import maker, x  # type: ignore # noqa: F401\n",
    "a noqa with a reason": "from orm import maker  # noqa: E402 - after the path is set\n",
    "a comment": "from orm import maker  # the factory\n",
    "a comment of its own": "from orm import (\n    a,\n    maker,  # the factory\n)\n",
    "a comment between": "from orm import (maker,  # the factory\n    a)\n",
    "an import that is tried": "try:\n    from orm import maker\nexcept ImportError:\n    pass\n",
    "two imports of it": "if x:\n    from orm import maker\nelse:\n    from mro import maker\n",
    "two meanings of it": "from orm import maker\nfrom mro import maker\n",
    "imports of one package for two of its modules": "import maker.a\nimport maker.b\n",
    "a repeated one that is used": "from orm import maker\nfrom orm import maker\nmaker()\n",
    "the only statement of a branch": "if TYPE_CHECKING:\n    from orm import maker\n",
    "another meaning": "from orm import maker\nmaker = 1\n",
    "a type comment": "from orm import maker\nx = None  # type: maker\n",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_an_import_stays_for(text: str) -> None:
    assert dropped(text) == text.replace("[[", "").replace("]]", "")


def test_an_import_of_a_package_file_stays() -> None:
    assert dropped("from orm import maker\n", path="app/__init__.py") == "from orm import maker\n"


# --- both at once -----------------------------------------------------------------------------------------------------


def async_maker_fix(source: Source, call: Span) -> Fix:
    """Replaces the call of ``sessionmaker`` at ``call`` by one of ``async_sessionmaker``, imports included."""
    wanted = Wanted("sqlalchemy.ext.asyncio", "async_sessionmaker", at=call)
    change = change_imports(extract(source), source, [wanted], ["sessionmaker", "AsyncSession"], [call])
    assert change is not None
    edit = Edit(Place(source.path, call), change.spellings[wanted] + "(e)")
    return Fix("use async_sessionmaker", (edit, *change.edits), Applicability.SAFE)


def call_spans(text: str) -> list[Span]:
    call, found, start = "sessionmaker(e, class_=AsyncSession)", [], 0
    while (start := text.find(call, start)) >= 0:
        found.append(Span(start, start + len(call)))
        start += 1
    return found


CHANGED = {
    "the name moves between two statements": (
        """
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
        from sqlalchemy.orm import sessionmaker

        m = sessionmaker(e, class_=AsyncSession)
        """,
        """
        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

        m = async_sessionmaker(e)
        """,
    ),
    "the session class is still needed": (
        """
        from sqlalchemy.ext.asyncio import AsyncSession
        from sqlalchemy.orm import Mapped, sessionmaker

        m = sessionmaker(e, class_=AsyncSession)
        x: AsyncSession
        """,
        """
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
        from sqlalchemy.orm import Mapped

        m = async_sessionmaker(e)
        x: AsyncSession
        """,
    ),
    "the only name of a statement is exchanged": (
        """
        from sqlalchemy.ext.asyncio import (
            AsyncSession,  # noqa: E501
        )
        from sqlalchemy.orm import sessionmaker  # the factory

        m = sessionmaker(e, class_=AsyncSession)
        """,
        """
        from sqlalchemy.ext.asyncio import (
            async_sessionmaker,
        )
        from sqlalchemy.orm import sessionmaker  # the factory

        m = async_sessionmaker(e)
        """,
    ),
    "a new line takes the place of the one that goes": (
        """
        import os

        from sqlalchemy.orm import sessionmaker
        from sqlmodel import AsyncSession

        m = sessionmaker(e, class_=AsyncSession)
        """,
        """
        import os

        from sqlalchemy.ext.asyncio import async_sessionmaker

        m = async_sessionmaker(e)
        """,
    ),
    "imports inside the function stay inside": (
        """
        def f(e):
            from sqlmodel import AsyncSession
            from sqlalchemy.orm import sessionmaker
            return sessionmaker(e, class_=AsyncSession)
        """,
        """
        def f(e):
            from sqlalchemy.ext.asyncio import async_sessionmaker
            return async_sessionmaker(e)
        """,
    ),
    "imports on the function's line stay on it": (
        """
        def f(e): from orm import x; from sqlalchemy.orm import sessionmaker, y; return sessionmaker(e, class_=AsyncSession)
        """,
        """
        def f(e): from orm import x; from sqlalchemy.ext.asyncio import async_sessionmaker; from sqlalchemy.orm import y; \
return async_sessionmaker(e)
        """,
    ),
    "a name is exchanged within one statement": (
        """
        from sqlalchemy.ext.asyncio import (
            AsyncSession,
            create_async_engine,  # the engine
        )
        from sqlalchemy.orm import (declarative_base, sessionmaker)

        m = sessionmaker(e, class_=AsyncSession)
        """,
        """
        from sqlalchemy.ext.asyncio import (
            async_sessionmaker,
            create_async_engine,  # the engine
        )
        from sqlalchemy.orm import (declarative_base)

        m = async_sessionmaker(e)
        """,
    ),
    "star arguments, starred names and other uses do not matter": (
        """
        from sqlalchemy.ext.asyncio import *
        from sqlalchemy.orm import sessionmaker as maker, sessionmaker

        m = sessionmaker(e, class_=AsyncSession)
        n = maker(*a, **b)
        """,
        """
        from sqlalchemy.ext.asyncio import *
        from sqlalchemy.orm import sessionmaker as maker

        m = async_sessionmaker(e)
        n = maker(*a, **b)
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), CHANGED.values(), ids=CHANGED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_names_are_added_and_dropped_together(before: str, after: str, newline: str) -> None:
    before, after = (cleaned(text).replace("\n", newline) for text in (before, after))
    source = Source("app/db.py", before)
    result = apply_edits(before, async_maker_fix(source, *call_spans(before)).edits)
    assert result == after
    assert parses(result)


def test_the_last_of_several_fixes_drops_the_import() -> None:
    source = Source(
        "app/db.py",
        cleaned("""
        from sqlalchemy.ext.asyncio import AsyncSession
        from sqlalchemy.orm import sessionmaker

        a = sessionmaker(e, class_=AsyncSession)
        b = sessionmaker(e, class_=AsyncSession)
        """),
    )
    for passes in range(2):
        fixes = [async_maker_fix(source, call) for call in call_spans(source.text)]
        outcome = apply_fixes({source.path: source}, fixes)
        assert len(outcome.applied) == 1
        assert len(outcome.deferred) == 1 - passes
        source = outcome.sources[source.path]
    assert source.text == (
        "from sqlalchemy.ext.asyncio import async_sessionmaker\n\na = async_sessionmaker(e)\nb = async_sessionmaker(e)\n"
    )


def test_a_fix_does_not_drop_what_another_relies_on() -> None:
    source = Source("app/db.py", "from x import Y\n\na = Y()\n\n\ndef f(): ...\n")
    facts, call = extract(source), Span(21, 24)
    drop = Fix("", drop_import_if_unused(facts, source, "Y", [call]), Applicability.SAFE)
    found = import_name(facts, source, "x", "Y")
    assert found is not None
    reuse = Fix("", (*found.edits, Edit(Place(source.path, Span(35, 35)), "Y")), Applicability.SAFE)
    assert apply_fixes({source.path: source}, [reuse, drop]).deferred == (drop,)
    assert apply_fixes({source.path: source}, [drop, reuse]).deferred == (reuse,)


MOVED = """
def first():
    from core.db import Factory
    with [[Factory()]] as db:
        pass


def second():
    from core.db import Factory
    with Factory() as db:
        pass
"""


def moved(text: str, module: str, name: str) -> str:
    """The text when ``[[Factory()]]`` becomes a call of ``module.name``, imported beside the import of the factory."""
    start = text.index("[[")
    source = Source("core/jobs.py", text.replace("[[", "").replace("]]", ""))
    span = Span(start, start + len("Factory()"))
    facts = extract(source)
    beside = max((one for one in import_spans(source) if one.end <= start), default=None)
    change = change_imports(facts, source, [Wanted(module, name, at=span, beside=beside)], ["Factory"], [span], span)
    assert change is not None
    written = Edit(Place(source.path, span), f"{next(iter(change.spellings.values()))}()")
    return apply_edits(source.text, [written, *change.edits])


def import_spans(source: Source) -> list[Span]:
    return [Span(match.start(), match.end()) for match in re.finditer(r"from \S*db import .*", source.text)]


def test_an_import_inside_a_function_is_judged_by_that_function() -> None:
    expected = MOVED.replace("[[Factory()]]", "helper()").replace("core.db import Factory", "core.helpers import helper", 1)
    assert moved(MOVED, "core.helpers", "helper") == expected


def test_an_import_inside_a_function_that_is_still_used_gets_a_neighbour_there() -> None:
    text = "def first():\n    from core.db import Factory\n    [[Factory()]]\n    Factory()\n"
    assert moved(text, "core.helpers", "helper") == (
        "def first():\n    from core.helpers import helper\n    from core.db import Factory\n    helper()\n    Factory()\n"
    )


def test_a_relative_import_stays_relative() -> None:
    text = "from .db import Factory\n\n\ndef first():\n    [[Factory()]]\n"
    assert moved(text, ".db", "helper") == "from .db import helper\n\n\ndef first():\n    helper()\n"
    kept = "from .db import Factory\n\n\ndef first():\n    [[Factory()]]\n    Factory()\n"
    assert moved(kept, ".db", "helper").startswith("from .db import Factory, helper\n\n\n")
    assert moved(text, ".helpers", "helper").startswith("from .helpers import helper\n\n\n")


def test_functions_with_an_import_of_their_own_do_not_need_that_of_the_module() -> None:
    text = (
        "from core.db import Factory\n\n\ndef first():\n    [[Factory()]]\n\n\n"
        "def second():\n    from core.db import Factory\n    Factory()\n"
    )
    assert moved(text, "core.helpers", "helper").startswith("from core.helpers import helper\n\n\ndef first():\n    helper()\n")
    used = text + "\n\nFactory()\n"
    assert moved(used, "core.helpers", "helper").startswith("from core.db import Factory\nfrom core.helpers import helper\n")
