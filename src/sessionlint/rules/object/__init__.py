"""Rules about what is read through a session: mapped objects, and what they load."""
