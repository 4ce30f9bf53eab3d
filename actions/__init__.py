"""Rasa's actions: thin. They read the tracker, ask kefu, and speak to the customer."""
