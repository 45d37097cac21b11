"""``sessionlint init``: what there is in a project, a configuration for it, and what to do next."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sessionlint.commands.console import is_terminal, prepare, say, write_out
from sessionlint.commands.project import linked_project, tell_rest
from sessionlint.commands.showing import toml_value
from sessionlint.commands.snippets import GITHUB, GITLAB, PRE_COMMIT
from sessionlint.commands.surroundings import relative
from sessionlint.questions.inventory.frameworks import frameworks
from sessionlint.questions.inventory.inventory import inventory
from sessionlint.questions.inventory.records import Inventory
from sessionlint.questions.providers.usage_table import Provider as Shape
from sessionlint.report.first_look import FirstLook, render
from sessionlint.report.visible import visible
from sessionlint.run.discovery.roots import repository_of
from sessionlint.run.pipeline import Linked
from sessionlint.run.planning import Plan
from sessionlint.run.remarks import unseen_names
from sessionlint.run.settings.declared.declaration import PYTHON
from sessionlint.run.settings.new_configuration import NewConfiguration

_MANNERS = {Shape.CONTEXT_MANAGER: "with", Shape.ASYNC_CONTEXT_MANAGER: "async with"}
_MOST_NAMES = 10


def run_init(folder: str, options: Mapping[str, Any]) -> int:
    """Show, ask, write, and return the exit code. Raises UsageError."""
    prepare()
    linked = linked_project((folder,), options)
    found = inventory(linked.project)
    write_out(render(_first_look(linked, found)))
    code = tell_rest(linked, quiet=options["quiet"])
    for note in linked.outcome.notes:
        say(f"note: {note}")
    root = linked.plan.root
    if root.config is not None:
        say(f"{relative(root.config)} configures sessionlint already; nothing was written.")
    else:
        _configure(NewConfiguration(root.folder, "".join(f"{line}\n" for line in _keys(linked, found))), options)
    write_out("".join(f"{line}\n" for line in _next(linked)))
    return code


def _first_look(linked: Linked, found: Inventory) -> FirstLook:
    folder = linked.plan.root.folder
    return FirstLook(
        str(folder),
        [*_versions(linked.plan)],
        frameworks(linked.project),
        found,
        linked.outcome,
        linked.sources,
        lambda path: relative(folder / path),
    )


def _versions(planned: Plan) -> Iterator[str]:
    names = {"sqlalchemy": "SQLAlchemy", "fastapi": "FastAPI", PYTHON: "Python"}
    for name, shown in names.items():
        version = getattr(planned.targets, name)
        files = dict.fromkeys(one.file for one in planned.declared if one.name == name)
        if version:
            least = " and newer" if name == PYTHON else ""
            yield f"{shown} {version[0]}.{version[1]}{least}" + (f" ({', '.join(files)})" if files else "")


# --- the configuration ------------------------------------------------------------------------------------------------


def _configure(new: NewConfiguration, options: Mapping[str, Any]) -> None:
    file = relative(new.folder / new.file)
    write_out(f"\n{visible(file)} gets:\n\n" + "".join(f"    {visible(line)}\n" for line in new.text.splitlines()) + "\n")
    if options["yes"] or _agrees(f"Write {file}? [y]es, [n]o: "):
        new.write()
        say(f"wrote {file}")
    elif not is_terminal(sys.stdin):
        say("nothing was written; --yes writes it")


def _agrees(question: str) -> bool:
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return False
    print(visible(question), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _keys(linked: Linked, found: Inventory) -> Iterator[str]:
    """A configuration that changes nothing; what may be of use in this project stands in it as comments."""
    yield "# `sessionlint config` lists all keys, `sessionlint config KEY` explains one"
    yield '# extend-select = ["SES316"]  # rules that are off by default; `sessionlint rule --all` has them'
    helper = next((name for name in _helpers(found)), None)
    if helper is not None:
        yield f"# session-provider = {toml_value(helper)}  # to have all sessions opened through it (SES311)"
    names = [name for name in unseen_names(linked.project, linked.plan.scope, ()) if not name.startswith(".")]
    if names:
        yield f"# session-factories = {toml_value(names[:_MOST_NAMES])}  # if they give sessions; nobody can look there"


def _helpers(found: Inventory) -> Iterator[str]:
    """What could be the ``session-provider``: a context manager that opens sessions of one of the databases."""
    for database in found.databases:
        for provider in (*filter(None, [database.source]), *database.duplicates):
            if provider.shape in _MANNERS:
                yield f"{_MANNERS[provider.shape]} {provider.code.full_name}"


# --- what is next -----------------------------------------------------------------------------------------------------


def _next(linked: Linked) -> Iterator[str]:
    """What people do next, as far as it can be told from what is there."""
    root = linked.plan.root.folder
    around = repository_of(root) or root
    yield "Next:"
    count = len(linked.outcome.findings)
    if count:
        yield "  sessionlint check              # see what is found, and `sessionlint rule CODE` for why"
        yield f"  sessionlint baseline create    # or keep {'this finding' if count == 1 else f'these {count}'} for later"
    yield "In .pre-commit-config.yaml, below `repos:`:"
    yield from _indented(PRE_COMMIT)
    is_gitlab = (around / ".gitlab-ci.yml").exists()
    yield "In .gitlab-ci.yml:" if is_gitlab else "In a workflow of GitHub, behind actions/checkout:"
    yield from _indented(GITLAB if is_gitlab else GITHUB)


def _indented(text: str) -> Sequence[str]:
    return [f"    {line}" for line in text.splitlines()]
