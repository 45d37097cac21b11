"""Lists of repositories, in every form, and what is wrong with them."""

from io import BytesIO
from pathlib import Path

import pytest

from sessionlint.fleet.record import Target
from sessionlint.fleet.targets import Shard, Targets, is_url, without_credentials
from sessionlint.run.errors import UsageError


def _listed(text: str, shard: str = "1/1") -> list[Target]:
    return [*Targets("-", BytesIO(text.encode()), Shard.of(shard), pytest.fail)]


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("src/shop", Target("src/shop", "src/shop")),
        ("my repositories/shop", Target("my repositories/shop", "my repositories/shop")),
        ("https://github.com/a/shop.git", Target("github.com/a/shop", "https://github.com/a/shop.git")),
        ("https://github.com/a/shop@v1.2", Target("github.com/a/shop", "https://github.com/a/shop", "v1.2")),
        ("git+ssh://git@host/a/shop", Target("host/a/shop", "ssh://git@host/a/shop")),
        ("https://me:secret@host/a/shop", Target("host/a/shop", "https://me:secret@host/a/shop")),
        ("git@github.com:a/shop.git", Target("github.com/a/shop", "git@github.com:a/shop.git")),
        ("file:///srv/shop.git", Target("srv/shop", "file:///srv/shop.git")),
        ("ext::sh -c x", Target("ext::sh -c x", "ext::sh -c x")),  # a folder, then, and none that there is
    ],
)
def test_a_line_is_a_folder_or_a_url(line: str, target: Target) -> None:
    assert _listed(f"# the shops\n\n{line}\n") == [target]


def test_columns_have_names() -> None:
    text = "Name,URL,ref,owner,labels\norders,https://h/o,main,team-a,tier-1;python\n,/srv/b,,,\n"
    assert _listed("\ufeff" + text) == [
        Target("orders", "https://h/o", "main", "team-a", ("tier-1", "python")),
        Target("/srv/b", "/srv/b"),
    ]


def test_objects_have_keys() -> None:
    text = '{"source": "https://h/o", "owner": "team-a", "labels": ["x", "y"], "stars": 3}\n{"path": "/srv/b"}\n'
    assert _listed(text) == [Target("h/o", "https://h/o", "", "team-a", ("x", "y")), Target("/srv/b", "/srv/b")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("source,owner\na,b,c\n", "-:2: 3 cells under 2 columns"),
        ("source,owner\n,b\n", "-:2: no source"),
        ('{"source": 3}\n', "-:1: expected texts"),
        ('{"source": "a", "labels": {"a": 1}}\n', "-:1: expected texts"),
        ('{"source": "a"}\n{"source\n', "-:2: expected a JSON object"),
        ('{"source": "a", "revision": "--upload-pack=x"}\n', "-:1: no source, and no revision, looks like this"),
        ("-oProxyCommand=x\n", "-:1: no source"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        _listed(text)


def test_a_list_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"a\n\xff\xfe\n")
    with pytest.raises(UsageError, match="list:2: not UTF-8"):
        Targets(str(tmp_path / "list"), None, Shard(), pytest.fail)
    with pytest.raises(UsageError, match="no such file"):
        Targets(str(tmp_path / "nowhere"), None, Shard(), pytest.fail)


def test_a_pattern_stands_for_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a/shop", "b/shop", "b/[odd]"):
        Path(name).mkdir(parents=True)
    Path("a/shopping.txt").touch()
    assert [each.source for each in _listed("*/shop*\nb/[odd]\n")] == ["a/shop", "b/shop", "b/[odd]"]
    told: list[str] = []
    assert [*Targets("-", BytesIO(b"c/*\n"), Shard(), told.append)] == []
    assert told == ["-:1: c/*: nothing of that name"]


def test_a_folder_of_clones(tmp_path: Path) -> None:
    for name in ("plain/src", "clone/.git", "owner/one/.git", "owner/two/.git", "owner/notes", ".hidden/.git"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "file").touch()
    targets = Targets(str(tmp_path), None, Shard(), pytest.fail)
    assert targets.count == 4
    assert [each.repository for each in targets] == ["clone", "owner/one", "owner/two", "plain"]


def test_shards_are_all_and_none_twice_and_do_not_change_with_the_list() -> None:
    lines = [f"https://h/{number}" for number in range(60)]
    parts = [_listed("\n".join(lines), f"{number}/3") for number in (1, 2, 3)]
    assert all(parts)
    assert sorted(each.source for part in parts for each in part) == sorted(lines)
    assert _listed("\n".join(lines[30:]), "2/3") == [each for each in parts[1] if each.source in lines[30:]]


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "-1/2"])
def test_a_shard_that_there_cannot_be(text: str) -> None:
    with pytest.raises(UsageError, match="--shard: expected I/N"):
        Shard.of(text)


def test_a_password_is_not_shown() -> None:
    assert without_credentials("https://me:secret@host/a@b") == "https://host/a@b"
    assert is_url("https://me:secret@host/a@b")
