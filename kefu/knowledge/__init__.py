"""The FAQ: loaded from data/faq with checks, searched, served in its newest version without a restart."""

from kefu.knowledge.base import KnowledgeBase, knowledge_base, search
from kefu.knowledge.entry import FaqEntry
from kefu.knowledge.loader import load_faq
from kefu.knowledge.ranking import Band, Found, Hit

__all__ = ["Band", "FaqEntry", "Found", "Hit", "KnowledgeBase", "knowledge_base", "load_faq", "search"]
