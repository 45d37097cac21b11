"""Runs the proofs of a page: scripts against the real libraries, each in a process and a folder of its own."""

import atexit
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from pages.page import Proof
from pages.properties import Linter
from pages.stage import ERRORS, OUTPUT, SCRIPT, Stage
from pages.versions import admits, installed

POSTGRES = "SESSIONLINT_PROOF_POSTGRES"


def obstacle(proof: Proof) -> str | None:
    """Why there is nothing to prove here: a module or a server that it needs is not there, or the page says "elsewhere"."""
    for library, spans in proof.versions.items():
        if not admits(spans, installed(library)):
            return f"the page speaks of other versions of {library}"
    for needed in proof.needs:
        if needed == "postgres" and not os.environ.get(POSTGRES):
            return f"{POSTGRES} names no PostgreSQL server"
        if needed != "postgres" and find_spec(needed) is None:
            return f"{needed} is not installed"
    return None


def prepare() -> None:
    """Have the libraries imported, so that the first proof need not wait for them."""
    if hasattr(os, "fork"):
        _stage.begin()


def prove(proof: Proof, linter: Linter, folder: Path) -> str | None:
    """What is wrong with a proof, or None. A "fixed" one runs as written, then as the page's rule repairs it."""
    if proof.kind == "table":
        return _must_tell(proof, folder / "table")
    if proof.kind == "works":
        return _must_work(proof, proof.script, folder / "works")
    if problem := _must_fail(proof, proof.script, folder / "before"):
        return problem
    if proof.kind == "fails":
        return None
    settings = {"sessionlint.toml": proof.config} if proof.config else {}
    fixed = linter.fix({SCRIPT: proof.script, **settings}, {proof.code}, unsafe=True)[SCRIPT]
    if fixed == proof.script:
        return _headed(proof, "the rule repairs nothing in this script")
    return _must_work(proof, fixed, folder / "after")


def _must_work(proof: Proof, script: str, folder: Path) -> str | None:
    code, errors, _ = _run(script, folder)
    return _headed(proof, f"expected to work, got\n{errors}\n--- script\n{script}") if code else None


def _must_tell(proof: Proof, folder: Path) -> str | None:
    """What the script prints has to be what the table says of the versions that are installed, line for line."""
    found = {library: installed(library) for library in {row.library for row in proof.rows}}
    expected = [row.told for row in proof.rows if admits(row.spans, found[row.library])]
    code, errors, output = _run(proof.script, folder)
    if expected and code == 0 and sorted(output.splitlines()) == sorted(expected):
        return None
    shown = "\n".join(["the table says", *expected, "the script says", *output.splitlines()])
    return _headed(proof, f"with {found}: {shown}\nexit code {code}\n{errors}")


def _must_fail(proof: Proof, script: str, folder: Path) -> str | None:
    """The expected text has to be in the last error itself: neither elsewhere in the output nor in a quoted source line."""
    code, errors, _ = _run(script, folder)
    last = errors[errors.rfind("Traceback (most recent call last)") :].splitlines()
    if code and proof.raises in "\n".join(line for line in last if not line.startswith("  ")):
        return None
    return _headed(proof, f"expected to fail with {proof.raises!r}, got exit code {code} and\n{errors}")


_stage = Stage()
atexit.register(_stage.close)


def _run(script: str, folder: Path) -> tuple[int, str, str]:
    """Exit code, standard error, standard output."""
    folder.mkdir(parents=True)
    (folder / SCRIPT).write_text(script, encoding="utf-8")
    if not hasattr(os, "fork"):
        result = subprocess.run([sys.executable, SCRIPT], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        return result.returncode, result.stderr, result.stdout
    code = _stage.play(folder)
    return code, (folder / ERRORS).read_text(encoding="utf-8"), (folder / OUTPUT).read_text(encoding="utf-8")


def _headed(proof: Proof, text: str) -> str:
    return f"{proof.page}:{proof.line}: proof: {proof.title}\n{text}"
