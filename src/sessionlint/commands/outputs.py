"""Which reports a run writes, and where to: ``--output-format FORMAT[:FILE]``, once or several times, and ``-o FILE``."""

from collections.abc import Mapping, Sequence
from typing import Any

from sessionlint.model.records import dataclass
from sessionlint.report.formats import FORMATS
from sessionlint.run.errors import UsageError
from sessionlint.run.files.report_file import check_destination
from sessionlint.run.settings.values import choice


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file that it goes to; None is standard output."""

    format: str
    file: str | None


@dataclass(frozen=True, slots=True)
class Outputs:
    """``main`` is what a run shows: in the format that the settings say, unless one is named here. ``beside`` are the reports
    that go to files of their own. Where there are only such, ``main`` is None, and nothing goes to standard output."""

    main: Output | None
    beside: Sequence[Output]


def read_outputs(options: Mapping[str, Any]) -> Outputs:
    """What the options say. Raises UsageError where two reports would go to one place."""
    given = [_output(text) for text in options["output_format"]]
    file = options["output_file"]
    shown = [output for output in given if output.file is None]
    beside = [output for output in given if output.file is not None]
    if len(shown) > 1:
        one, other = shown[0].format, shown[-1].format
        raise UsageError(f"--output-format: {one} and {other} cannot go to one place; name a file, as in {other}:FILE")
    if file and not shown and beside and not any(options[name] for name in ("diff", "statistics")):
        raise UsageError(f"-o {file}: each --output-format has a file of its own")
    if options["fix_only"] and (file or beside):
        raise UsageError("--fix-only: reports nothing, so there is nothing to write to a file")
    outputs = Outputs(_main(shown, beside, file, options), beside)
    _check_files([output.file for output in (*beside, *filter(None, [outputs.main])) if output.file is not None])
    return outputs


def _main(shown: Sequence[Output], beside: Sequence[Output], file: str | None, options: Mapping[str, Any]) -> Output | None:
    if beside and not shown and not (options["diff"] or options["statistics"]):
        return None
    return Output(shown[0].format if shown else "", file)


def _output(text: str) -> Output:
    name, colon, file = text.partition(":")
    if colon and not file:
        raise UsageError(f'--output-format: expected FORMAT or FORMAT:FILE, got "{text}"')
    try:
        return Output(choice(*FORMATS)(name), file or None)
    except ValueError as error:
        raise UsageError(f"--output-format: {error}") from None


def _check_files(files: Sequence[str]) -> None:
    for number, file in enumerate(files):
        if file in files[:number]:
            raise UsageError(f"{file}: two reports cannot go to one file")
        check_destination(file)
