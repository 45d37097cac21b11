"""The loops of a working day: ``nox -l`` lists them. See CONTRIBUTING.md."""

from pathlib import Path

import nox

PROJECT = Path("pyproject.toml")
TABLES = (
    "tests/test_documentation.py::test_the_documentation_has_the_table",
    "tests/test_documentation.py::test_a_page_begins_with_what_the_rule_is_and_ends_with_how_to_suppress_it",
    "tests/test_precedence_table.py::test_the_documentation_shows_who_speaks",
    "tests/changes/test_laziness.py",
    "tests/test_readme.py::test_the_figures_are_those_that_were_measured",
    "tests/run/test_schema.py::test_the_file_in_the_package_is_up_to_date",
)
FAST = ("-m", "not packaging and not proof and not thorough")

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["fast"]
nox.needs_version = ">=2024.4.15"


def _install(session: nox.Session, *groups: str) -> None:
    """The project and the groups, where that was not done already for the same ``pyproject.toml``."""
    done = Path(session.virtualenv.location) / "installed.toml"
    if not done.exists() or done.read_bytes() != PROJECT.read_bytes():
        session.install("-e", ".", *nox.project.dependency_groups(nox.project.load_toml(PROJECT), *groups))
        done.write_bytes(PROJECT.read_bytes())


def _tests(session: nox.Session, *arguments: str) -> None:
    _install(session, "test")
    session.run("pytest", *arguments, *session.posargs)


@nox.session
def page(session: nox.Session) -> None:
    """Try the page of one rule: nox -s page -- bare-session [more pytest options]."""
    if not session.posargs:
        session.error("which rule? nox -s page -- bare-session")
    name, *options = session.posargs
    session.posargs[:] = options
    # hypothesis takes long to import, and no page needs it
    _tests(session, "-n", "0", "-p", "no:hypothesispytest", "tests/test_rules.py", "--page", name)


@nox.session
def tables(session: nox.Session) -> None:
    """Rewrite the tables in docs/, the figures of the README, and how rules' pages begin and end."""
    _tests(session, "-n", "0", "--accept", *TABLES)


@nox.session
def fast(session: nox.Session) -> None:
    """Everything that answers quickly: without proofs, and each page in one way only."""
    _tests(session, *FAST)


@nox.session
def tests(session: nox.Session) -> None:
    """The whole suite, as the README's command runs it."""
    _tests(session)


@nox.session(python="3.10")
def oldest(session: nox.Session) -> None:
    """The fast suite on the oldest Python that has to work."""
    _tests(session, *FAST)


@nox.session
def lint(session: nox.Session) -> None:
    """Types, style, layers."""
    _install(session, "test", "lint")
    session.run("mypy", "--strict")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-logo")


@nox.session
def site(session: nox.Session) -> None:
    """The documentation site, with warnings as errors, its links checked."""
    _install(session, "docs")
    session.run("python", "-m", "documentation", *session.posargs)


@nox.session(venv_backend="none")
def everything(session: nox.Session) -> None:
    """What has to hold before a change goes in: .ci/run."""
    session.run("bash", ".ci/run", external=True)
