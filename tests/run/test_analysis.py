"""Selection, severities, scope and suppression, on texts in memory."""

from collections.abc import Container, Iterator
from datetime import date
from pathlib import Path

import pytest

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Source, Span
from sessionlint.rules.registry import RegisteredRule, registered_rules
from sessionlint.run import analysis
from sessionlint.run.analysis import Analysis, Everything, analyse_sources
from sessionlint.run.errors import UsageError
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import Override, Settings

DB = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker


def factory(url):{defined}
    return sessionmaker(create_engine(url))


Make = factory("x")
"""
USE = "from db import Make\n\n\ndef load():\n    opened = Make(){used}\n    return opened.get(1, 2)\n"
TODAY = date(2026, 5, 1)


def _outcome(settings: Settings | None = None, scope: Container[str] | None = None, **comments: str) -> Outcome:
    """The example project: ``use.py`` opens a session (SES301) of the factory in ``db.py`` and never closes it."""
    texts = {
        "db.py": DB.format(defined=comments.get("defined", "")),
        "use.py": USE.format(used=comments.get("used", "")),
    }
    sources = {path: Source(path, text) for path, text in texts.items()}
    chosen = settings or Settings(layers=(Layer(select=("SES301", "SES00")),))
    return Analysis(chosen, scope=scope or Everything(), today=TODAY).check(sources).outcome


def _codes(outcome: Outcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


def test_a_finding_crosses_files_and_files_without_any_hint_are_read_when_they_use_a_name_that_leads_to_a_session() -> None:
    outcome = _outcome()
    assert [(finding.code, finding.place.path) for finding in outcome.findings] == [("SES301", "use.py")]


def test_the_findings_of_a_scope_are_those_with_a_place_of_their_trace_in_it() -> None:
    (finding,) = _outcome().findings
    elsewhere = [place.path for place in finding.trace if place.path != "use.py"]
    assert _codes(_outcome(scope={"use.py"})) == ["SES301"]
    assert _codes(_outcome(scope=set(elsewhere))) == ["SES301"] * bool(elsewhere)
    assert _codes(_outcome(scope={"other.py"})) == []


@pytest.mark.parametrize(
    "comment",
    [
        "  # noqa",
        "  # noqa: SES301",
        "  # noqa: E501, ses301",
        "  # noqa: SES3",
        "  # sessionlint: ignore",
        "  # sessionlint: ignore[bare-session] -- why",
        "  # sessionlint: ignore[SES301] until=2026-05-01",
    ],
)
def test_a_comment_on_the_line_suppresses_a_finding_by_code_name_prefix_or_all(comment: str) -> None:
    outcome = _outcome(used=comment)
    assert _codes(outcome) == []
    assert [entry.finding.code for entry in outcome.suppressed] == ["SES301"]


@pytest.mark.parametrize("comment", ["  # noqa: E501", "  # noqa: SES302", "  # type: ignore"])
def test_a_comment_for_others_suppresses_nothing(comment: str) -> None:
    assert _codes(_outcome(used=comment)) == ["SES301"]


def _remote(comment: str) -> list[str]:
    sources = {
        "db.py": Source("db.py", f"from sqlalchemy.orm import sessionmaker\n\nMake = sessionmaker(){comment}\n"),
        "use.py": Source("use.py", USE.format(used="")),
    }
    return _codes(Analysis(Settings(layers=(Layer(select=("SES301", "SES00")),)), today=TODAY).check(sources).outcome)


def test_a_comment_works_at_every_place_of_the_trace_in_any_file() -> None:
    assert _remote("") == ["SES301"]
    assert _remote("  # noqa: SES301") == []
    assert _remote("  # sessionlint: ignore[bare-session]") == []
    assert _remote("\n# sessionlint: ignore-file[SES3]") == []


def test_a_noqa_without_codes_counts_at_the_place_of_the_finding_only() -> None:
    assert _remote("  # noqa") == ["SES301"]


def test_a_comment_that_suppresses_nothing_is_reported_once_with_a_fix() -> None:
    outcome = _outcome(defined="  # noqa: SES301")
    assert _codes(outcome) == ["SES002", "SES301"]
    assert outcome.findings[0].fix is not None
    assert outcome.fixable_safe >= 1


def test_a_comment_for_a_rule_that_did_not_run_is_not_called_unused() -> None:
    assert "SES002" not in _codes(_outcome(defined="  # noqa: SES302"))
    assert "SES002" not in _codes(_outcome(defined="  # sessionlint: ignore"))
    assert "SES002" not in _codes(_outcome(defined="  # noqa"))


def test_a_comment_without_codes_is_unused_when_every_rule_ran() -> None:
    assert "SES002" in _codes(_outcome(Settings(layers=(Layer(select=("ALL",)),)), defined="  # sessionlint: ignore"))


def test_only_a_comment_that_names_a_rule_about_comments_suppresses_it() -> None:
    assert "SES002" not in _codes(_outcome(defined="  # noqa: SES301, SES002"))
    assert "SES002" in _codes(_outcome(used="  # sessionlint: ignore[SES301]", defined="  # noqa: SES301 # noqa"))


def test_an_expired_comment_hides_nothing_and_is_reported_as_expired_only() -> None:
    assert _codes(_outcome(used="  # sessionlint: ignore[SES301] until=2026-04-30")) == ["SES301", "SES005"]


def test_an_unknown_rule_and_a_malformed_comment_are_reported() -> None:
    outcome = _outcome(used="  # sessionlint: ignore[SES999, SES301]", defined="  # sessionlint: ignroe")
    assert _codes(outcome) == ["SES004", "SES003"]
    assert _codes(_outcome(used="  # noqa: E999, SES301")) == []


def test_reasons_are_asked_for_where_the_project_wants_them() -> None:
    settings = Settings(layers=(Layer(select=("SES301", "SES00")),), require_reason=True)
    assert _codes(_outcome(settings, used="  # sessionlint: ignore[SES301] -- closed by the worker")) == []
    assert _codes(_outcome(settings, used="  # sessionlint: ignore[SES301]")) == ["SES006"]
    assert _codes(_outcome(settings, used="  # noqa: SES301")) == ["SES006"]
    assert _codes(_outcome(settings, used="  # noqa")) == []


def test_per_file_ignores_and_overrides_speak_of_the_file_of_the_finding() -> None:
    base = (Layer(select=("SES301",)),)
    assert _codes(_outcome(Settings(layers=base, per_file_ignores={"use.py": ("bare-session",)}))) == []
    assert _codes(_outcome(Settings(layers=base, per_file_ignores={"db.py": ("SES301",)}))) == ["SES301"]
    assert _codes(_outcome(Settings(layers=base, overrides=(Override(("u*.py",), Layer(ignore=("SES3",))),)))) == []
    off = (Layer(select=("SES001",)),)
    assert _codes(_outcome(Settings(layers=off, overrides=(Override(("use.py",), Layer(extend_select=("SES301",))),)))) == [
        "SES301"
    ]


def test_severities_are_set_by_selector_and_the_more_specific_wins() -> None:
    layers = (Layer(select=("SES301",)),)
    (finding,) = _outcome(Settings(layers=layers, severity={"SES301": Severity.INFO, "ALL": Severity.ERROR})).findings
    assert finding.severity is Severity.INFO
    override = Override(("use.py",), severity={"SES3": Severity.ERROR})
    (finding,) = _outcome(Settings(layers=layers, severity={"SES301": Severity.INFO}, overrides=(override,))).findings
    assert finding.severity is Severity.ERROR


def test_a_file_that_does_not_parse_is_noted_when_no_finding_says_so() -> None:
    source = Source("a.py", "import sqlalchemy.engine\ndef broken(:\n")
    only = Settings(layers=(Layer(select=("SES301",)),))
    assert [finding.code for finding in analyse_sources({"a.py": source}).findings] == ["SES001"]
    (note,) = analyse_sources({"a.py": source}, settings=only).notes
    assert note.startswith("a.py: not checked, it could not be parsed: ")


def test_a_rule_that_fails_is_an_internal_error_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(project: Project, module: ModuleScope) -> Iterator[Finding]:
        raise KeyError("x")

    real = registered_rules()
    broken = [
        entry if entry.rule.code != "SES101" else type(entry)(entry.rule, failing, entry.check_comments, entry.page)
        for entry in real
    ]
    monkeypatch.setattr(analysis, "registered_rules", lambda: tuple(broken))
    outcome = _outcome(Settings())
    (error,) = outcome.errors
    assert error.startswith("SES101 failed in db.py and 1 more file: KeyError: 'x'")
    assert "SES301" in _codes(outcome)


def test_a_rule_is_asked_about_each_module_but_those_in_whose_role_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
        asked.append(module.path)
        yield rule.finding(Place(module.path, Span(0, 1)), "found")

    rule = Rule(
        *("SES900", "made-up", Severity.ERROR, "why"), silent_in=frozenset({Role.TEST}), milder_in=frozenset({Role.SCRIPT})
    )
    made = RegisteredRule(rule, check, lambda comments: iter(()), Path())
    monkeypatch.setattr(analysis, "registered_rules", lambda: (made,))
    texts = {"app.py": DB, "scripts/load.py": DB, "tests/test_app.py": DB}
    outcome = Analysis(today=TODAY).check({path: Source(path, text.format(defined="")) for path, text in texts.items()}).outcome
    assert asked == ["app.py", "scripts/load.py"]
    assert [finding.severity for finding in outcome.findings] == [Severity.ERROR, Severity.INFO]


def test_settings_that_name_an_unknown_rule_are_refused() -> None:
    with pytest.raises(UsageError, match="unknown rule"):
        analyse_sources({}, settings=Settings(layers=(Layer(select=("nonsense",)),)))


def test_the_milder_form_of_a_rule_that_is_on_is_shown_on_request_only() -> None:
    """SES409 warns of a request with two sessions; that two providers exist, it says to those who ask."""
    text = """\
from fastapi import Depends
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


def get_db():
    with SessionLocal() as db:
        yield db


def get_session():
    with SessionLocal() as db:
        yield db


def first(db=Depends(get_db)): ...


def second(db=Depends(get_session)): ...
"""

    def codes(layer: Layer, *overrides: Override) -> list[str]:
        settings = Settings(layers=(layer,), overrides=overrides)
        return _codes(Analysis(settings, today=TODAY).check({"app.py": Source("app.py", text)}).outcome)

    assert "SES409" not in codes(Layer())
    assert "SES409" not in codes(Layer(select=("SES409",), ignore=("SES409",)))
    for asked in (Layer(select=("SES409",)), Layer(extend_select=("duplicate-provider",)), Layer(select=("ALL",))):
        assert "SES409" in codes(asked)
    assert "SES409" in codes(Layer(), Override(files=("app.py",), layer=Layer(extend_select=("SES409",))))


BUILT = "from sqlalchemy import create_engine\n\nengine = create_engine('sqlite:///app.db')\n"


def test_no_fix_is_looked_for_where_nobody_is_shown_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("looked for")

    monkeypatch.setattr("sessionlint.rules.engine.import_time_engine.fix.lazy_engine_fix", failing)
    sources = {"db.py": Source("db.py", BUILT)}
    assert not analyse_sources(sources).errors
    for layer in (Layer(extend_select=("SES101",)), Layer(select=("SES",))):
        assert "looked for" in analyse_sources(sources, settings=Settings(layers=(layer,))).errors[0]
    override = Override(files=("d*.py",), layer=Layer(extend_select=("SES101",)))
    assert "looked for" in analyse_sources(sources, settings=Settings(overrides=(override,))).errors[0]
