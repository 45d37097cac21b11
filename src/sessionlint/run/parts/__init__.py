"""Parts of a project that do not know each other are checked apart, each in memory of its own, several at once."""
