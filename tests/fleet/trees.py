"""Repositories to look at, and git as a person has it."""

import os
import subprocess
from pathlib import Path

DB = "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker()\n"
USE = """\
from db import SessionLocal


def load(key):
    session = SessionLocal()
    return session.get(int, key)
"""


def tree(folder: Path, more: str = "") -> Path:
    """A project with one session that is never closed (SES301)."""
    folder.mkdir(parents=True)
    (folder / "db.py").write_text(DB)
    (folder / "use.py").write_text(USE + more)
    return folder


def git(folder: Path, *arguments: str) -> str:
    names = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", *names, "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()


def repository(folder: Path, more: str = "") -> str:
    """A repository that holds such a project; its commit."""
    tree(folder, more)
    git(folder, "init", "--quiet")
    return commit(folder)


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "more")
    return git(folder, "rev-parse", "HEAD")
