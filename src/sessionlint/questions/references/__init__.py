"""Who refers to a definition: by import, by attribute, by string."""
