"""Runs the proofs of a page: scripts against the real libraries, each in a process and a folder of its own."""

import subprocess
import sys
from pathlib import Path

from pages.page import Proof
from pages.properties import Linter

_SCRIPT = "app.py"


def prove(proof: Proof, linter: Linter, folder: Path) -> str | None:
    """What is wrong with a proof, or None. A "fixed" one runs as written, then as the page's rule repairs it."""
    if proof.kind == "works":
        return _must_work(proof, proof.script, folder / "works")
    if problem := _must_fail(proof, proof.script, folder / "before"):
        return problem
    if proof.kind == "fails":
        return None
    settings = {"sessionlint.toml": proof.config} if proof.config else {}
    fixed = linter.fix({_SCRIPT: proof.script, **settings}, {proof.code}, unsafe=True)[_SCRIPT]
    if fixed == proof.script:
        return _headed(proof, "the rule repairs nothing in this script")
    return _must_work(proof, fixed, folder / "after")


def _must_work(proof: Proof, script: str, folder: Path) -> str | None:
    code, errors = _run(script, folder)
    return _headed(proof, f"expected to work, got\n{errors}\n--- script\n{script}") if code else None


def _must_fail(proof: Proof, script: str, folder: Path) -> str | None:
    """The expected text has to be in the last error itself: neither elsewhere in the output nor in a quoted source line."""
    code, errors = _run(script, folder)
    last = errors[errors.rfind("Traceback (most recent call last)") :].splitlines()
    if code and proof.raises in "\n".join(line for line in last if not line.startswith("  ")):
        return None
    return _headed(proof, f"expected to fail with {proof.raises!r}, got exit code {code} and\n{errors}")


def _run(script: str, folder: Path) -> tuple[int, str]:
    folder.mkdir(parents=True)
    (folder / _SCRIPT).write_text(script, encoding="utf-8")
    command = [sys.executable, _SCRIPT]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return result.returncode, result.stderr


def _headed(proof: Proof, text: str) -> str:
    return f"{proof.page}:{proof.line}: proof: {proof.title}\n{text}"
