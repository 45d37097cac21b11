"""The command line: options in, exit code out. What happens in between is ``run``'s and ``report``'s business."""

import gc
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from sessionlint import __version__
from sessionlint.commands.exit import leave
from sessionlint.commands.grouped_help import GroupedCommand, GroupedOption
from sessionlint.report.colour import ColourChoice
from sessionlint.report.formats import FORMATS
from sessionlint.run.errors import CLEAN, FAILED, INTERRUPTED, UsageError, suggestion

*_FIRST, _LAST = FORMATS


class _Commands(click.Group):
    """One line per error, with what may have been meant, and the exit codes of linters."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except (click.Abort, KeyboardInterrupt):
            click.echo("Interrupted.", err=True)
            raise SystemExit(INTERRUPTED) from None
        except click.ClickException as error:
            _complain(error.format_message())
        except UsageError as error:
            _complain(str(error))
        except MemoryError:
            _complain("out of memory")
        except OSError as error:  # a disk that is full, a folder that has gone
            _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        except Exception as error:
            from sessionlint.model.failure import told

            _complain(f"internal: {told(error)}; this is a bug in sessionlint, please report it (-v shows more)")
        raise SystemExit(FAILED)

    def invoke(self, ctx: click.Context) -> Any:
        """With ``-v``, what nobody foresaw is told with all the calls that led there."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, UsageError):
            raise
        except Exception:
            if ctx.meta.get(_VERBOSE):
                import traceback

                _complain(*traceback.format_exc().splitlines())
            raise

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            hint = suggestion(name, self.commands) or (f'; did you mean "check {name}"?' if Path(name).exists() else "")
            raise click.UsageError(f'unknown command "{name}"{hint}')
        return super().resolve_command(ctx, args)


_VERBOSE = "sessionlint.verbose"


def _complain(*lines: str) -> None:
    from sessionlint.commands.console import say

    for line in lines:
        say(f"error: {line}")


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="sessionlint %(version)s")
@click.pass_context
def sessionlint(context: click.Context) -> None:
    """Find the ways in which SQLAlchemy sessions, engines and factories are opened, shared, leaked and closed wrongly."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        raise SystemExit(FAILED)


def _complete(what: str) -> Callable[[click.Context, click.Parameter, str], Any]:
    """What a shell is told of the value of a parameter: ``paths``, ``rules`` or ``keys``."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
        from sessionlint.commands import completion

        return completion.COMPLETE[what](incomplete)

    return complete


_paths = click.argument("paths", nargs=-1, shell_complete=_complete("paths"))


def _group(heading: str) -> Callable[..., Callable[[Any], Any]]:
    """``click.option``, for options that ``--help`` lists under ``heading``."""
    return partial(click.option, cls=GroupedOption, group=heading)


@sessionlint.command()
def version() -> None:
    """Show the version."""
    click.echo(f"sessionlint {__version__}")


def _csv(_: click.Context, __: click.Parameter, given: Sequence[str]) -> list[str]:
    return [item.strip() for text in given for item in text.split(",") if item.strip()]


_rules = partial(_group("Rules"), shell_complete=_complete("rules"))
_reports = _group("What is shown")
_fixes = _group("Fixes")
_past = _group("Findings of before")
_files = _group("Files")
_settings = _group("Configuration")
_endings = _group("Exit code")
_work = _group("Cache and speed")
_looks = _group("Look into a run")


class _Check(GroupedCommand):
    """Knows an option whose value may be left out: what follows it is a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        options = [f"{argument}=" if argument == "--add-suppressions" else argument for argument in args[:end]]
        return super().parse_args(ctx, [*options, *args[end:]])


@sessionlint.command(cls=_Check)
@_paths
@_rules("--select", multiple=True, callback=_csv, metavar="RULES", help="Check these only: codes, names, prefixes (SES3), ALL.")
@_rules("--ignore", multiple=True, callback=_csv, metavar="RULES", help="Leave these rules out.")
@_rules("--extend-select", multiple=True, callback=_csv, metavar="RULES", help="Check these rules too.")
@_rules("--extend-ignore", multiple=True, callback=_csv, metavar="RULES", help="Leave these rules out too.")
@_rules("--per-file-ignores", multiple=True, metavar="PATTERN:RULES", shell_complete=None, help="Leave rules out in some files.")
@_rules(
    "--severity-of",
    multiple=True,
    callback=_csv,
    metavar="RULE=LEVEL",
    shell_complete=None,
    help="Take findings for error, warning or info (SES203=info).",
)
@_reports(
    "--output-format",
    multiple=True,
    metavar="FORMAT[:FILE]",
    help=f"{', '.join(_FIRST)} or {_LAST}; several times for reports in files beside the one that is shown.",
)
@_reports("-o", "--output-file", metavar="FILE", help="Write what would be shown to this file instead.")
@_reports("--statistics", is_flag=True, help="Count findings per rule instead of showing them.")
@_reports("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour.")
@_reports("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
@_fixes("--fix", is_flag=True, help="Apply the safe fixes.")
@_fixes("--unsafe-fixes", is_flag=True, help="Count unsafe fixes in: with --fix, --diff and the like they are applied.")
@_fixes("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@_fixes("--fix-only", is_flag=True, help="Apply fixes as --fix does, and neither report nor fail for what is left.")
@_fixes("--interactive", is_flag=True, help="Ask before each fix: yes, no, all, quit, show trace.")
@_fixes("--show-fixes", is_flag=True, help="List what was fixed (with --diff: what would be).")
@_past("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="The findings not to report.")
@_past("--no-baseline", is_flag=True, help="Report what is in the baseline, too.")
@_past("--since", metavar="REV", help="Report what was brought since this branch left a revision of git.")
@_past("--staged", is_flag=True, help="Check what git has staged, and report what the commit would bring.")
@_past("--add-suppressions", metavar="[=REASON]", help="Write a comment that suppresses it beside each finding.")
@_past("--show-suppressed", is_flag=True, help="Show what comments and the baseline hide, too, and why.")
@_files(
    "--exclude",
    multiple=True,
    callback=_csv,
    metavar="PATTERNS",
    help="Leave these files and folders out (replaces the defaults).",
)
@_files("--extend-exclude", multiple=True, callback=_csv, metavar="PATTERNS", help="Leave these files and folders out too.")
@_files(
    "--force-exclude/--no-force-exclude", default=None, help="Leave excluded and gitignored files out even when given by name."
)
@_files("--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what git ignores.")
@_files("--stdin-filename", metavar="NAME", help="The file that the text from standard input (-) stands for.")
@_settings("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration file, or one setting in TOML.")
@_settings("--isolated", is_flag=True, help="Read no configuration file.")
@_settings("--project-root", type=click.Path(path_type=Path), metavar="DIR", help="The folder to analyse, instead of finding it.")
@_endings("--fail-on", metavar="LEVEL", help="Exit with 1 from this severity on: error, warning (default), info, never.")
@_endings("--max-warnings", type=click.IntRange(0), metavar="N", help="Let N warnings pass, and exit with 1 when there are more.")
@_endings("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@_endings("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 when something was fixed, whatever is left.")
@_work("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Work in up to N processes (default: one per core).")
@_work("--no-cache", is_flag=True, help="Neither read nor write the cache of facts.")
@_work("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where caches lie (default: the user's cache folder).")
@_looks("-v", "--verbose", is_flag=True, help="Say what was read and left out, and what took long.")
@_looks("--watch", is_flag=True, help="Stay, and check again when files change (pip install 'sessionlint[watch]').")
@_looks("--timings", is_flag=True, help="Show where the time went, on standard error.")
@_looks("--show-files", is_flag=True, help="List the files that would be checked.")
@_looks("--show-settings", is_flag=True, help="Show the settings, and where they come from.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Check PATHS (default: the current folder), or standard input (-).

    The whole project around them is analysed; what is reported are the findings that touch PATHS.
    """
    from sessionlint.commands.check import run_check

    click.get_current_context().meta[_VERBOSE] = options["verbose"]
    raise SystemExit(run_check(paths, options))


@sessionlint.command()
@click.argument("rules", nargs=-1, metavar="[CODE|NAME|ERROR TEXT|-]...", shell_complete=_complete("rules"))
@click.option("--all", "every", is_flag=True, help="Every rule.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colour.")
def rule(rules: tuple[str, ...], every: bool, output_format: str, color: ColourChoice) -> None:
    """Explain rules: what breaks, and what to write instead.

    Given an error text ("QueuePool limit of size 5"), or a traceback on standard input (-), list the rules behind it.
    """
    from sessionlint.commands.rule import run_rule

    raise SystemExit(run_rule(rules, every, output_format, color))


def _about_a_project(command: Callable[..., None]) -> Callable[..., None]:
    """The options of commands that tell of a project."""
    options = (
        _paths,
        click.option("-o", "output", metavar="FILE", help="Write to this file instead of standard output."),
        click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration file, or one setting in TOML."),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
        click.option(
            "--project-root", type=click.Path(path_type=Path), metavar="DIR", help="The folder to analyse, instead of finding it."
        ),
        click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Parse in up to N processes."),
        click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of facts."),
        click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where caches lie, as check has it."),
        click.option("-q", "--quiet", is_flag=True, help="Print the result and errors only."),
        click.option("-v", "--verbose", is_flag=True, help="Tell more: name everybody instead of counting."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@sessionlint.command()
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as is done anyway.")
def server(stdio: bool) -> None:
    """Serve an editor: diagnostics as you type, fixes, the pages of rules (the Language Server Protocol).

    Needs the extra: pip install "sessionlint[lsp]".
    """
    from sessionlint.commands.server import check_libraries

    check_libraries()
    from sessionlint.server.server import start

    start()


@sessionlint.command("map")
@_about_a_project
@click.option(
    "--output-format",
    type=click.Choice(["text", "json", "dot", "mermaid", "html"]),
    default="text",
    help="A tree (text), data, a graph, or a page that needs nothing else.",
)
def map_command(paths: tuple[str, ...], **options: Any) -> None:
    """Show the engines, session factories and providers around PATHS, and who opens, lends and uses sessions.

    The whole project is analysed; what is shown has to do with PATHS (default: the current folder).
    """
    from sessionlint.commands.map import run_map

    click.get_current_context().meta[_VERBOSE] = options["verbose"]
    raise SystemExit(run_map(paths, options))


@sessionlint.command()
@_about_a_project
@click.option("--select", multiple=True, callback=_csv, metavar="RULES", help="Ask these rules only (default: every one).")
@click.option("--ignore", multiple=True, callback=_csv, metavar="RULES", help="Leave these rules out.")
@click.option(
    "--output-format",
    type=click.Choice(["markdown", "html", "json"]),
    default="markdown",
    help="For people (Markdown, or a page that needs nothing else), or data.",
)
def audit(paths: tuple[str, ...], **options: Any) -> None:
    """Write a report on PATHS: what they do, what rests on them, the risks, and a plan for each, most valuable first.

    The whole project is analysed; the report is about PATHS (default: the current folder): a file, a folder or the project.
    """
    from sessionlint.commands.audit import run_audit

    click.get_current_context().meta[_VERBOSE] = options["verbose"]
    raise SystemExit(run_audit(paths, options))


@sessionlint.command()
@_about_a_project
@click.option("--check", metavar="FILE", help="Write nothing; exit with 1 when this file is not what would be written.")
def patterns(paths: tuple[str, ...], **options: Any) -> None:
    """Write how this project opens a session, in its own names: for a route, a service, a task, a script and a test.

    With what is forbidden and the rule that finds it, as Markdown for people (and agents) who write code here.
    """
    from sessionlint.commands.patterns import run_patterns

    click.get_current_context().meta[_VERBOSE] = options["verbose"]
    raise SystemExit(run_patterns(paths, options))


@sessionlint.command()
@click.argument("action", type=click.Choice(["create", "update", "prune", "show"]))
@_paths
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="The file, instead of the one that is configured."
)
@click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration file, or one setting in TOML.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--project-root", type=click.Path(path_type=Path), metavar="DIR", help="The project, instead of finding it.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of facts.")
@click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where caches lie, as check has it.")
def baseline(action: str, paths: tuple[str, ...], **options: Any) -> None:
    """Keep the findings of the project around PATHS (default: the current folder) for later, and report only what is new.

    \b
    create  begin: all that is found goes into a file, which is to be committed
    update  bring the file up to date: what is found now, and nothing else
    prune   take out what is not found any more
    show    list the file, with what is stale in it
    """
    from sessionlint.commands.baseline import run_baseline

    raise SystemExit(run_baseline(action, paths, options))


@sessionlint.command()
@_paths
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.option("--unused", is_flag=True, help="Only those that hide nothing.")
@click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration file, or one setting in TOML.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--project-root", type=click.Path(path_type=Path), metavar="DIR", help="The project, instead of finding it.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of facts.")
@click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where caches lie, as check has it.")
def suppressions(paths: tuple[str, ...], output_format: str, unused: bool, **options: Any) -> None:
    """List the comments in PATHS (default: the current folder) that suppress findings, with their reasons and what they hide."""
    from sessionlint.commands.suppressions import run_suppressions

    raise SystemExit(run_suppressions(paths, output_format, unused, options))


@sessionlint.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what completes commands, options and rules in a shell; --help says how it is installed.

    \b
    bash  sessionlint completion bash > ~/.local/share/bash-completion/completions/sessionlint
    zsh   sessionlint completion zsh > "${fpath[1]}/_sessionlint"
    fish  sessionlint completion fish > ~/.config/fish/completions/sessionlint.fish
    """
    from sessionlint.commands.completion import script

    click.echo(script(sessionlint, shell), nl=False)


@sessionlint.command()
@click.argument("folder", default=".", shell_complete=_complete("paths"))
@click.option("-y", "--yes", is_flag=True, help="Write the configuration without asking.")
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Parse in up to N processes.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of facts.")
@click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where caches lie, as check has it.")
@click.option("-q", "--quiet", is_flag=True, help="Leave out notes.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was read and left out.")
def init(folder: str, **options: Any) -> None:
    """Show what there is in the project around FOLDER (default: the current one), and write a configuration for it.

    Nothing that is there is overwritten. Without a terminal, or --yes, nothing is written.
    """
    from sessionlint.commands.init import run_init

    click.get_current_context().meta[_VERBOSE] = options["verbose"]
    raise SystemExit(run_init(folder, {**options, "config": (), "isolated": False, "project_root": None}))


@sessionlint.command()
@click.argument("key", required=False, shell_complete=_complete("keys"))
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the configuration.")
@click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration file, or one setting in TOML.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
@click.option("--project-root", type=click.Path(path_type=Path), metavar="DIR", help="The project, instead of finding it.")
def config(key: str | None, **options: Any) -> None:
    """List the keys of the configuration; or explain one: its type, its default, what it does and what it is set to here."""
    from sessionlint.commands.config import run_config

    raise SystemExit(run_config(key, options))


@sessionlint.command()
@_paths
@click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where caches lie, as check has it.")
@click.option("--all", "every", is_flag=True, help="Remove the caches of all projects that lie there.")
def clean(paths: tuple[str, ...], cache_dir: Path | None, every: bool) -> None:
    """Remove the cache of the project around PATHS (default: the current folder)."""
    from sessionlint.commands.clean import run_clean

    raise SystemExit(run_clean(paths, cache_dir, every))


class _Fleet(click.Group):
    """Its commands are imported when somebody asks for one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._all()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._all().get(cmd_name)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise click.UsageError(f'unknown command "fleet {args[0]}"{suggestion(args[0], self._all())}')
        return super().resolve_command(ctx, args)

    @staticmethod
    def _all() -> Mapping[str, click.Command]:
        from sessionlint.commands.fleet import COMMANDS

        return COMMANDS


@sessionlint.group(cls=_Fleet, invoke_without_command=True)
@click.pass_context
def fleet(context: click.Context) -> None:
    """Check many repositories, here or on a cluster, and keep what is found in a store."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        raise SystemExit(FAILED)


def _hear_termination() -> None:
    """SIGTERM ends the run as Ctrl-C does, unless whoever started it wanted it deaf to that."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def main() -> NoReturn:
    """Run the command line and exit: 0 clean, 1 findings, 2 usage, configuration or internal error, 130 interrupted."""
    _hear_termination()
    # what a check builds of a large project stays to the end; to look through it once for garbage takes a tenth of the whole run
    gc.disable()
    try:
        sessionlint.main(prog_name="sessionlint")
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else CLEAN)
    leave(CLEAN)
