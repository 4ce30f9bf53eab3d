"""What the desk still has to tell others: customers, webhooks, staff. Stored first, sent after, never forgotten."""
