"""``sessionlint audit``: a report for whoever has to decide about a file, a folder or a project."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sessionlint.commands.console import prepare
from sessionlint.commands.map import view_of
from sessionlint.commands.project import deliver, linked_project
from sessionlint.commands.surroundings import warn
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.inventory.files import FileRecord, files
from sessionlint.questions.inventory.inventory import inventory
from sessionlint.questions.inventory.reach import reach_of
from sessionlint.questions.inventory.records import Inventory, Part
from sessionlint.report.audit.rule_page import RulePage, read_rule_page
from sessionlint.report.audit.view import Audit, Evidence, ranked
from sessionlint.rules.registry import registered_rules
from sessionlint.run.deployment import concurrency_of
from sessionlint.run.discovery.roots import repository_of
from sessionlint.run.pipeline import Linked
from sessionlint.run.revision.history import history_of

_EVERY_RULE = ["ALL"]


def run_audit(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Print the report, or write it, and return the exit code. Raises UsageError.

    What is off by default is asked, too, unless the command line selects rules: whoever audits wants to know of it.
    """
    prepare()
    chosen = {} if options.get("select") else {"extend-select": _EVERY_RULE}
    linked = linked_project(paths, {**options, **chosen})
    audit = _audit(linked, is_root_given=options["project_root"] is not None, every=options["verbose"])
    text = _RENDER[options["output_format"]](audit)
    return deliver(text, linked, options["output"], quiet=options["quiet"])


def _audit(linked: Linked, *, is_root_given: bool, every: bool) -> Audit:
    project, plan, whole = linked.project, linked.plan, inventory(linked.project)
    asked = tuple(sorted({*plan.scope.files, *plan.scope.folders}))
    scope = [path for path in plan.files if path in plan.scope]
    elsewhere = {finding.place.path for finding in linked.outcome.findings} - set(scope)
    followed = {code.place.path for code in whole.codes} | (set(scope) if len(scope) == 1 else set())
    known = {record.path: record for record in files(project, [*scope, *sorted(elsewhere)], followed)}
    records = tuple(known[path] for path in scope if path in known)
    return Audit(
        asked,
        view_of(linked),
        whole,
        records,
        tuple(ranked(_evidence(linked, whole, known), linked.outcome.rules, _pages(linked.outcome.findings))),
        linked.outcome.suppressed,
        history_of(plan.root.folder, [path or "." for path in asked], linked.sources, warn),
        concurrency_of(plan.root.folder, asked, {path: linked.sources[path] for path in _of_application(project)}),
        len(linked.sources),
        len(project.modules),
        tuple((one.path, one.reason) for one in linked.outcome.skipped),
        tuple(sorted(plan.selected)),
        {code.place: tuple(_tests(whole, code.place)) for code in whole.codes},
        plan.root.config is not None or is_root_given or repository_of(plan.root.folder) is not None,
        every,
    )


def _evidence(linked: Linked, whole: Inventory, files: Mapping[str, FileRecord]) -> Iterator[Evidence]:
    for finding in linked.outcome.findings:
        yield Evidence(finding, reach_of(linked.project, whole, finding.place, files.get(finding.place.path)))


def _pages(findings: Sequence[Finding]) -> Mapping[str, RulePage]:
    codes = {finding.code for finding in findings}
    found = [entry for entry in registered_rules() if entry.rule.code in codes]
    return {entry.rule.code: read_rule_page(entry.rule.code, entry.page.read_text(encoding="utf-8")) for entry in found}


def _of_application(project: Project) -> Iterator[str]:
    for module in (*project.modules.values(), *project.outlines):
        if project.role(module) not in (Role.TEST, Role.STUB):
            yield module.path


def _tests(whole: Inventory, place: Place) -> Iterator[str]:
    """The test files that hold on to a thing, or use its sessions."""
    handles = whole.handles_of(place)
    held = [
        one.place.path for some in (handles.imports, handles.overrides, handles.patches) for one in some if one.part is Part.TEST
    ]
    used = [use.place.path for use in whole.uses_of(place) if use.by.part is Part.TEST]
    opened = [one.place.path for one in whole.openings if one.source == place and one.by.part is Part.TEST]
    yield from dict.fromkeys(sorted([*held, *used, *opened]))


def _markdown(audit: Audit) -> str:
    from sessionlint.report.audit import markdown
    from sessionlint.report.audit.document import document

    return markdown.render(document(audit))


def _html(audit: Audit) -> str:
    from sessionlint.commands.page_assets import assets
    from sessionlint.report.audit import html
    from sessionlint.report.audit.document import document

    return html.render(list(document(audit)), assets("audit"))


def _json(audit: Audit) -> str:
    from sessionlint.report.audit import json

    return json.render(audit)


_RENDER: Mapping[str, Callable[[Audit], str]] = {"markdown": _markdown, "html": _html, "json": _json}
