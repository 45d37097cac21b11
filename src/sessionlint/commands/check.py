"""``sessionlint check``: options to a request, the run's result to streams and an exit code."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from sessionlint.commands.console import look_of, prepare, read_bytes, say, show, write_bytes, write_out
from sessionlint.commands.outputs import Outputs, read_outputs
from sessionlint.commands.rule_pages import rule_page
from sessionlint.commands.surroundings import relative, warn
from sessionlint.commands.verdict import fails, too_many_warnings
from sessionlint.commands.waiting import Waiting, is_anybody_waiting
from sessionlint.extract.garbage import without_cycle_collection
from sessionlint.model.outcome import Outcome
from sessionlint.report import summary
from sessionlint.report.colour import ColourChoice
from sessionlint.report.formats import FORMATS
from sessionlint.report.look import Look
from sessionlint.report.rendering import rendered, renderer
from sessionlint.report.visible import inert, visible
from sessionlint.run import pipeline
from sessionlint.run.discovery.roots import repository_of
from sessionlint.run.errors import CLEAN, FAILED, FOUND, UsageError
from sessionlint.run.files.python_files import NOT_PYTHON, NOTEBOOK
from sessionlint.run.files.report_file import write_report
from sessionlint.run.fixing.hands import Hands
from sessionlint.run.looking import Result
from sessionlint.run.planning import Plan, check_rules, plan
from sessionlint.run.request import FixLevel, Request, Stdin, available_cores
from sessionlint.run.settings.settings import OPTIONS, SELECTION
from sessionlint.run.timings import Timings


def run_check(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Run the command and return its exit code. Raises UsageError."""
    prepare()
    _refuse_contradictions(paths, options)
    outputs = read_outputs(options)
    request = _request(paths, {**options, "output_format": outputs.main.format if outputs.main else ""})
    if options["show_files"] or options["show_settings"]:
        planned = plan(request, warn)
        if planned.store:
            planned.store.close()
        check_rules(planned)
        return _show(planned, options)
    if options["watch"]:
        from sessionlint.commands.watch import run_watch

        return run_watch(request, lambda result: _report(request, result, outputs, options), quiet=options["quiet"])
    timings = Timings()
    # the process ends with the report: a collection before would look at all that was linked, and find no garbage
    with without_cycle_collection() if request.fix == "none" else nullcontext():
        result = _checked(request, options, timings)
        with timings.stage("report"):
            outcome = _report(request, result, outputs, options)
    if options["verbose"] and not options["quiet"]:
        from sessionlint.commands.account import account

        for line in account(result.plan, timings):
            say(line)
    if options["timings"]:
        for line in timings.lines():
            say(line)
    return _exit_code(replace(result, outcome=outcome), options)


def _checked(request: Request, options: Mapping[str, Any], timings: Timings) -> Result:
    """The run, with whoever waits for it being told."""
    if not is_anybody_waiting(options["quiet"], os.environ):
        return pipeline.check(request, warn, _hands(request, options), timings)
    with Waiting(timings) as waiting:

        def warn_aside(text: str) -> None:
            with waiting.aside():
                warn(text)

        return pipeline.check(request, warn_aside, _hands(request, options, waiting.aside), timings)


def _request(paths: Sequence[str], options: Mapping[str, Any]) -> Request:
    if "-" in paths and len(paths) > 1:
        raise UsageError("-: standard input cannot be checked together with other paths")
    if options["stdin_filename"] and "-" not in paths:
        raise UsageError("--stdin-filename: only with - (standard input)")
    stdin = Stdin(read_bytes(), options["stdin_filename"]) if "-" in paths else None
    level: FixLevel = "unsafe" if options["unsafe_fixes"] else "safe"
    return Request(
        paths=() if stdin else (tuple(paths) or (".",)),
        stdin=stdin,
        config=options["config"],
        options=tuple(_settings(options).items()),
        isolated=options["isolated"],
        project_root=options["project_root"],
        fix=level if any(options[way] for way in _WAYS_TO_FIX) else "none",
        cache=not options["no_cache"],
        cache_dir=options["cache_dir"],
        jobs=options["jobs"] or available_cores(),
        verbose=options["verbose"],
        baseline=options["baseline"],
        use_baseline=not options["no_baseline"],
        since=options["since"],
        staged=options["staged"],
        suppress=options["add_suppressions"],
    )


_WAYS_TO_FIX = ("fix", "fix_only", "diff", "interactive")
_NOT_OF_STANDARD_INPUT = ("interactive", "staged", "add_suppressions")
_CONTRADICTIONS = (
    ("since", "staged"),
    ("baseline", "no_baseline"),
    *(("add_suppressions", other) for other in (*_WAYS_TO_FIX, "staged", "statistics")),
)


def _refuse_contradictions(paths: Sequence[str], options: Mapping[str, Any]) -> None:
    if options["interactive"] and options["diff"]:
        raise UsageError("--interactive: not with --diff, which changes nothing")
    given = {option for option, value in options.items() if value not in (False, None)}
    for option in _NOT_OF_STANDARD_INPUT:
        if option in given and "-" in paths:
            raise UsageError(f"--{option.replace('_', '-')}: not with - (standard input)")
    for option, other in _CONTRADICTIONS:
        if {option, other} <= given:
            raise UsageError(f"--{option.replace('_', '-')}: not with --{other.replace('_', '-')}")
    if options["watch"] and ("-" in paths or any(options[way] for way in (*_WAYS_TO_FIX, "since", "staged", "add_suppressions"))):
        raise UsageError("--watch: only looks at the files; not with standard input, revisions, nor what makes or shows changes")


def _hands(
    request: Request, options: Mapping[str, Any], aside: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Hands | None:
    """How fixes get on disk; None when they do not. Questions are asked ``aside`` of what is told to whoever waits."""
    if request.fix == "none" or request.stdin or options["diff"]:
        return None
    if not options["interactive"]:
        return Hands()
    from sessionlint.commands.interactive import asking

    def look(root: Path) -> Look:
        return look_of(sys.stderr, options["color"], options["unsafe_fixes"], lambda path: relative(root / path))

    return Hands(asking(look, aside))


def _settings(options: Mapping[str, Any]) -> dict[str, object]:
    """The options that are settings, as a configuration file would hold them; only those that were given."""
    given = {key: options.get(key.replace("-", "_")) for key in (*SELECTION, *OPTIONS) if key not in ("cache-dir", "baseline")}
    settings = {key: value for key, value in given.items() if value not in (None, "", [], ())}
    if levels := options["severity_of"]:
        settings["severity"] = _severities(levels)
    if pairs := settings.get("per-file-ignores"):
        settings["per-file-ignores"] = _per_file(pairs)
    return settings


def _severities(levels: Sequence[str]) -> dict[str, str]:
    """``SES301=info`` -> the severity by rule."""
    for text in levels:
        if "=" not in text:
            raise UsageError(f'--severity-of: expected RULE=LEVEL, got "{text}"')
    return dict(text.split("=", 1) for text in levels)


def _per_file(pairs: Sequence[str]) -> dict[str, list[str]]:
    """``a.py:SES301,SES302,b.py:SES303`` -> the codes by pattern."""
    table: dict[str, list[str]] = {}
    for text in pairs:
        pattern = ""
        for item in text.split(","):
            before, colon, code = item.rpartition(":")
            pattern = before.strip() if colon else pattern
            if not pattern:
                raise UsageError(f'--per-file-ignores: expected PATTERN:RULES, got "{text}"')
            table.setdefault(pattern, []).append(code)
    return table


def _write(file: str, text: str, result: Result) -> None:
    write_report(file, text, result.plan.root.folder, frozenset(result.plan.files))


def _report(request: Request, result: Result, outputs: Outputs, options: Mapping[str, Any]) -> Outcome:
    """Tell what there is to tell, and return the outcome as it was told."""
    text, commands, outcome = _told(request, result, outputs, options)
    if outputs.main and outputs.main.file:
        _write(outputs.main.file, text if commands else inert(text), result)
    elif request.stdin and request.fix != "none" and not options["diff"]:
        show(text.rstrip("\n"), commands=commands) if text else None
    else:
        write_out(text, commands=commands)
    if request.stdin and request.fix != "none" and not options["diff"]:
        _write_fixed_stdin(request.stdin, result)
    for output in outputs.beside:
        look = _look(None, request, result, options)
        text, outcome = rendered(renderer(output.format), outcome, result.sources, look)
        _write(output.file or "", text if FORMATS[output.format].commands else inert(text), result)
    for line in result.unwritten.lines():
        say(f"error: {line}")
    closing = "" if _is_nothing_python(result) else _whole_closing(request, outcome, result, options)
    _say_rest(outcome, options, closing, _shown_path(result.plan, request))
    if not closing:
        say("error: nothing was checked: no Python file was given")
    return outcome


def _told(request: Request, result: Result, outputs: Outputs, options: Mapping[str, Any]) -> tuple[str, bool, Outcome]:
    """What a run shows, whether some of it are commands, and the outcome as it can be told."""
    look = _look(None if outputs.main and outputs.main.file else sys.stdout, request, result, options)
    if options["diff"]:
        from sessionlint.report import diff

        return diff.render(((change.before, change.text) for change in result.changes), look), False, result.outcome
    if outputs.main is None or options["fix_only"] or result.is_quit:
        return "", False, result.outcome
    name = "statistics" if options["statistics"] else result.plan.settings.output_format
    text, outcome = rendered(renderer(name), result.outcome, result.sources, look)
    if options["show_suppressed"]:
        text += _suppressed(outcome, result, name, look if name in _FOR_PEOPLE else _look(sys.stderr, request, result, options))
    return text, name in FORMATS and FORMATS[name].commands, outcome


def _look(stream: TextIO | None, request: Request, result: Result, options: Mapping[str, Any]) -> Look:
    """How things are shown on a stream, or in a file (None)."""
    colour: ColourChoice = "never" if stream is None and options["color"] == "auto" else options["color"]
    look = look_of(stream, colour, options["unsafe_fixes"], _shown_path(result.plan, request))
    return replace(look, repository_path=_repository_path(result.plan, request), page=rule_page)


def _whole_closing(request: Request, outcome: Outcome, result: Result, options: Mapping[str, Any]) -> str:
    closing = _closing(outcome, len(result.changes), options, _look(sys.stderr, request, result, options))
    return "\n".join([closing, *_after(outcome, result.plan, options)])


_FOR_PEOPLE = ("full", "concise", "statistics")


def _suppressed(outcome: Outcome, result: Result, name: str, look: Look) -> str:
    """What is hidden, to be told beside the findings; other programs get theirs undisturbed."""
    from sessionlint.report import suppressed

    text = suppressed.render(outcome, result.sources, look)
    if name in _FOR_PEOPLE:
        return text
    show(text.rstrip("\n")) if text else None
    return ""


def _after(outcome: Outcome, planned: Plan, options: Mapping[str, Any]) -> Iterator[str]:
    """What is told when all findings are counted: warnings that are too many, a baseline that is out of date, the way in."""
    yield from too_many_warnings(outcome.findings, planned.settings)
    yield from summary.stale_lines(outcome)
    is_first_look = not (planned.baseline or any(options[option] for option in _NO_FIRST_LOOK))
    if planned.settings.output_format == "full" and is_first_look:
        yield from summary.way_in(outcome)


_NO_FIRST_LOOK = ("no_baseline", "since", "staged", "statistics", *_WAYS_TO_FIX)


def _closing(outcome: Outcome, changed: int, options: Mapping[str, Any], look: Look) -> str:
    fixes = summary.fixes_list(outcome, look) if options["show_fixes"] else ""
    if options["diff"]:
        closing = summary.diff_lines(outcome, look)
    elif options["add_suppressions"] is not None:
        closing = f"{summary.suppressed_line(changed)}\n{summary.closing_lines(outcome, look)}"
    else:
        closing = (summary.fixed_line if options["fix_only"] else summary.closing_lines)(outcome, look)
    return f"{fixes}\n{closing}" if fixes else closing


def _write_fixed_stdin(stdin: Stdin, result: Result) -> None:
    source = result.sources.get(result.plan.stdin or "")
    write_bytes(source.encode(source.text) if result.changes and source else stdin.data)


_MOST_SKIPPED = 5  # a cookiecutter template would fill the screen


def _say_rest(outcome: Outcome, options: Mapping[str, Any], closing: str, shown_path: Callable[[str], str]) -> None:
    for error in outcome.errors:
        say(f"error: internal: {error}")
    if options["quiet"]:
        return
    for note in outcome.notes:
        say(f"note: {note}")
    few = len(outcome.skipped) <= _MOST_SKIPPED or options["verbose"]
    for skipped in outcome.skipped if few else outcome.skipped[:1]:
        say(f"note: {shown_path(skipped.path)}: skipped, {skipped.reason}")
    if not few:
        say(f"note: {len(outcome.skipped) - 1} more files were skipped; -v lists them")
    if not outcome.checked:
        say("warning: no Python files found under the given paths")
    elif options["verbose"]:
        say(f"Checked {outcome.checked} file{'' if outcome.checked == 1 else 's'}.")
    if closing:
        show(closing)


def _is_nothing_python(result: Result) -> bool:
    """Whether all that was asked for are files that turned out to be something else."""
    scope = result.plan.scope
    foreign = {skipped.path for skipped in result.outcome.skipped if skipped.reason in (NOT_PYTHON, NOTEBOOK)}
    return bool(scope.files) and not scope.folders and scope.files <= foreign


def _exit_code(result: Result, options: Mapping[str, Any]) -> int:
    if result.outcome.errors or result.unwritten.reasons or _is_nothing_python(result):
        return FAILED
    if options["exit_zero"]:
        return CLEAN
    if options["diff"]:
        return FOUND if result.changes else CLEAN
    if options["exit_non_zero_on_fix"] and result.outcome.fixed:
        return FOUND
    if options["fix_only"]:
        return CLEAN
    return FOUND if fails(result.outcome.findings, result.plan.settings) else CLEAN


def _show(plan: Plan, options: Mapping[str, Any]) -> int:
    if options["show_files"]:
        checked = (path for path in plan.files if path in plan.scope and pipeline.is_python(plan, path))
        shown = (visible(relative(plan.root.folder / path), keep="\t") for path in checked)
        write_out("".join(f"{path}\n" for path in shown))
    if options["show_settings"]:
        from sessionlint.commands.showing import settings_text

        write_out(settings_text(plan))
    return CLEAN


def _shown_path(plan: Plan, request: Request) -> Callable[[str], str]:
    """Paths as typed from the current folder; standard input by the name it was given."""
    name = request.stdin.filename or "-" if request.stdin else None
    return lambda path: name if name is not None and path == plan.stdin else relative(plan.root.folder / path)


def _repository_path(plan: Plan, request: Request) -> Callable[[str], str]:
    """Paths from the root of the repository around the project, or of the project where there is none."""
    folder = plan.root.folder
    around = folder.relative_to(repository_of(folder) or folder).as_posix()
    unnamed = plan.stdin if request.stdin and not request.stdin.filename else None
    return lambda path: "-" if path == unnamed else path if around == "." else f"{around}/{path}"
