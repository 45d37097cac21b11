"""The arithmetic of precision, and labels that come back from their file as they went in."""

from pathlib import Path

import pytest

from ecosystem.findings import Key
from ecosystem.labels import Label, Tally, read_labels, read_verdicts, short_id, tally, vanished, write_labels

LEAK = Key("demo", "SES301", "a.py", "run", "db = Session()")
AGAIN = LEAK._replace(ordinal=1)
ELSEWHERE = LEAK._replace(package="other")
NAMES = Key("demo", "SES101", "ä b.py", "", 'engine = create_engine("sqlite://")  # \x7f \\')


def test_precision_leaves_debatable_and_unlabelled_findings_out() -> None:
    assert Tally(true=19, false=1, debatable=30, unlabelled=50).precision == 0.95


def test_there_is_no_precision_without_a_decided_finding() -> None:
    assert Tally(debatable=3, unlabelled=2).precision is None


def test_findings_are_counted_by_rule_and_verdict() -> None:
    labels = {LEAK: Label("true", "leaks"), NAMES: Label("false", "lazy"), ELSEWHERE: Label("true", "not reported any more")}
    assert tally([LEAK, AGAIN, NAMES], labels) == {"SES101": Tally(false=1), "SES301": Tally(true=1, unlabelled=1)}


def test_vanished_are_labelled_findings_of_linted_packages_only() -> None:
    labels = {key: Label("true", "leaks") for key in (LEAK, AGAIN, ELSEWHERE)}
    assert vanished([LEAK], labels, ["demo"]) == [AGAIN]


def test_labels_survive_their_file_and_stand_sorted(tmp_path: Path) -> None:
    labels = {NAMES: Label("debatable", 'says "maybe"'), AGAIN: Label("false", "ünused"), LEAK: Label("true", "leaks")}
    path = tmp_path / "labels.toml"
    write_labels(path, labels)
    assert list(read_labels(path).items()) == sorted(labels.items(), key=lambda item: item[0])


def test_a_doubled_label_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "labels.toml"
    write_labels(path, {LEAK: Label("true", "leaks")})
    path.write_text(path.read_text("utf-8") * 2, "utf-8")
    with pytest.raises(ValueError, match="labelled twice"):
        read_labels(path)


def test_verdicts_name_findings_by_their_id() -> None:
    text = f"# first batch\n\n{short_id(AGAIN)} false closed by the  caller\n"
    assert read_verdicts(text, [LEAK, AGAIN]) == {AGAIN: Label("false", "closed by the  caller")}


@pytest.mark.parametrize("line", ["0123456789 true leaks", f"{short_id(LEAK)} true", f"{short_id(LEAK)} maybe leaks"])
def test_a_verdict_that_cannot_be_understood_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"line 1|not 'maybe'"):
        read_verdicts(line, [LEAK])
