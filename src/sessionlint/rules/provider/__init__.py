"""Rules SES4xx: providers, the yield dependencies that lend a session."""
