import pytest

from sessionlint.extract.module import extract
from sessionlint.extract.suppressions import suppressions
from sessionlint.model.facts import Suppression
from sessionlint.model.source import Source


def only(text: str) -> Suppression:
    (found,) = suppressions(text)
    return found


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", ()),
        ("#noqa", ()),
        ("# NOQA:SES301", ("SES301",)),
        ("# noqa: SES301, E501", ("SES301", "E501")),
        ("# noqa: SES301 E501  because", ("SES301", "E501")),
        ("# type: ignore # noqa: bare-session", ("bare-session",)),
    ],
)
def test_noqa_is_read_as_flake8_reads_it(comment: str, codes: tuple[str, ...]) -> None:
    text = f"x = 1  {comment}\n"
    found = only(text)
    assert (found.style, found.codes, found.problem) == ("noqa", codes, None)
    assert tuple(text[slice(*span)] for span in found.code_spans) == codes


@pytest.mark.parametrize("ours", ["# noqa", "# noqa: E501 SES301", "# noqa: e501, \u017fes301", "# sessionlint: ignore"])
def test_what_only_names_rules_of_other_linters_is_taken_down_beside_ours(ours: str) -> None:
    foreign = "import a  # noqa: E402\nx = 1  # type: ignore # NOQA : F401, N806 because\n"
    assert suppressions(foreign) == ()
    assert len(suppressions(f"{foreign}y = 2  {ours}\n")) == 3


def test_our_own_form_has_codes_a_date_and_a_reason() -> None:
    text = "x = 1  # sessionlint: ignore[SES301, bare-session] until=2027-01-31 -- the reason\n"
    found = only(text)
    assert (found.codes, found.until, found.reason) == (("SES301", "bare-session"), "2027-01-31", "the reason")
    assert text[slice(*found.covers)] == "x = 1"
    assert [text[slice(*span)] for span in found.code_spans] == ["SES301", "bare-session"]


@pytest.mark.parametrize("comment", ["# sessionlint: ignore-file", "# sessionlint: ignore-file[SES001]"])
def test_ignore_file_covers_the_whole_file_even_one_that_does_not_parse(comment: str) -> None:
    text = f"x = (\n{comment}\n"
    facts = extract(Source("a.py", text))
    assert facts.problem is not None
    assert facts.suppressions[0].covers == (0, len(text))


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("# sessionlint: ignroe", "did you mean 'ignore'?"),
        ("# sessionlint:", "no directive"),
        ("# sessionlint: ignore[SES301", "']' is missing"),
        ("# sessionlint: ignore[]", "names no rule"),
        ("# sessionlint: ignore SES301", "cannot understand 'SES301'"),
        ("# sessionlint: ignore until=2027-02-30", "'2027-02-30' is not a date"),
        ("# sessionlint: ignore until=tomorrow", "'tomorrow' is not a date"),
    ],
)
def test_what_cannot_be_understood_says_why_and_covers_nothing(comment: str, problem: str) -> None:
    found = only(f"x = 1  {comment}\n")
    assert found.problem is not None and problem in found.problem
    assert found.covers.start == found.covers.end


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("f(\n    a,  # noqa\n    b)\nc\n", "f(\n    a,  # noqa\n    b)"),
        ("f(\n    a,\n)  # noqa\nc\n", "f(\n    a,\n)"),
        ("# noqa\n# more\n\n@a\n@b\ndef c(\n  d):\n    e\n", "@a\n@b\ndef c(\n  d):"),
        ("@a  # noqa\ndef c(): pass\nd\n", "@a  # noqa\ndef c(): pass"),
        ("with a as b:  # noqa\n    c\n", "with a as b:"),
        ("x = '''\n'''  # noqa\n", "x = '''\n'''"),
        ("a = 1 + \\\n  2  # noqa\n", "a = 1 + \\\n  2"),
        ("a\r\n# noqa\r\nb\r\n", "b"),
        ("a\n# noqa", ""),
    ],
)
def test_a_comment_covers_its_logical_line_or_the_next(text: str, covered: str) -> None:
    assert text[slice(*only(text).covers)] == covered


@pytest.mark.parametrize(
    "text", ["x = '# noqa'\n", '"""\n# sessionlint: ignore\n"""\n', "noqa = 1\n", "# noqa-like\n", "# flake8: noqa\n"]
)
def test_what_is_no_suppression_comment_is_none(text: str) -> None:
    assert suppressions(text) == ()
