"""What is found is hidden by comments that are written into the files, all or none."""

from collections import defaultdict
from collections.abc import Mapping

from sessionlint.edits.suppression_comments import with_comments
from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, Checked, State
from sessionlint.run.errors import UsageError
from sessionlint.run.files.user_state import journal_of
from sessionlint.run.files.write import Change, NotWritten, Writer
from sessionlint.run.planning import Plan
from sessionlint.run.settings.values import reason_problem

_ABOUT_FILES_AND_COMMENTS = "SES0"


def suppressed(planned: Plan, analysis: Analysis, state: State, reason: str) -> tuple[State, list[Change]]:
    """The texts with comments, what is found in them, and the files that were written. Raises UsageError where none could be."""
    if problem := reason_problem(reason, planned.settings.require_reason):
        raise UsageError(f"--add-suppressions: {problem}")
    texts = {path: state.sources[path].with_text(text) for path, text in _commented(analysis, state, reason).items()}
    checked = _checked(analysis, state, texts)
    changes = [Change(state.sources[path], source.text) for path, source in sorted(texts.items())]
    try:
        Writer(planned.root.folder, planned.belongs, journal_of(planned.root.folder)).write(changes)
    except NotWritten as error:
        path, why = next(iter(error.reasons.items()))
        raise UsageError(f"{path}: {why}; no suppression was added") from None
    return State({**state.sources, **texts}, checked), changes


def _commented(analysis: Analysis, state: State, reason: str) -> dict[str, str]:
    """The new text of each file that gets a comment."""
    outcome = state.checked.outcome
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in outcome.findings if analysis.past is None else analysis.past.new(outcome, state.sources):
        if finding.place.path in analysis.scope and not finding.code.startswith(_ABOUT_FILES_AND_COMMENTS):
            by_path[finding.place.path].append(finding)
    texts = {path: with_comments(state.sources[path], findings, reason) for path, findings in by_path.items()}
    return {path: text for path, text in texts.items() if text != state.sources[path].text}


def _checked(analysis: Analysis, state: State, texts: Mapping[str, Source]) -> Checked:
    unchanged = {path: facts for path, facts in state.checked.facts.items() if path not in texts}
    checked = analysis.check({**state.sources, **texts}, unchanged, state.checked)
    for path in texts:
        if checked.facts[path].problem != state.checked.facts[path].problem:
            raise UsageError(f"{path}: internal: it would not parse with comments in it; no suppression was added")
    return checked
