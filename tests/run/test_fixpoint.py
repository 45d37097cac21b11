"""The loop around fixes, with rules made up for the purpose: they read the text, so that each case is a few letters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from sessionlint.edits.apply import Applied, apply_fixes
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Applicability, Edit, Finding, Fix, Rule, Severity
from sessionlint.model.source import Place, Source, Span
from sessionlint.rules.registry import RegisteredRule
from sessionlint.run import analysis
from sessionlint.run.analysis import Analysis, Everything
from sessionlint.run.fixing.fixpoint import Fixed, fix_all

Check = Callable[[Project, ModuleScope], Iterator[Finding]]


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts rules in the place of the real ones: each replaces a text by another. The first one uncovers what the
    second is about."""

    def install(*checks: Check) -> None:
        made = [
            RegisteredRule(
                Rule(
                    f"SES{900 + number}", f"rule-{number}", Severity.WARNING, "why", uncovers=number == 0, about_use=number == 1
                ),
                check,
                lambda comments: iter(()),
                Path(),
            )
            for number, check in enumerate(checks)
        ]
        monkeypatch.setattr(analysis, "registered_rules", lambda: tuple(made))

    return install


def _replacing(
    code: str, old: str, new: str, severity: Severity = Severity.WARNING, level: Applicability = Applicability.SAFE
) -> Check:
    def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
        source = project.source(module)
        start = source.text.find(old)
        while start >= 0:
            place = Place(module.path, Span(start, start + len(old)))
            yield Finding(code, place, old, severity, fix=Fix(f"{old} to {new}", (Edit(place, new),), level))
            start = source.text.find(old, start + 1)

    return check


def _fixed(text: str, unsafe: bool = False, only: str | None = None, scope: frozenset[str] | None = None) -> Fixed:
    sources = {"a.py": Source("a.py", text)}
    looking = Analysis(scope=scope if scope is not None else Everything(), prefilter=False)
    return fix_all(looking, sources, looking.check(sources), unsafe, only)


def test_fixes_are_applied_until_nothing_moves_and_counted(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "one", "two"), _replacing("SES901", "two", "three"))
    fixed = _fixed("one, two\n")
    assert fixed.sources["a.py"].text == "three, three\n"
    assert (fixed.outcome.fixed, fixed.outcome.findings, fixed.outcome.errors) == (3, (), ())


def test_overlapping_fixes_wait_for_the_next_pass(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "aba", "x"), _replacing("SES901", "bab", "y"))
    assert _fixed("abab = 1\n").sources["a.py"].text == "xb = 1\n"


def test_unsafe_fixes_wait_until_they_are_asked_for(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "one", "two", level=Applicability.UNSAFE))
    assert _fixed("one\n").outcome.fixable_unsafe == 1
    assert _fixed("one\n", unsafe=True).sources["a.py"].text == "two\n"


def test_a_fix_to_show_only_is_never_applied(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "one", "two", level=Applicability.DISPLAY))
    assert _fixed("one\n", unsafe=True).sources["a.py"].text == "one\n"


def test_a_fix_whose_result_does_not_parse_is_dropped_and_the_others_are_made(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "one", "(("), _replacing("SES901", "two", "three"))
    fixed = _fixed("x = one\ny = two\n")
    assert fixed.sources["a.py"].text == "x = one\ny = three\n"
    (error,) = fixed.outcome.errors
    assert error.startswith('a.py:1: the fix "one to ((" of SES900 was dropped: a.py would not parse: ')


def test_a_fix_that_brings_an_error_is_dropped(rules: Callable[..., None]) -> None:
    looking = _replacing("SES902", "bad", "bad", Severity.ERROR, Applicability.DISPLAY)
    rules(_replacing("SES900", "one", "bad"), _replacing("SES901", "two", "bad"), looking)
    fixed = _fixed("one\n")
    assert fixed.sources["a.py"].text == "one\n"
    assert fixed.outcome.errors == ('a.py:1: the fix "one to bad" of SES900 was dropped: it would bring SES902',)


def test_a_fix_that_uncovers_what_another_rule_is_about_is_made(rules: Callable[..., None]) -> None:
    looking = _replacing("SES901", "bad", "bad", Severity.ERROR, Applicability.DISPLAY)
    rules(_replacing("SES900", "one", "bad"), looking, _replacing("SES902", "two", "bad"))
    fixed = _fixed("one\n")
    assert (fixed.sources["a.py"].text, fixed.outcome.errors) == ("bad\n", ())
    assert [finding.code for finding in fixed.outcome.findings] == ["SES901"]
    assert _fixed("two\n").outcome.errors == ('a.py:1: the fix "two to bad" of SES902 was dropped: it would bring SES901',)


def test_a_fix_that_changes_nothing_is_dropped(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "one", "one"))
    assert _fixed("one\n").outcome.errors == ('a.py:1: the fix "one to one" of SES900 was dropped: it changes nothing',)


def test_fixes_that_undo_each_other_end_after_a_hundred_passes(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "one", "two"), _replacing("SES901", "two", "one"))
    assert _fixed("one\n").outcome.errors == ("fixes did not come to rest after 100 passes",)


def test_only_findings_in_scope_are_fixed_and_only_the_file_that_may_change(rules: Callable[..., None]) -> None:
    rules(_replacing("SES900", "one", "two"))
    assert _fixed("one\n", scope=frozenset({"b.py"})).sources["a.py"].text == "one\n"
    assert _fixed("one\n", only="b.py").sources["a.py"].text == "one\n"
    assert _fixed("one\n", only="a.py").sources["a.py"].text == "two\n"


def test_a_fix_that_we_fail_to_make_is_dropped_alone_and_told(
    rules: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(sources: Mapping[str, Source], fixes: Sequence[Fix]) -> Applied:
        if any(fix.title == "two to 2" for fix in fixes):
            raise KeyError("x")
        return apply_fixes(sources, fixes)

    monkeypatch.setattr("sessionlint.run.fixing.fixpoint.apply_fixes", failing)
    rules(_replacing("SES900", "one", "1"), _replacing("SES901", "two", "2"), _replacing("SES902", "three", "3"))
    fixed = _fixed("one\ntwo\nthree\n")
    assert fixed.sources["a.py"].text == "1\ntwo\n3\n"
    assert fixed.outcome.errors == ("a.py:2: the fix \"two to 2\" of SES901 was dropped: KeyError: 'x'",)
    assert [finding.code for finding in fixed.outcome.findings] == ["SES901"]


def test_a_file_that_was_broken_all_along_is_in_no_fixs_way() -> None:
    texts = {
        "app.py": "import multiprocessing\nfrom sqlalchemy import create_engine\nfrom sqlalchemy.orm import Session\n"
        "from settings import url\n\nengine = create_engine(url)\n\n\n"
        "def process(item):\n    with Session(engine) as session:\n        session.commit()\n\n\n"
        "def start():\n    process(0)\n    with multiprocessing.Pool() as pool:\n        pool.map(process, [1])\n",
        "broken.py": " multiprocessing\n\nfrom app import start\n\nmultiprocessing.set_start_method('spawn')\nstart()\n",
    }
    sources = {path: Source(path, text) for path, text in texts.items()}
    looking = Analysis()
    fixed = fix_all(looking, sources, looking.check(sources), True)
    assert fixed.outcome.errors == ()
    assert "def get_engine()" in fixed.sources["app.py"].text
    assert fixed.sources["broken.py"].text == texts["broken.py"]
