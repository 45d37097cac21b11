from pathlib import Path

import pytest

from sessionlint.model.finding import Severity
from sessionlint.report.formats import FORMATS
from sessionlint.run.errors import UsageError
from sessionlint.run.settings.config import checked, config_in, merged, read_config, read_inline
from sessionlint.run.settings.doubts import doubts
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import OPTIONS, Settings


def _refused(tmp_path: Path, text: str, name: str = "pyproject.toml") -> str:
    (tmp_path / name).write_bytes(text.encode())
    with pytest.raises(UsageError) as refusal:
        read_config(tmp_path / name, name)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_every_option_has_its_place_in_the_settings() -> None:
    fields = set(Settings.__dataclass_fields__)
    assert {key.replace("-", "_") for key in OPTIONS} == fields - {"layers", "overrides"}


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "sessionlint.toml").write_text(
        """
        select = ["SES3", "import-time-engine"]
        extend-ignore = ["SES302"]
        per-file-ignores = {"tests/*" = ["SES301"]}
        extend-exclude = ["generated"]
        src = ["lib"]
        output-format = "concise"
        require-reason = true
        required-version = ">=0.1"
        fail-on = "error"
        sqlalchemy-version = "1.4"
        [severity]
        SES101 = "info"
        [[overrides]]
        files = ["scripts/*"]
        ignore = ["SES101"]
        severity = {SES301 = "info"}
        """
    )
    settings = merged([read_config(tmp_path / "sessionlint.toml", "sessionlint.toml")])
    assert settings.layers == (Layer(("SES3", "import-time-engine"), (), ("SES302",)),)
    assert settings.per_file_ignores == {"tests/*": ("SES301",)}
    assert settings.severity == {"SES101": Severity.INFO}
    assert settings.sqlalchemy_version == (1, 4)
    assert (settings.require_reason, settings.fail_on, settings.output_format) == (True, "error", "concise")
    (override,) = settings.overrides
    assert (override.files, override.layer.ignore, override.severity) == (("scripts/*",), ("SES101",), {"SES301": Severity.INFO})


def test_later_layers_replace_values_extend_excludes_and_update_tables() -> None:
    weak = read_inline('exclude = ["a"]\nextend-exclude = ["b"]\nseverity = {SES1 = "info", SES2 = "info"}')
    strong = read_inline('exclude = ["c"]\nextend-exclude = ["d"]\nseverity = {SES2 = "error"}')
    settings = merged([weak, strong])
    assert (settings.exclude, settings.extend_exclude) == (("c",), ("b", "d"))
    assert settings.severity == {"SES1": Severity.INFO, "SES2": Severity.ERROR}


def test_only_a_pyproject_with_our_table_is_our_configuration(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[dependency-groups]\nlint = ["sessionlint"]\n')
    assert config_in(tmp_path) is None
    project.write_text("broken = [")
    assert config_in(tmp_path) is None
    project.write_text("[tool.sessionlint]\n")
    assert config_in(tmp_path) == project
    (tmp_path / "sessionlint.toml").touch()
    assert config_in(tmp_path) == tmp_path / "sessionlint.toml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[tool.ruff]\nselect = []\n[tool.sessionlint]\nselct = []",
            'pyproject.toml:4: selct: unknown key; did you mean "select"?',
        ),
        ("[tool.sessionlint]\nselect = 'SES3'", 'pyproject.toml:2: select: expected a list of strings, got "SES3"'),
        ("[tool.sessionlint]\nselect = [3]", "pyproject.toml:2: select: expected a list of strings, got 3 in it"),
        ("[tool.sessionlint]\nforce-exclude = 1", "pyproject.toml:2: force-exclude: expected true or false, got 1"),
        (
            "[tool.sessionlint]\noutput-format = 'ful'",
            f'pyproject.toml:2: output-format: expected one of {", ".join(FORMATS)}; got "ful"; did you mean "full"?',
        ),
        (
            "[tool.sessionlint.severity]\nSES101 = 'warn'",
            'pyproject.toml:2: severity: "SES101": expected one of error, warning, info; got "warn"; did you mean "warning"?',
        ),
        (
            "[tool.sessionlint]\nsession-factories = ['make_session']",
            'pyproject.toml:2: session-factories: expected a dotted name such as "package.module.name", got "make_session"',
        ),
        (
            "[tool.sessionlint]\nsession-factories = ['app.db.make()']",
            'pyproject.toml:2: session-factories: expected a dotted name such as "package.module.name", got "app.db.make()"',
        ),
        (
            "[tool.sessionlint]\nsession-providers = ['asnyc app.db.get_db']",
            'pyproject.toml:2: session-providers: expected "async", "with", "async with" or nothing before "app.db.get_db", '
            'got "asnyc"; did you mean "async"?',
        ),
        (
            "[tool.sessionlint]\nbackground-task-callers = ['async app.tasks.enqueue']",
            'pyproject.toml:2: background-task-callers: expected nothing before "app.tasks.enqueue", got "async"',
        ),
        (
            "[tool.sessionlint]\nwaiting-calls = ['async app.mail.send']",
            'pyproject.toml:2: waiting-calls: expected nothing before "app.mail.send", got "async"',
        ),
        (
            "[tool.sessionlint]\nsession-provider = ['app.db.get_db']",
            "pyproject.toml:2: session-provider: expected a string, got a list",
        ),
        (
            "[tool.sessionlint]\nsession-factory = ['app.db.make']",
            'pyproject.toml:2: session-factory: unknown key; did you mean "session-factories"?',
        ),
        ("[tool.sessionlint]\nper-file-ignores = []", "pyproject.toml:2: per-file-ignores: expected a table, got a list"),
        (
            "[tool.sessionlint]\npython-version = 3.1",
            'pyproject.toml:2: python-version: expected a version such as "2.0", got 3.1',
        ),
        (
            "[tool.sessionlint]\nrequired-version = 'new'",
            'pyproject.toml:2: required-version: expected a version range such as ">=0.1", got "new"',
        ),
        ("[[tool.sessionlint.overrides]]\nignore = []", "pyproject.toml:1: overrides: each needs files, a list of patterns"),
        (
            "[[tool.sessionlint.overrides]]\nfiles = ['a']\nselekt = []",
            'pyproject.toml:3: selekt: unknown key; did you mean "select"?',
        ),
        (
            "[tool.sessionlint]\nignore = ['SES2']\nseverity = { SES1 = 'info', SES2 = 'warn' }",
            'pyproject.toml:3: severity: "SES2": expected one of error, warning, info; got "warn"; did you mean "warning"?',
        ),
        (
            "[tool.sessionlint]\ntarget-version = 'py310'",
            'pyproject.toml:2: target-version: unknown key; did you mean "python-version"?',
        ),
        ("[tool.sessionlint]\noverrides = 1", "pyproject.toml:2: overrides: expected tables, [[tool.sessionlint.overrides]]"),
    ],
)
def test_a_wrong_setting_is_refused_with_line_key_and_suggestion(tmp_path: Path, text: str, message: str) -> None:
    assert _refused(tmp_path, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "# ours\n[tool.sessionlint]\nselect = []",
            "2: tool: unknown key; leave out [tool.sessionlint]: outside of pyproject.toml, keys stand by themselves",
        ),
        (
            "[sessionlint.severity]\nSES1 = 'info'",
            "1: sessionlint: unknown key; leave out [sessionlint]: outside of pyproject.toml, keys stand by themselves",
        ),
        ("tool = 1", "1: tool: unknown key"),
        (
            "[severity]\nSES1 = 'info'\nSES2 = 'warn'",
            '3: severity: "SES2": expected one of error, warning, info; got "warn"; did you mean "warning"?',
        ),
    ],
)
def test_a_file_of_our_own_has_its_keys_without_a_table(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "sessionlint.toml").write_text(text)
    with pytest.raises(UsageError) as refusal:
        read_config(tmp_path / "sessionlint.toml", "sessionlint.toml")
    assert str(refusal.value) == f"sessionlint.toml:{message}"


def test_broken_toml_and_other_encodings_are_refused_with_their_place(tmp_path: Path) -> None:
    assert _refused(tmp_path, "[tool.sessionlint]\nselect = [").startswith("pyproject.toml: invalid TOML: ")
    (tmp_path / "sessionlint.toml").write_bytes("select = []".encode("utf-16"))
    with pytest.raises(UsageError, match="not UTF-8"):
        read_config(tmp_path / "sessionlint.toml", "sessionlint.toml")


def test_a_file_with_byte_order_mark_and_crlf_is_read(tmp_path: Path) -> None:
    (tmp_path / "sessionlint.toml").write_bytes(b"\xef\xbb\xbffail-on = 'never'\r\nsrc = ['a']\r\n")
    assert merged([read_config(tmp_path / "sessionlint.toml", "x")]).fail_on == "never"


def test_every_named_rule_is_given_with_its_key() -> None:
    layer = checked({"select": ["SES3"], "per-file-ignores": {"a": ["SES1"]}}, lambda key, value: f"{key}={value}")
    assert list(layer.selectors()) == [("SES3", "select"), ("SES1", "per-file-ignores")]


def test_settings_that_do_nothing_are_doubted_at_their_place(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "sessionlint.toml").write_text(
        'src = ["lib", "nope"]\nexclude = ["a\\\\b", "c/d"]\n'
        '[per-file-ignores]\n"e" = []\n"f\\\\*" = []\n[[overrides]]\nfiles = ["g", "h\\\\i"]\n'
    )
    layers = [
        read_config(tmp_path / "sessionlint.toml", "s.toml"),
        checked({"extend-exclude": ["j\\"], "src": ["."]}, lambda key, value: f"--{key}"),
    ]
    why = 'matches nothing; folders are separated by "/" on all systems'
    assert list(doubts(layers, tmp_path)) == [
        's.toml:1: src: "nope": the project has no such folder',
        f's.toml:2: exclude: "a\\b": {why}',
        f's.toml:5: per-file-ignores: "f\\*": {why}',
        f's.toml:7: files: "h\\i": {why}',
        f'--extend-exclude: "j\\": {why}',
    ]
