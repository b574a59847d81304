"""Alembic's entry point; the connection comes from :class:`scamlint.api.feedback.FeedbackStore`."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
