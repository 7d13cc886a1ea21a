"""Settings, read from the environment; every name begins with SUNLEDGER_."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.founding import check_origin
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule

BAD_SETTING = rule(
    "settings.wrong",
    Kind.MALFORMED,
    "环境变量 {name} 为「{read}」：{problem}；请改正或取消它，再重新运行",
    "the setting {name} is '{read}': {problem}; set it right or unset it, and run the command again",
)


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
        max_length=150,
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

    @field_validator("origin")
    @classmethod
    def _address(cls, read: str) -> str:
        try:
            check_origin(read)
        except RuleViolation as violation:
            raise ValueError(Phrase(violation.zh, violation.en)) from None
        return read

    @property
    def passphrase_text(self) -> str:
        """The passphrase, empty when none is set."""
        return self.passphrase.get_secret_value() if self.passphrase else ""
