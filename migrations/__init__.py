"""The database schema: forward-only SQL files, and the runner that applies them."""

from migrations.runner import APPLIED, WEB_ROLE, Changed, create_read_side, files, migrate

__all__ = ["APPLIED", "WEB_ROLE", "Changed", "create_read_side", "files", "migrate"]
