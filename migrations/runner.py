"""Applies the numbered .sql files, each once, in order, under a lock; a file that was applied may not change."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import sql

if TYPE_CHECKING:
    from psycopg import Connection

FOLDER = Path(__file__).parent
READ_SCHEMA = "read"
WEB_ROLE = "sunledger_web"
LOCK = 0x73756E6C  # "sunl": any number will do, as long as every version of the program takes the same one

APPLIED = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        name       text PRIMARY KEY,
        sha256     text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


class Changed(Exception):  # noqa: N818 -- says what happened to the file
    """A migration that was applied is not the file that lies here now, or lies here no more."""

    def __init__(self, name: str) -> None:
        """Name the file."""
        super().__init__(
            f"迁移文件 {name} 与已执行的不同，请恢复原文件并另加新文件 / "
            f"the migration {name} is not the one that was applied; restore it and add a new file instead"
        )


class File(NamedTuple):
    """A migration: its file name, its text, and whether it makes read models (in the schema `read`)."""

    name: str
    text: str
    read_side: bool

    @property
    def digest(self) -> str:
        """The SHA-256 of the text in hex."""
        return sha256(self.text.encode()).hexdigest()


def files() -> list[File]:
    """Return all migrations in order; those named `NNNN_read_….sql` make read models."""
    return [
        File(path.name, path.read_text(encoding="utf-8"), path.stem[5:].startswith("read_"))
        for path in sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]


def migrate(connection: Connection[Any]) -> list[str]:
    """Apply what is outstanding, all or nothing, and return the names; raises `Changed`."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(APPLIED)
        rows = connection.execute("SELECT name, sha256 FROM schema_migrations").fetchall()
        applied: dict[str, str] = dict(rows)
        outstanding = _outstanding(applied)
        for file in outstanding:
            _apply(connection, file, READ_SCHEMA)
            connection.execute(
                "INSERT INTO schema_migrations (name, sha256) VALUES (%s, %s)", (file.name, file.digest)
            )
    return [file.name for file in outstanding]


def _outstanding(applied: dict[str, str]) -> list[File]:
    known = {file.name: file for file in files()}
    for name, digest in applied.items():
        if name not in known or known[name].digest != digest:
            raise Changed(name)
    return [file for name, file in known.items() if name not in applied]


def create_read_side(connection: Connection[Any], schema: str) -> None:
    """Make the empty tables of all read models in a new schema, for a rebuild beside the live one."""
    with connection.transaction():
        for file in files():
            if file.read_side:
                _apply(connection, file, schema)


def _apply(connection: Connection[Any], file: File, schema: str) -> None:
    if not file.read_side:
        connection.execute(file.text.encode())
        return
    name, role = sql.Identifier(schema), sql.Identifier(WEB_ROLE)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
    connection.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(name))
    connection.execute(file.text.encode())
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, role))
    connection.execute(
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}").format(name, role)
    )
    connection.execute("SET LOCAL search_path TO DEFAULT")
