"""An audit as one object, with these keys, always all of them::

    version      of sessionlint
    asked        the paths that were asked about, relative to the project's root; "" is the root
    commit       {"name", "date", "author", "subject"} | null: the one that is checked out
    changed      [path]: files that were read and are not as the commit has them
    read         {"files", "parsed", "skipped": [{"path", "reason"}], "rules": [code]}
    files        [{"path", "module", "part", "imports": [{"module", "names": [text], "row", "own"}], "reads": [text],
                 "calls_at_import": [{"name", "row"}], "imported_by": [handle], "reaches": [handle],
                 "contracts": [{"name", "imported_by": [handle]}]}]; a handle is {"module", "part", "filename", "row"}
    map          what ``sessionlint map --output-format json`` says of the same paths
    risks        [{"id", "level", "code", "name", "why", "failure_mode", "evidence": [evidence], "plan", "command" | null,
                 "invariants": [text], "in_the_way": [text], "tests": [path], "test_to_add": {"file", "told"}}], the worst first;
                 evidence is {"filename", "row", "column", "message", "help", "related",
                 "applicability" | null, "diffs": [text], "blast_radius": {part: number}, "through": [name]}
    accepted     [{"code", "filename", "row", "message"}]: hidden by a comment
    extremes     [{"engine", "most_connections": number | null, "options": {name: text}}]
    concurrency  [{"what": "workers" | "threads", "number", "filename", "row", "written"}]
    untested     [text]
    rating       {"level": "HIGH" | "MEDIUM" | "LOW" | "NONE", "reasons": {text: text}}
    history      {"commits": [commit], "cut", "missing"}
    actions      [id of a risk], most valuable first

Keys may be added in later versions; these keep their meaning.
"""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from sessionlint import __version__
from sessionlint.model.finding import Applicability
from sessionlint.model.history import Commit
from sessionlint.questions.inventory.files import FileRecord
from sessionlint.questions.inventory.records import Handle
from sessionlint.report.audit.closing import reasons, untested
from sessionlint.report.audit.extremes import Pool, pools
from sessionlint.report.audit.plan import command_of, diff_of, invariants_of, obstacles_of, test_name, what_to_do
from sessionlint.report.audit.risks import tests_of
from sessionlint.report.audit.view import Audit, Evidence, Risk, parts_of
from sessionlint.report.map.data import map_data
from sessionlint.report.visible import visible, without_brackets

Data: TypeAlias = dict[str, Any]


def render(audit: Audit) -> str:
    return without_brackets(json.dumps(audit_data(audit), indent=2), "\\u0023") + "\n"


def audit_data(audit: Audit) -> Data:
    past = audit.history
    return {
        "version": __version__,
        "asked": [visible(path) for path in audit.asked],
        "commit": _commit(past.commit) if past.commit is not None else None,
        "changed": [visible(path) for path in past.changed],
        "read": _read(audit),
        "files": [_file(audit, record) for record in audit.files],
        "map": map_data(audit.map),
        "risks": [_risk(audit, risk) for risk in audit.risks],
        "accepted": [
            {"code": one.finding.code, **_at(audit, one.finding.place), "message": visible(one.finding.message)}
            for one in audit.suppressed
        ],
        "extremes": [_pool(pool) for pool in pools(audit)],
        "concurrency": [
            {
                "what": one.what,
                "number": one.number,
                "filename": visible(one.path),
                "row": one.line,
                "written": visible(one.written),
            }
            for one in audit.concurrency
        ],
        "untested": [told for told, _ in untested(audit)],
        "rating": {"level": audit.level.value, "reasons": dict(reasons(audit))},
        "history": {"commits": [_commit(one) for one in past.commits], "cut": past.is_cut, "missing": visible(past.missing)},
        "actions": [risk.id for risk in audit.risks],
    }


def _read(audit: Audit) -> Data:
    skipped = [{"path": visible(path), "reason": visible(reason)} for path, reason in audit.skipped]
    return {"files": audit.read, "parsed": audit.parsed, "skipped": skipped, "rules": list(audit.rules)}


def _commit(commit: Commit) -> Data:
    return {
        "name": visible(commit.name),
        "date": visible(commit.date),
        "author": visible(commit.author),
        "subject": visible(commit.subject),
    }


def _file(audit: Audit, record: FileRecord) -> Data:
    return {
        "path": visible(record.path),
        "module": visible(record.module),
        "part": record.part.value,
        "imports": [
            {
                "module": visible(one.module),
                "names": [visible(name) for name in one.names if name],
                "row": audit.map.position(one.place).line,
                "own": one.is_own,
            }
            for one in record.outbound
        ],
        "reads": [visible(name) for name in record.reads],
        "calls_at_import": [
            {"name": visible(name), "row": audit.map.position(place).line} for name, place in record.calls_at_import
        ],
        "imported_by": _handles(audit, record.importers),
        "reaches": _handles(audit, record.reached),
        "contracts": [{"name": visible(one.name), "imported_by": _handles(audit, one.holders)} for one in record.contracts],
    }


def _handles(audit: Audit, handles: Sequence[Handle]) -> list[Data]:
    return [{"module": visible(one.module), "part": one.part.value, **_at(audit, one.place)} for one in handles]


def _at(audit: Audit, place: Any) -> Data:
    return {"filename": visible(place.path), "row": audit.map.position(place).line}


def _risk(audit: Audit, risk: Risk) -> Data:
    return {
        "id": risk.id,
        "level": risk.level.value,
        "code": risk.rule.code,
        "name": risk.rule.name,
        "why": risk.rule.why,
        "failure_mode": risk.page.breaks or risk.rule.why,
        "evidence": [_evidence(audit, one) for one in risk.evidence],
        "plan": visible(what_to_do(risk)),
        "command": visible(command_of(risk)) or None,
        "invariants": [visible(line.text) for line in invariants_of(audit, risk)],
        "in_the_way": [visible(line.text) for line in obstacles_of(audit, risk)],
        "tests": [visible(path) for path in tests_of(audit, risk)],
        "test_to_add": {"file": visible(test_name(audit, risk)), "told": risk.page.test_to_add},
    }


def _evidence(audit: Audit, one: Evidence) -> Data:
    finding = one.finding
    fix: Applicability | None = finding.fix.applicability if finding.fix is not None else None
    return {
        **_at(audit, finding.place),
        "column": audit.map.position(finding.place).column,
        "message": visible(finding.message),
        "help": visible(finding.help),
        "related": [{**_at(audit, related.place), "message": visible(related.message)} for related in finding.related],
        "applicability": fix.value if fix is not None else None,
        "diffs": ["\n".join(visible(line) for line in lines) for lines in diff_of(audit, one)],
        "blast_radius": {part.value: amount for part, amount in parts_of(one.reach).items()},
        "through": [visible(code.full_name) for code in one.reach.things],
    }


def _pool(pool: Pool) -> Data:
    options = {visible(name): visible(written) for name, written in pool.sources.items()} if pool.is_queue else {}
    return {
        "engine": visible(pool.engine.code.full_name),
        "most_connections": pool.most if pool.is_queue else None,
        "options": options,
    }
