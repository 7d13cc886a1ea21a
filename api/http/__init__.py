"""HTTP: public pages, the log's files, reports, and the door for signed entries."""

from api.http.app import create_app

__all__ = ["create_app"]
