"""Projects that are nothing but a long chain or a circle of one thing, for tests of what follows a project."""
