"""Alembic migrations of the product's database; run by kefu.migrate."""
