"""Rules SES1xx: engines and connections."""
