"""The chat widget and the server behind it."""
