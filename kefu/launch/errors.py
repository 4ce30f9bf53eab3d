"""What stops a start."""


class LaunchError(RuntimeError):
    """The product can't be started; the text is one line for the person at the terminal."""
