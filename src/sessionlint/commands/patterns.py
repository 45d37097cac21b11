"""``sessionlint patterns``: the document that tells how a project opens its sessions, and whether it is still true."""

from collections.abc import Mapping, Sequence
from typing import Any

from sessionlint.commands.console import prepare, say
from sessionlint.commands.project import deliver, linked_project, tell_rest
from sessionlint.questions.inventory.inventory import inventory
from sessionlint.questions.inventory.slices import code_at, narrowed
from sessionlint.questions.inventory.ways import test_way, ways
from sessionlint.report.patterns.markdown import Patterns, render
from sessionlint.run.errors import FOUND, UsageError
from sessionlint.run.files.report_file import read_report
from sessionlint.run.pipeline import Linked


def run_patterns(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Print or write the document, or compare it with a file, and return the exit code. Raises UsageError."""
    prepare()
    if options["check"] is not None and options["output"] is not None:
        raise UsageError("--check: not with -o, which would write what is compared")
    linked = linked_project(paths, options)
    text = render(_patterns(linked))
    if options["check"] is None:
        return deliver(text, linked, options["output"], quiet=options["quiet"])
    return _compare(text, options["check"], linked, quiet=options["quiet"])


def _compare(text: str, file: str, linked: Linked, *, quiet: bool) -> int:
    known = read_report(file)
    code = tell_rest(linked, quiet=quiet)
    if known == text:
        return code
    say(f"{file}: {'there is no such file' if known is None else 'out of date'}; `sessionlint patterns -o {file}` writes it")
    return code or FOUND


def _patterns(linked: Linked) -> Patterns:
    found = narrowed(inventory(linked.project), linked.plan.scope)
    outcome, selected = linked.outcome, linked.plan.selected
    helper = linked.plan.settings.session_provider
    faulty = {code_at(linked.project, finding.place) for finding in outcome.findings}
    return Patterns(
        ways(linked.project, found),
        test_way(linked.project, found),
        found,
        {code: rule for code, rule in outcome.rules.items() if code in selected},
        helper.name.rpartition(".")[2] if helper is not None else "",
        frozenset(code for code in faulty if code is not None),
    )
