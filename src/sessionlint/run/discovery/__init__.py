"""Which folder is the project, and which of its files count."""
