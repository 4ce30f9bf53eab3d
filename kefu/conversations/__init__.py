"""The stored conversations, for Rasa's tracker store, the actions and the desk; knows nothing of Rasa."""

from functools import lru_cache

from kefu.conversations.log import ConversationLog, ConversationMovedOnError
from kefu.conversations.transactions import Transactions
from kefu.settings import settings

__all__ = ["ConversationLog", "ConversationMovedOnError", "conversation_log"]


@lru_cache(maxsize=1)
def conversation_log() -> ConversationLog:
    """The conversations of this deployment, in the product's database; connects at the first use."""
    return ConversationLog(Transactions(settings().database))
