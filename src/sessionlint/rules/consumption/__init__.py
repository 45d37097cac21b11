"""How a provider is used."""
