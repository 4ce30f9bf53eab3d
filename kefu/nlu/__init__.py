"""Understanding: the components of Rasa's graph that turn a message into an intent and entities."""
