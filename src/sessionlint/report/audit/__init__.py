"""The report of an audit: what code of sessions does, what rests on it, what is wrong with it, and what to do next."""
