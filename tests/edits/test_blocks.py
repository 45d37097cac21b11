"""Each case is a function before and after: the session is called ``db``, ``db.close()`` is what a ``with`` makes superfluous."""

import io
import tokenize
from textwrap import dedent

import pytest

from sessionlint.edits.apply import apply_edits
from sessionlint.edits.blocks import indent_lines, remove_statement, unwrap_try_finally, wrap_in_with
from sessionlint.edits.parse_check import parses
from sessionlint.extract.module import extract
from sessionlint.model.facts import Assign, Attribute, Block, Call, Evaluate, Name, Statement, Try
from sessionlint.model.source import Source, Span
from sessionlint.text.blocks_of import blocks_within


def blocks(text: str) -> list[Block]:
    facts = extract(Source("app/db.py", text))
    assert facts.problem is None
    return list(blocks_within(facts.body))


def is_opening(statement: Statement) -> bool:
    return isinstance(statement, Assign) and isinstance(statement.targets[0], Name) and statement.targets[0].id == "db"


def is_close(statement: Statement) -> bool:
    call = statement.value if isinstance(statement, Evaluate) else None
    return isinstance(call, Call) and isinstance(call.func, Attribute) and call.func.attr == "close"


def comments(text: str) -> list[str]:
    return sorted(one.string for one in tokenize.generate_tokens(io.StringIO(text).readline) if one.type == tokenize.COMMENT)


def wrapped(text: str, header: str = "with S() as db:", until: str = "") -> str | None:
    """``text`` with ``db = ...`` turned into ``header`` over the rest of its block, or what is before ``until``."""
    source = Source("app/db.py", text)
    everything = blocks(text)
    block = next(block for block in everything if any(is_opening(one) for one in block))
    index = next(index for index, one in enumerate(block) if is_opening(one))
    covered = block[index + 1 :]
    if until:
        covered = tuple(one for one in covered if one.span.start < text.index(until))
    closes = [one for inner in everything for one in inner if is_close(one)]
    opening = block[index]
    assert isinstance(opening, Assign)
    if len(covered) == 1 and isinstance(covered[0], Try):
        edits = unwrap_try_finally(source, opening, covered[0], header, closes)
    else:
        edits = wrap_in_with(source, opening, covered, header, closes)
    if edits is None:
        return None
    result = apply_edits(text, edits)
    assert parses(result)
    return result


WRAPPED = {
    "the statements that follow move under the with": (
        """
        def f():
            db = S()
            rows = db.all()

            return rows
        """,
        """
        def f():
            with S() as db:
                rows = db.all()

                return rows
        """,
    ),
    "only the covered statements move": (
        """
        def f():
            db = S()
            rows = db.all()
            db.close()
            return rows
        """,
        """
        def f():
            with S() as db:
                rows = db.all()
            return rows
        """,
    ),
    "comments stay at their statements and behind the header": (
        """
        def f():
            # above
            db = S()  # opened
            # between
            rows = db.all()  # all
        # at the margin
            db.commit()
        """,
        """
        def f():
            # above
            with S() as db:  # opened
                # between
                rows = db.all()  # all
            # at the margin
                db.commit()
        """,
    ),
    "the comment of a dropped close stays, its noqa goes": (
        """
        def f():
            db = S()
            db.all()
            db.close()  # give it back
            db.close()  # noqa: E702
        """,
        """
        def f():
            with S() as db:
                db.all()
                # give it back
        """,
    ),
    "blank lines before a dropped close go with it": (
        """
        def f():
            db = S()
            db.all()

            db.close()


        def g(): ...
        """,
        """
        def f():
            with S() as db:
                db.all()


        def g(): ...
        """,
    ),
    "multi-line strings keep their inside, f-strings too": (
        '''
        def f():
            db = S()
            db.execute("""
            select 1
              from t""", [
                1,
            ])
            x = f"""
            {db.get(
            "x")}
            """
            y = "a\\
            b"
            z = 1 + \\
                2
        ''',
        '''
        def f():
            with S() as db:
                db.execute("""
            select 1
              from t""", [
                    1,
                ])
                x = f"""
            {db.get(
            "x")}
            """
                y = "a\\
            b"
                z = 1 + \\
                    2
        ''',
    ),
    "a close that is all there is in a block becomes pass": (
        """
        def f(x):
            db = S()
            if x:
                db.close()
            db.all()
        """,
        """
        def f(x):
            with S() as db:
                if x:
                    pass
                db.all()
        """,
    ),
    "a close after a semicolon goes alone": (
        """
        def f():
            db = S()
            if x:
                db.all(); db.close()
            db.close(); y()
            if x: db.close(); y()
        """,
        """
        def f():
            with S() as db:
                if x:
                    db.all()
                y()
                if x: y()
        """,
    ),
    "an opening over several lines is replaced whole": (
        """
        def f():
            db = S(
                bind=e,
            )
            db.all()
        """,
        """
        def f():
            with S() as db:
                db.all()
        """,
    ),
    "the file's own indentation is used": (
        """
        def f():
          db = S()
          for x in y:
            db.get(x)
        """,
        """
        def f():
          with S() as db:
            for x in y:
              db.get(x)
        """,
    ),
    "try and finally give way to the with": (
        """
        def f():
            db = S()
            try:
                rows = db.all()  # all

                # done
            finally:
                db.close()
        """,
        """
        def f():
            with S() as db:
                rows = db.all()  # all

                # done
        """,
    ),
    "the comments of try and finally stay": (
        """
        def f():
            db = S()  # opened

            try:  # use it
                db.all()
            finally:  # always
                # give it back
                db.close()  # now
            return 1
        """,
        """
        def f():
            with S() as db:  # opened
                # use it
                db.all()
                # always
                # give it back
                # now
            return 1
        """,
    ),
    "a try with handlers stays and loses its finally": (
        """
        def f():
            db = S()
            try:
                db.all()
            except E:
                db.rollback()
                raise
            finally:
                db.close()
        """,
        """
        def f():
            with S() as db:
                try:
                    db.all()
                except E:
                    db.rollback()
                    raise
        """,
    ),
    "a finally with more in it stays": (
        """
        def f():
            db = S()
            try:
                db.all()
            finally:
                log()
                db.close()
        """,
        """
        def f():
            with S() as db:
                try:
                    db.all()
                finally:
                    log()
        """,
    ),
    "statements between the opening and the try move, the body of the try need not": (
        """
        def f():
            db = S()
            q = 1
            try:
                yield db
            finally:
                db.close()
        """,
        """
        def f():
            with S() as db:
                q = 1
                yield db
        """,
    ),
    "a comment that ends an inner block moves with it, one behind the block does not": (
        """
        def f():
            db = S()
            for x in y:
                db.get(x)

                # next one
            # done
            return 1
            db.close()
        """,
        """
        def f():
            with S() as db:
                for x in y:
                    db.get(x)

                    # next one
            # done
            return 1
            db.close()
        """,
    ),
    "decorators and nested definitions move as a whole": (
        """
        def f():
            db = S()
            @g(
                1)
            def h():
                '''Doc

                string.'''
                db.all()
            h()
        """,
        """
        def f():
            with S() as db:
                @g(
                    1)
                def h():
                    '''Doc

                string.'''
                    db.all()
                h()
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_with_is_put_around_statements(before: str, after: str, newline: str) -> None:
    before, after = (dedent(text).lstrip("\n").replace("\n", newline) for text in (before, after))
    until = "return" if "db.close()" in before and "return" in before else ""
    result = wrapped(before, until=until)
    assert result == after
    assert [one for one in comments(before) if "noqa" not in one] == comments(result)


NOT_WRAPPED = {
    "two statements on the opening's line": "def f():\n    db = S(); db.all()\n    x()\n",
    "a semicolon behind the opening": "def f():\n    db = S();\n    x()\n",
    "a suite on one line": "if x: db = S()\ny()\n",
    "nothing to cover": "def f():\n    db = S()\n",
    "nothing left to cover": "def f():\n    db = S()\n    db.close()\n",
    "a comment inside the opening": "def f():\n    db = S(  # why\n    )\n    x()\n",
    "a comment inside the close": "def f():\n    db = S()\n    x()\n    db.close(  # why\n    )\n",
    "a try on one line": "def f():\n    db = S()\n    try: x()\n    finally: db.close()\n",
    "an inner try that would have no clause left": (
        "def f():\n    db = S()\n    if x:\n        try:\n            x()\n        finally:\n            db.close()\n"
    ),
}


@pytest.mark.parametrize("text", NOT_WRAPPED.values(), ids=NOT_WRAPPED)
def test_no_with_where_something_would_be_lost(text: str) -> None:
    assert wrapped(text) is None


def test_no_with_when_the_last_covered_statement_shares_its_line() -> None:
    assert wrapped("def f():\n    db = S()\n    x(); y()\n", until="y()") is None


def test_an_async_header_is_as_good() -> None:
    text = "async def f():\n    db = S()\n    await db.get(1)\n"
    assert wrapped(text, "async with S() as db:") == "async def f():\n    async with S() as db:\n        await db.get(1)\n"


def test_a_header_of_several_lines_gets_the_files_line_endings() -> None:
    text = "def f():\r\n    db = S(\r\n        e)\r\n    db.get(1)"
    assert wrapped(text, "with S(\n        e) as db:") == "def f():\r\n    with S(\r\n        e) as db:\r\n        db.get(1)"


def test_tabs_stay_tabs() -> None:
    assert wrapped("def f():\n\tdb = S()\n\tdb.get(1)\n") == "def f():\n\twith S() as db:\n\t\tdb.get(1)\n"


def test_tabs_and_spaces_are_not_mixed_in_a_block() -> None:
    spaces = "def g():\n    a()\n\n\nif x:\n    a()\n"
    assert wrapped(spaces + "def f():\n\tdb = S()\n\tdb.get(1)\n") == spaces + "def f():\n\twith S() as db:\n\t\tdb.get(1)\n"


def test_lines_are_indented_by_what_is_asked_for() -> None:
    source = Source("a.py", "a\n\nb\nc\n")
    assert apply_edits(source.text, indent_lines(source, Span(0, 4), "  ") or ()) == "  a\n\n  b\nc\n"


REMOVED = {
    "with its line": ("a()\nx.close()\nb()\n", "a()\nb()\n"),
    "leaving pass in its block": ("if a:\n    # why\n    x.close()\nb()\n", "if a:\n    # why\n    pass\nb()\n"),
    "leaving pass in its suite": ("if a: x.close()\n", "if a: pass\n"),
    "before a semicolon": ("x.close(); b()\n", "b()\n"),
    "behind a semicolon": ("a(); x.close()  # why\n", "a()  # why\n"),
    "between semicolons": ("a(); x.close(); b()\n", "a(); b()\n"),
    "with its own semicolon": ("a()\nx.close();\nb()\n", "a()\nb()\n"),
    "at the end of the file": ("a()\n\nx.close()", "a()\n"),
    "but not the comment above": ("a()\n# why\nx.close()\n", "a()\n# why\n"),
    "over several lines": ("a()\nx.close(\n)\nb()\n", "a()\nb()\n"),
}


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED)
def test_a_statement_is_removed(before: str, after: str) -> None:
    block = next(block for block in blocks(before) if any(is_close(one) for one in block))
    edits = remove_statement(Source("a.py", before), next(one for one in block if is_close(one)), block)
    assert edits is not None
    result = apply_edits(before, edits)
    assert result == after
    assert parses(result)


def test_handlers_that_the_with_replaces_go_with_the_finally() -> None:
    text = dedent("""
        def f():
            db = S()
            try:
                db.add(1)
            except ValueError:  # oops
                db.rollback()
                raise
            finally:
                db.close()
        """)
    source = Source("app/db.py", text)
    block = next(block for block in blocks(text) if is_opening(block[0]))
    opening, guarded = block
    assert isinstance(opening, Assign)
    assert isinstance(guarded, Try)
    closes = [one for one in guarded.final if is_close(one)]
    edits = wrap_in_with(source, opening, (guarded,), "with S() as db:", closes, (guarded,))
    assert edits is not None
    assert apply_edits(text, edits) == dedent("""
        def f():
            with S() as db:
                db.add(1)
                # oops
        """)


def test_handlers_stay_while_something_remains_in_the_finally() -> None:
    text = dedent("""
        def f():
            db = S()
            try:
                db.add(1)
            except ValueError:
                raise
            finally:
                log()
                db.close()
        """)
    source = Source("app/db.py", text)
    block = next(block for block in blocks(text) if is_opening(block[0]))
    opening, guarded = block
    assert isinstance(opening, Assign)
    assert isinstance(guarded, Try)
    closes = [one for one in guarded.final if is_close(one)]
    edits = wrap_in_with(source, opening, (guarded,), "with S() as db:", closes, (guarded,))
    assert edits is not None
    assert apply_edits(text, edits) == dedent("""
        def f():
            with S() as db:
                try:
                    db.add(1)
                except ValueError:
                    raise
                finally:
                    log()
        """)
