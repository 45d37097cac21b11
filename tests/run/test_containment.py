"""What goes wrong over one file or in one rule is told with its name, and costs nothing else."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.commands import check as check_command
from sessionlint.index.imports import outline
from sessionlint.link.names.scopes import ModuleScope, build_module
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.report.formats import FORMATS
from sessionlint.rules.registry import registered_rules
from sessionlint.run.extraction import extractor, worker, workers

FINDING = """\
from sqlalchemy.orm import sessionmaker

Maker = sessionmaker()


def load():
    session = Maker()
    return session.get(1, 2)
"""


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Checks a project of ``bad.py``, ``good.py`` and ``other.py``, each with a finding of SES301."""
    monkeypatch.chdir(tmp_path)
    for name in ("bad.py", "good.py", "other.py"):
        Path(name).write_text(FINDING)

    def run(*arguments: str) -> Result:
        shown = () if "--output-format" in arguments else ("--output-format", "concise")
        result = CliRunner().invoke(sessionlint, ["check", *shown, *(arguments or ("--no-cache",)), "."])
        assert "Traceback" not in result.output
        return result

    return run


def _failing(real: Callable[..., Any], error: BaseException, path_of: Callable[..., str]) -> Callable[..., Any]:
    def instead(*arguments: Any) -> Any:
        if path_of(*arguments) == "bad.py":
            raise error
        return real(*arguments)

    return instead


def _places(result: Result) -> list[str]:
    return [line.split(":")[0] for line in result.stdout.splitlines() if "SES301" in line]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("x"), "KeyError: 'x'"),
        (MemoryError(), "out of memory"),
        (RecursionError("deep"), "RecursionError: deep"),
        (type("PanicException", (BaseException,), {})("libcst"), "PanicException: libcst"),
    ],
)
def test_a_file_that_extraction_fails_with_is_named_and_the_others_are_checked(
    check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, error: BaseException, told: str
) -> None:
    from sessionlint.extract import module

    monkeypatch.setattr(module, "extract", _failing(module.extract, error, lambda source: source.path))
    result = check()
    assert (result.exit_code, _places(result)) == (2, ["good.py", "other.py"])
    assert f"error: internal: bad.py: {told}\n" in result.stderr


@pytest.mark.parametrize("name", ["suppressions", "lower", "seems_shallow"])
def test_whatever_it_fails_at_it_is_told_where(check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from sessionlint.extract import module

    Path("bad.py").write_text(f"{FINDING}# bad\n")
    real = getattr(module, name)
    broken = _failing(real, ZeroDivisionError("oops"), lambda text: "bad.py" if text.endswith("# bad\n") else "")
    monkeypatch.setattr(module, name, broken)
    result = check()
    assert (result.exit_code, _places(result)) == (2, ["good.py", "other.py"])
    assert "error: internal: bad.py: ZeroDivisionError: oops (extract/module.py:" in result.stderr


def test_a_file_that_cannot_be_decoded_for_a_reason_of_ours_is_named(
    check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sessionlint.run.files import reading

    monkeypatch.setattr(reading, "decoded", _failing(reading.decoded, KeyError("x"), lambda path, data: path))
    result = check()
    assert (result.exit_code, _places(result)) == (2, ["good.py", "other.py"])
    assert "error: internal: bad.py: KeyError: 'x'\n" in result.stderr


def test_a_file_whose_imports_cannot_be_told_is_named(check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("bad.py").write_text("import json\n")
    broken = _failing(outline, KeyError("x"), lambda source: source.path)
    monkeypatch.setattr("sessionlint.run.extraction.extractor.outline", broken)
    result = check()
    assert (result.exit_code, _places(result)) == (2, ["good.py", "other.py"])
    assert "error: internal: bad.py: KeyError: 'x'\n" in result.stderr


def test_a_failure_is_not_remembered(check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    from sessionlint.extract import module

    with monkeypatch.context() as patched:
        patched.setattr(module, "extract", _failing(module.extract, KeyError("x"), lambda source: source.path))
        assert check("-q").exit_code == 2
    result = check("-q")
    assert (result.exit_code, _places(result)) == (1, ["bad.py", "good.py", "other.py"])


def test_workers_tell_a_failure_over_one_file_as_this_process_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is a process of its own, so what fails there has to come in by its path: a module of that name is put first."""
    (tmp_path / "sitecustomize_failure.py").write_text(
        "from sessionlint.extract import module\n"
        "real = module.extract\n"
        "def extract(source):\n"
        "    return real(source) if source.path != 'bad.py' else 1 / 0\n"
        "module.extract = extract\n"
    )
    command = worker.command()
    code = command[3].replace(
        "from sessionlint.run.extraction.worker", "import sitecustomize_failure; from sessionlint.run.extraction.worker"
    )
    folders = json.dumps([str(tmp_path), *json.loads(command[4])])
    monkeypatch.setattr(workers, "command", lambda: [*command[:3], code, folders])
    monkeypatch.setattr(extractor, "_WORTH_A_WORKER", 1)
    texts = [extractor.Text(Source(name, FINDING)) for name in ("a.py", "bad.py", "c.py", "d.py")]
    found = extractor.Extractor(jobs=3).facts(texts)
    assert {path: module.failure for path, module in found.items() if module.failure} == {
        "bad.py": "ZeroDivisionError: division by zero"
    }
    assert all(found[path].body for path in ("a.py", "c.py", "d.py"))


def test_a_file_that_linking_fails_over_is_named_and_the_others_are_linked(
    check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = _failing(build_module, KeyError("x"), lambda module, *_: module.path if module.body else "")
    monkeypatch.setattr("sessionlint.link.project.build_module", broken)
    result = check()
    assert (result.exit_code, _places(result)) == (2, ["good.py", "other.py"])
    assert "error: internal: bad.py: KeyError: 'x' (link/project.py:" in result.stderr


def _with_rule(monkeypatch: pytest.MonkeyPatch, code: str, check: Callable[[Project, ModuleScope], Iterator[Finding]]) -> None:
    rules = tuple(replace(entry, check=check) if entry.rule.code == code else entry for entry in registered_rules())
    monkeypatch.setattr("sessionlint.run.analysis.registered_rules", lambda: rules)


def test_a_rule_that_fails_keeps_what_it_found_before_names_the_file_and_goes_on_with_the_others(
    check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = next(entry.check for entry in registered_rules() if entry.rule.code == "SES301")

    def failing(project: Project, module: ModuleScope) -> Iterator[Finding]:
        for finding in real(project, module):
            yield finding
            if module.path == "good.py":
                project.layout.module_name(module)  # type: ignore[arg-type]

    _with_rule(monkeypatch, "SES301", failing)
    result = check("--no-cache", "--extend-select", "SES101")
    assert (result.exit_code, _places(result)) == (2, ["bad.py", "good.py", "other.py"])
    assert "error: internal: SES301 failed in good.py: " in result.stderr
    assert "(link/names/layout.py:" in result.stderr


def test_a_rule_that_runs_out_of_memory_is_no_finding(check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Project, __: ModuleScope) -> Iterator[Finding]:
        raise MemoryError

    _with_rule(monkeypatch, "SES101", failing)
    result = check()
    assert (result.exit_code, _places(result)) == (2, ["bad.py", "good.py", "other.py"])
    assert "error: internal: SES101 failed in bad.py and 2 more files: out of memory\n" in result.stderr


@pytest.mark.parametrize("name", FORMATS)
def test_a_finding_that_cannot_be_shown_is_named_and_the_others_are_shown(
    check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for path in ("_shown_path", "_repository_path"):
        monkeypatch.setattr(check_command, path, lambda *_: _failing(str, KeyError("x"), str))
    result = check("--no-cache", "--output-format", name)
    assert result.exit_code == 2
    assert "good.py" in result.stdout
    assert not re.search(r"bad\.py\W*7", result.stdout)
    assert "error: internal: bad.py: SES301 could not be shown: KeyError: 'x' (report/" in result.stderr
    if name == "json":
        report = json.loads(result.stdout)
        assert [finding["filename"] for finding in report["findings"]] == ["good.py", "other.py"]
        assert report["summary"]["errors"] == len(report["errors"]) == 1


@pytest.mark.parametrize(
    ("error", "told"), [(MemoryError(), "out of memory"), (OSError(28, "No space left", "a.db"), "a.db: No space")]
)
def test_what_ends_a_run_is_told_in_a_line_and_never_taken_for_a_finding(
    check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr("sessionlint.run.pipeline.check", failing)
    result = check()
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(f"error: {told}")


def test_verbose_tells_all_the_calls_that_led_to_a_failure(check: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise KeyError("\x1b[2J\n::error::x")

    monkeypatch.setattr("sessionlint.run.pipeline.check", failing)
    assert "a bug in sessionlint" in check().stderr
    result = CliRunner().invoke(sessionlint, ["check", "-v", "."])
    assert "error: Traceback (most recent call last):\n" in result.stderr
    assert "\x1b" not in result.stderr and "\n::" not in result.stderr
