"""What people type into the desk, without what can't be stored or shown."""


def visible(text: str) -> str:
    """A text of visible characters, spaces, tabs and line ends; control characters and halves of characters go."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable()).strip()
