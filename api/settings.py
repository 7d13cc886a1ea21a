"""Settings, read from the environment; every name begins with SUNLEDGER_."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_home() -> Path:
    """Return where data lies when nothing is said: never below root's home, which PostgreSQL may not read."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/sunledger")
    return platformdirs.user_data_path("sunledger", appauthor=False)


class Settings(BaseSettings):
    """What can be set; nothing changes while the program runs."""

    model_config = SettingsConfigDict(env_prefix="SUNLEDGER_", frozen=True, env_ignore_empty=True)

    home: Path = Field(default_factory=default_home, description="database, keys and files")
    database_url: str = Field(default="", description="a PostgreSQL server; without it the embedded one")
    origin: str = Field(
        default="sunledger.localhost",
        pattern=r"^[A-Za-z0-9.:/_-]{1,150}$",
        description="the prefix of new logs' origins: the public address without scheme",
    )
    witnesses: Path | None = Field(
        default=None, description="a policy file (C2SP tlog-policy): who is asked to cosign checkpoints"
    )
    county: Path | None = Field(default=None, description="the folder of a county's log to serve at /county")
    refusals_per_minute: int = Field(
        default=120,
        ge=0,
        description="how many refused writes an address may have a minute, and five times that at once; 0: no bound",
    )
    passphrase: SecretStr | None = Field(default=None, description="protects the private keys in files")

    @property
    def passphrase_text(self) -> str:
        """The passphrase, empty when none is set."""
        return self.passphrase.get_secret_value() if self.passphrase else ""
