"""``--help`` of a command with many options: in groups, by what a person wants."""

from typing import Any

import click

_OTHERS = "Other options"


class GroupedOption(click.Option):
    """An option that says under which heading ``--help`` lists it."""

    def __init__(self, *args: Any, group: str = _OTHERS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose options are listed by group, in the order of the groups' first options; those without one come last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for option in self.get_params(ctx):
            if isinstance(option, click.Option) and (record := option.get_help_record(ctx)) is not None:
                groups.setdefault(getattr(option, "group", _OTHERS), []).append(record)
        others = groups.pop(_OTHERS, [])
        for heading, records in [*groups.items(), (_OTHERS, others)]:
            with formatter.section(heading):
                formatter.write_dl(records)
