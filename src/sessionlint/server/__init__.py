"""The language server: a door that stays open, on projects that stay in memory."""
