"""A rule that is called otherwise now keeps its former code and name, wherever a rule is named, and says so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.model.finding import Rule, Severity, Stability
from sessionlint.rules.registry import registered_rules
from sessionlint.rules.session import bare_session
from sessionlint.run.settings.selectors import Layer, selected_codes

LEAK = """\
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


def leaks():
    db = SessionLocal(){comment}
    db.execute("select 1")
"""
NOTE = "SES399 is called SES301 (bare-session) now; the former name keeps working"
FORMER = ["SES399", "ses399", "unclosed-session"]


@pytest.fixture(autouse=True)
def _renamed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if SES301 bare-session had been SES399 unclosed-session before."""
    monkeypatch.setattr(bare_session, "RULE", replace(bare_session.RULE, former=("SES399", "unclosed-session")))
    registered_rules.cache_clear()
    yield
    registered_rules.cache_clear()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(LEAK.format(comment=""))
    (tmp_path / "sessionlint.toml").write_text("")
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(sessionlint, [*arguments])


def _check(project: Path, *arguments: str) -> Result:
    return _run("check", str(project), "--output-format", "concise", "-j", "1", "--no-cache", *arguments)


@pytest.mark.parametrize("name", FORMER)
def test_it_is_selected_and_ignored_by_a_former_name(name: str, project: Path) -> None:
    chosen = _check(project, "--select", name)
    assert (chosen.exit_code, "SES301" in chosen.stdout) == (1, True)
    left = _check(project, "--ignore", name)
    assert (left.exit_code, "SES301" in left.stdout) == (0, False)
    assert f"note: {name} is called SES301 (bare-session) now" in chosen.stderr
    assert f"note: {name} is called SES301 (bare-session) now" in left.stderr


@pytest.mark.parametrize(
    ("settings", "severity"),
    [
        ('[severity]\nSES399 = "info"\n', "info"),
        ('[per-file-ignores]\n"app.py" = ["SES399"]\n', None),
        ('[[overrides]]\nfiles = ["app.py"]\nseverity = {SES399 = "warning"}\n', "warning"),
        ('[[overrides]]\nfiles = ["app.py"]\nignore = ["SES399"]\n', None),
    ],
)
def test_a_configuration_may_name_it_as_before(settings: str, severity: str | None, project: Path) -> None:
    (project / "sessionlint.toml").write_text(settings)
    result = _check(project)
    assert result.exit_code == (1 if severity == "warning" else 0)
    assert (f"SES301 [{severity}]" in result.stdout) is (severity is not None)
    assert result.stderr.count(NOTE) == 1


def test_an_unchanged_project_is_told_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONLINT_CACHE_DIR", str(project.parent / "cache"))
    told = [_run("check", str(project), "--ignore", "SES399", "-j", "1").stderr for _ in range(2)]
    assert [NOTE in each for each in told] == [True, True]


@pytest.mark.parametrize("comment", ["  # noqa: SES399", "  # sessionlint: ignore[unclosed-session] -- why"])
def test_a_comment_hides_it_as_before_and_is_told_of(comment: str, project: Path) -> None:
    (project / "app.py").write_text(LEAK.format(comment=comment))
    result = _check(project)
    assert (result.exit_code, "SES301" in result.stdout.replace("called SES301", "")) == (0, False)
    assert "SES003 [info]" in result.stdout
    assert "is called SES301 (bare-session) now; the former name keeps working" in result.stdout


def test_an_entry_of_a_baseline_stands_for_it_as_before(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert _run("baseline", "create").exit_code == 0
    baseline = project / "sessionlint-baseline.jsonl"
    baseline.write_text(baseline.read_text().replace("SES301", "SES399"))
    result = _check(project)
    assert (result.exit_code, "SES301" in result.stdout) == (0, False)
    assert _run("baseline", "update").exit_code == 0
    assert "SES301" in baseline.read_text()
    assert "SES399" not in baseline.read_text()


def test_its_page_is_shown_under_a_former_name() -> None:
    result = _run("rule", "SES399")
    assert result.exit_code == 0
    assert result.stdout.startswith("bare-session (SES301)")
    assert NOTE in result.stderr


def _rule(stability: Stability, on: bool = False) -> Rule:
    return Rule("SES398", "new-thing", Severity.WARNING, "why", on, stability=stability)


@pytest.mark.parametrize("stability", [Stability.PREVIEW, Stability.DEPRECATED])
def test_what_is_not_stable_is_selected_by_its_own_name_alone(stability: Stability) -> None:
    rule = _rule(stability)
    wide = [selected_codes([Layer(select=(selector,))], [rule]) for selector in ("ALL", "SES", "SES3", "SES39")]
    assert wide == [frozenset()] * 4
    assert selected_codes([Layer(select=("ALL", "SES398"))], [rule]) == {"SES398"}
    assert selected_codes([Layer(extend_select=("new-thing",))], [rule]) == {"SES398"}
    assert selected_codes([Layer(select=("SES398",)), Layer(ignore=("SES3",))], [rule]) == frozenset()


def test_a_rule_in_preview_is_off_by_default() -> None:
    rules = [entry.rule for entry in registered_rules()]
    assert [rule.code for rule in rules if rule.stability is Stability.PREVIEW and rule.on] == []


def test_a_deprecated_rule_says_so_where_it_is_selected(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bare_session, "RULE", replace(bare_session.RULE, stability=Stability.DEPRECATED))
    registered_rules.cache_clear()
    told = "note: SES301 (bare-session) is deprecated"
    assert told in _check(project, "--select", "SES301").stderr
    assert told not in _check(project, "--ignore", "SES301").stderr
    assert told not in _check(project).stderr
