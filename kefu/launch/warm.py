"""What answers are made of, loaded before the first customer asks."""

from kefu.dialogue.guides import guides
from kefu.knowledge import knowledge_base


def warm() -> None:
    """Load the FAQ and the guides."""
    knowledge_base().search("退款多久到账", None, "post", 1)
    guides()
