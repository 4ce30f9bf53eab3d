"""Tools for the people who write the bot's data."""
