"""[ModuleFacts] -> Project: names across modules, kinds of values, and what becomes of a session."""
