"""The dialogue: decisions that need no server, and the parts that Rasa loads by name."""
