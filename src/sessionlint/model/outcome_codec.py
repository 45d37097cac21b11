"""An outcome to JSON and back, exactly."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Related, Rule, Severity
from sessionlint.model.outcome import Outcome, Remarks, Skipped, Suppressed
from sessionlint.model.source import Place, Span

if TYPE_CHECKING:
    from sessionlint.model.facts import Suppression

Data: TypeAlias = list[Any]


def dump(outcome: Outcome) -> Data:
    """What ``load`` turns back into an equal outcome; lists, strings, numbers, booleans and None only."""
    comments = {id(each.suppression): each.suppression for each in outcome.suppressed}
    number = {key: index for index, key in enumerate(comments)}  # one comment can hide many findings
    return [
        [dump_finding(finding) for finding in outcome.findings],
        [_suppression(comment) for comment in comments.values()],
        [[dump_finding(each.finding), each.path, number[id(each.suppression)]] for each in outcome.suppressed],
        [_rule(rule) for rule in outcome.rules.values()],
        list(outcome.repaired),
        [outcome.fixable_safe, outcome.fixable_unsafe],
        [[each.path, each.reason] for each in outcome.skipped],
        [list(outcome.notes), list(outcome.errors)],
        outcome.checked,
        dump_remarks(outcome.remarks),
    ]


def load(data: Data) -> Outcome:
    """The outcome that ``dump`` wrote. Raises ValueError, TypeError or LookupError for data of another make."""
    findings, comments, suppressed, rules, repaired, (safe, unsafe), skipped, (notes, errors), checked, remarks = data
    hiding = [_load_suppression(*comment) for comment in comments]
    loaded = [_load_rule(*rule) for rule in rules]
    return Outcome(
        tuple(load_finding(*finding) for finding in findings),
        tuple(Suppressed(load_finding(*finding), path, hiding[number]) for finding, path, number in suppressed),
        {rule.code: rule for rule in loaded},
        tuple((path, code) for path, code in repaired),
        safe,
        unsafe,
        tuple(Skipped(path, reason) for path, reason in skipped),
        tuple(notes),
        tuple(errors),
        checked,
        remarks=load_remarks(*remarks),
    )


def dump_remarks(remarks: Remarks) -> Data:
    """What ``load_remarks`` turns back into equal remarks."""
    return [remarks.files, remarks.unread, remarks.library, dict(remarks.unseen)]


def load_remarks(files: bool, unread: bool, library: bool, unseen: Mapping[str, Sequence[str]]) -> Remarks:
    """The remarks that ``dump_remarks`` wrote."""
    return Remarks(files, unread, library, {path: tuple(names) for path, names in unseen.items()})


def _place(place: Place) -> Data:
    return [place.path, *place.span]


def _load_place(path: str, start: int, end: int) -> Place:
    return Place(path, Span(start, end))


def dump_finding(finding: Finding) -> Data:
    """What ``load_finding`` turns back into an equal finding."""
    related = [[_place(each.place), each.message, each.is_counted_in] for each in finding.related]
    fix = None if finding.fix is None else _fix(finding.fix)
    severity = finding.severity.value
    return [finding.code, _place(finding.place), finding.message, severity, related, finding.help, fix, finding.on_request]


def load_finding(
    code: str, place: Data, message: str, severity: str, related: Sequence[Data], help_: str, fix: Data | None, on_request: bool
) -> Finding:
    """The finding that ``dump_finding`` wrote."""
    return Finding(
        code,
        _load_place(*place),
        message,
        Severity(severity),
        tuple(Related(_load_place(*at), text, is_counted_in) for at, text, is_counted_in in related),
        help_,
        None if fix is None else _load_fix(*fix),
        on_request,
    )


def _fix(fix: Fix) -> Data:
    return [fix.title, [[_place(edit.place), edit.text] for edit in fix.edits], fix.applicability.value, fix.alone]


def _load_fix(title: str, edits: Sequence[Data], applicability: str, alone: bool) -> Fix:
    return Fix(title, tuple(Edit(_load_place(*place), text) for place, text in edits), Applicability(applicability), alone)


def _rule(rule: Rule) -> Data:
    texts = [list(rule.symptoms), list(rule.hints), list(rule.speaking_against), list(rule.yields_to), list(rule.former)]
    return [rule.code, rule.name, rule.severity.value, rule.why, rule.on, rule.on_with, *texts]


def _load_rule(code: str, name: str, severity: str, why: str, on: bool, on_with: str, *texts: Sequence[str]) -> Rule:
    symptoms, hints, against, yields_to, former = map(tuple, texts)
    return Rule(code, name, Severity(severity), why, on, on_with, symptoms, hints, against, yields_to, former=former)


def _suppression(comment: "Suppression") -> Data:
    spans = [list(comment.span), [list(span) for span in comment.code_spans], list(comment.covers)]
    return [comment.style, list(comment.codes), *spans, comment.until, comment.reason, comment.problem]


def _load_suppression(
    style: Any, codes: Sequence[str], span: Data, code_spans: Sequence[Data], covers: Data, *rest: str | None
) -> "Suppression":
    from sessionlint.model.facts import Suppression  # takes long to import, and most runs hide nothing

    spans = tuple(Span(*each) for each in code_spans)
    return Suppression(Span(*span), style, tuple(codes), spans, Span(*covers), *rest)
