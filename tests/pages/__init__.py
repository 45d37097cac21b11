"""Reads rule pages and puts every case of them through the properties that hold for all rules.

A page is Markdown beside its rule. What stands above ``## Cases`` is for users. Below it:

``### sentence`` begins a case. Its fenced blocks are files; the info string names them::

    ```python title="app/db.py"
    db = SessionLocal()  # error: SES301 "never closed"
    ```

A marker ``# error:``, ``# warning:`` or ``# info:`` expects a finding that *starts* on its line: a code, optionally a
column from 1 (``SES301:6``), optionally a part of the message. Several may follow each other on a line. A line of its
own, ``# ^ error: SES301``, speaks of the nearest line above it that is not such a line. Markers are taken out before
anything else happens, with the blanks before them (an own-line marker with its whole line), so the text that is linted
and fixed has none, and expected fixed text has none either.

``after="safe"`` and ``after="unsafe"`` hold the exact text of a file after ``--fix`` and after ``--fix
--unsafe-fixes``. No safe block: nothing changes. No unsafe block: the same as safe. A fix that drops a comment on
purpose says so: ``drops="# noqa: SES301"`` (several: separated by `` | ``).

A case is linted with the page's own rule and the rules its markers name, nothing else. A block named
``pyproject.toml`` configures the case; a ``select`` in it replaces that choice. Files of other languages
(``requirements.txt``) are written beside the Python files.

``<!-- without suppression: why -->`` takes a case (or, above the first case, all cases of the page) out of a property.

``## Proof`` holds scripts that run against the real libraries: ``proof="fails" raises="text"`` must end with that error,
``proof="works"`` must end well, and ``proof="fixed" raises="text"`` must do the first as written and the second after
the page's own rule has repaired it (unsafe fixes included). ``### sentence`` names them. ``needs="mypy"`` skips a proof
where that module is not installed (several: separated by blanks), and ``needs="postgres"`` where the environment variable
``SESSIONLINT_PROOF_POSTGRES`` names no server (``postgresql://user:password@localhost:5432/database``; the script reads it and
puts the driver in). ``fastapi="up to 0.109"`` or ``sqlalchemy="since 2.1"`` says in which versions a proof holds; elsewhere it
does not run. ``config="key = value"`` configures the repair. Attributes may be written with either kind of quote.

``proof="table"`` proves the page's own table of versions, one whose first column is headed by the name of a library::

    | FastAPI | the code behind `yield` runs |
    |---|---|
    | up to 0.105, since 0.118 | after the response |
    | 0.106 to 0.117 | before the response |
    | since 0.121, `scope="function"` | before the response |

The script prints what it saw, one line for each row that speaks of the version it runs on: the row's cells without its
versions, separated by `` | `` (``after the response``, and since 0.121 also ``scope="function"`` in backticks ``| before the
response``). ``python -m proofs`` runs it on other versions than the newest.
"""
