"""Alembic migrations of the feedback database."""
