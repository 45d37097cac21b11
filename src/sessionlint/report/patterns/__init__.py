"""How a project opens a session, told in its own names: what to write where, and what not to write."""
