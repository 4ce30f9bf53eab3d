"""钱包客服: the customer-service domain of two digital wallets, importable without a running server."""

__version__ = "0.1.0"
