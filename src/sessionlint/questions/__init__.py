"""What is asked about sessions, providers, engines, requests and running code; nothing here knows a rule."""
