"""Completion in a shell: the script that asks us, and what we answer."""

from collections.abc import Callable, Mapping

import click
from click.shell_completion import CompletionItem, get_completion_class

_VARIABLE = "_SESSIONLINT_COMPLETE"


def script(command: click.Command, shell: str) -> str:
    """What a shell is to read; it asks the command itself. Not ``source()``, which starts a bash to learn its version."""
    found = get_completion_class(shell)
    assert found is not None
    completion = found(command, {}, "sessionlint", _VARIABLE)
    return completion.source_template % completion.source_vars()


def _paths(incomplete: str) -> list[CompletionItem]:
    """Files and folders, which the shell itself knows best."""
    return [CompletionItem(incomplete, type="file")]


def _rules(incomplete: str) -> list[CompletionItem]:
    """Codes and names of rules, of the last of several with commas between them."""
    from sessionlint.rules.registry import registered_rules

    before, comma, last = incomplete.rpartition(",")
    names = [(name, entry.rule) for entry in registered_rules() for name in (entry.rule.code, entry.rule.name)]
    fitting = [(name, rule) for name, rule in names if name.lower().startswith(last.lower())]
    if not last:
        fitting = [(name, rule) for name, rule in fitting if name == rule.code]
    return [
        CompletionItem(f"{before}{comma}{name}", help=rule.name if name == rule.code else rule.code) for name, rule in fitting
    ]


def _keys(incomplete: str) -> list[CompletionItem]:
    """Keys of the configuration."""
    from sessionlint.run.settings.about import ABOUT

    return [CompletionItem(key, help=about) for key, about in ABOUT.items() if key.startswith(incomplete) and key != "files"]


COMPLETE: Mapping[str, Callable[[str], list[CompletionItem]]] = {"paths": _paths, "rules": _rules, "keys": _keys}
"""What is offered for the beginning of a value, by what the value is."""
