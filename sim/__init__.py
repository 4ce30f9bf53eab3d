"""Other people's systems, played by us: for tests, and for trainers who have no account there."""
