"""Feedback from readers, kept in a database through SQLAlchemy: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, Engine, Float, Integer, String, Text, create_engine, make_url, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from scamlint.errors import OptionError

KINDS = ("wrong_flag", "missed", "wrong_label")
_MIGRATIONS = Path(__file__).parent / "migrations"
# PostgreSQL: the lock that one process holds while it changes the schema.
_LOCK = 0x5CA31147


class Base(DeclarativeBase):
    """The tables of the service."""


class Feedback(Base):
    """One judgement of a reader about a passage. Its words are there only when the reader allowed it."""

    __tablename__ = "feedback"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    label: Mapped[str | None] = mapped_column(String(64))
    expected_label: Mapped[str | None] = mapped_column(String(64))
    score: Mapped[float | None] = mapped_column(Float)
    characters: Mapped[int] = mapped_column(Integer)
    text: Mapped[str | None] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    model_name: Mapped[str | None] = mapped_column(String(256))
    model_version: Mapped[str | None] = mapped_column(String(256))


class FeedbackStore:
    """A feedback database, with its schema brought up to date.

    Args:
        url: SQLAlchemy URL; empty is a SQLite file in the user's state folder.
        create: Make a SQLite file that does not exist.

    Raises:
        OptionError: The URL is wrong, its driver is missing, or the database cannot be opened or does not exist.
    """

    def __init__(self, url: str = "", create: bool = True) -> None:
        self._engine = _connect(url)
        if not create:
            _check_exists(self._engine)
        try:
            self._migrate()
        except (SQLAlchemyError, OSError) as error:
            self._engine.dispose()
            shown = self._engine.url.render_as_string(hide_password=True)
            raise OptionError(f"The feedback database {shown} cannot be opened ({type(error).__name__}).") from error

    def add(self, row: dict[str, Any]) -> str:
        """Store one judgement.

        Args:
            row: Values by the name of :class:`Feedback`'s columns, without ``id`` and ``created``.

        Returns:
            The id it got.

        Raises:
            SQLAlchemyError: The database refused it.
        """
        # PostgreSQL cannot hold NUL in a text; the replacement keeps every offset.
        clean = {
            name: value.replace("\0", "\ufffd") if isinstance(value, str) else value for name, value in row.items()
        }
        entry = Feedback(id=str(uuid.uuid4()), created=datetime.now(timezone.utc), **clean)
        with Session(self._engine) as session, session.begin():
            session.add(entry)
            return entry.id

    def ids(self) -> Iterator[str]:
        """Return the id of every judgement, oldest first, a few hundred in memory at a time."""
        query = select(Feedback.id).order_by(Feedback.created, Feedback.id).execution_options(yield_per=500)
        with Session(self._engine) as session:
            yield from session.scalars(query)

    def get(self, name: str) -> Feedback:
        """Return one judgement; read by itself, so that one that cannot be read costs no other.

        Args:
            name: Its id.

        Raises:
            SQLAlchemyError: The database refused it, or there is none.
            ValueError: It holds what no version of scamlint wrote.
        """
        with Session(self._engine) as session:
            return session.get_one(Feedback, name)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _migrate(self) -> None:
        """Bring the schema up to date; of several processes one does it and the others wait."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        newest = ScriptDirectory.from_config(config).get_current_head()
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            elif connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            if _revision(connection) != newest:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def default_url() -> str:
    """Return the URL of the SQLite file in the user's state folder; the folder is made."""
    from platformdirs import user_state_path

    folder = user_state_path("scamlint", ensure_exists=True)
    return f"sqlite:///{folder / 'feedback.sqlite'}"


def _connect(url: str) -> Engine:
    try:
        parsed = make_url(url or default_url())
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        arguments: dict[str, Any] = {}
        if parsed.get_backend_name() == "sqlite":
            arguments = {"timeout": 30.0}
        # hide_parameters: an error must not carry a reader's words into a log.
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    except ArgumentError:
        raise OptionError("The feedback database is given as a URL, such as sqlite:///feedback.sqlite.") from None
    except NoSuchModuleError:
        raise OptionError("The feedback database must be SQLite or PostgreSQL.") from None
    except ModuleNotFoundError as error:
        raise OptionError(f"That database needs a package ({error.name}): pip install 'scamlint[postgres]'.") from None
    except OSError as error:
        raise OptionError(
            f"The state folder cannot be made ({error.strerror}); set --feedback-database, or --no-feedback."
        ) from None


def _check_exists(engine: Engine) -> None:
    """Refuse a SQLite database that is not there; opening it would make an empty one.

    Raises:
        OptionError: There is no such file.
    """
    if engine.url.get_backend_name() != "sqlite":
        return
    file = (engine.url.database or "").removeprefix("file:")
    if not os.path.exists(file):
        raise OptionError(
            f"The feedback database {engine.url} does not exist; name the one that `scamlint serve` writes."
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
