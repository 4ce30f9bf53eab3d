"""The people who work at the desk, and the programs that use its API."""
