"""Rules SES3xx: sessions, from opening to closing."""
