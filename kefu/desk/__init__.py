"""Tickets and the people who work on them. Knows nothing of Rasa but its HTTP API."""
