"""What each key of the configuration is for: for ``sessionlint config``, and for editors, by way of the JSON Schema."""

from collections.abc import Mapping

ABOUT: Mapping[str, str] = {
    "select": "Check these rules only: codes, names, prefixes (SES3) or ALL.",
    "ignore": "Leave these rules out.",
    "extend-select": "Check these rules too, beside those that are on by default or selected.",
    "extend-ignore": "Leave these rules out, too.",
    "per-file-ignores": "Leave rules out in some files: lists of rules by file pattern.",
    "severity": "Take what some rules find for an error, a warning or info: severities by rule.",
    "exclude": "Leave out the files and folders that match one of these patterns, instead of the default ones.",
    "extend-exclude": "Leave out the files and folders that match one of these patterns, too.",
    "src": "Folders where absolute imports begin, when the layout does not show it.",
    "session-factories": 'What opens a session when it is called, by dotted name; "async ..." opens an AsyncSession.',
    "session-providers": 'What lends a session, by dotted name: a generator function ("async" before it: of an AsyncSession), or '
    'with "with" or "async with" before it a context manager.',
    "session-provider": "The one function through which all sessions are to be opened, by dotted name; switches on SES311.",
    "session-provider-commits": "Whether SES311's fix may put code that commits nothing through a session-provider that commits.",
    "engine-builders": 'What builds an engine when it is called, by dotted name; "async ..." builds an AsyncEngine.',
    "background-task-callers": "What runs the work that it is given after the request has ended, by dotted name.",
    "waiting-calls": "What waits for something that is not the database, by dotted name.",
    "force-exclude": "Leave excluded and gitignored files out even when they are given by name.",
    "respect-gitignore": "Leave out what git ignores.",
    "output-format": "The format in which findings are shown.",
    "require-reason": "Report comments that suppress a finding and give no reason (SES006).",
    "required-version": "The versions of sessionlint that this project wants to be checked with; others refuse to.",
    "cache-dir": "A folder inside the project for the cache, instead of the user's cache folder.",
    "baseline": "The file of findings that are known and not reported, inside the project.",
    "max-warnings": "Let so many warnings pass; exit with 1 when there are more.",
    "fail-on": "Exit with 1 when there is a finding of this severity, or a worse one.",
    "sqlalchemy-version": "The SQLAlchemy that the project runs with, instead of what it declares.",
    "fastapi-version": "The FastAPI that the project runs with, instead of what it declares.",
    "python-version": "The oldest Python that the project runs on, instead of what it declares.",
    "overrides": "What is different for some files: each entry has files (patterns), and rules or severities.",
    "files": "The files that an entry of overrides is for, by pattern.",
}
