"""The commands of `python -m kefu` for operators; each file adds its own to the parser."""
