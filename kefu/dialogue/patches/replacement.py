"""One attribute of Rasa that a patch replaces."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Replacement:
    """`owner.name` becomes `new`; the owner is a class or a module."""

    owner: Any
    name: str
    new: Any

    def make(self) -> "Replacement":
        """Replace; returns what puts the original back."""
        # vars, not getattr: a static method must be put back as one.
        original = vars(self.owner)[self.name]
        setattr(self.owner, self.name, self.new)
        return Replacement(self.owner, self.name, original)
