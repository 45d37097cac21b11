"""Rules SES2xx: session factories."""
