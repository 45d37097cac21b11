"""Where names lead: layout, scopes, imports."""
