"""All settings of the product, read from the environment (prefix KEFU_) and from var/secrets.env."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseSettings, SecretStr, validator

from kefu.secret_file import SECRETS_FILE, read_secrets

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Typed settings; every field is overridden by the variable KEFU_<FIELD>."""

    host: str = "127.0.0.1"  # address that all servers bind to
    rasa_port: int = 5005
    actions_port: int = 5055
    desk_port: int = 5056

    var_dir: Path = ROOT / "var"  # databases, secrets, logs
    models_dir: Path = ROOT / "models"
    data_dir: Path = ROOT / "data"  # what trainers edit
    credentials: Path = ROOT / "credentials.yml"  # the channels that Rasa opens
    database_url: str = ""  # SQLAlchemy address; default: SQLite in var_dir

    secret: SecretStr = SecretStr("")  # key that seals personal data and signs sessions
    old_secrets: SecretStr = SecretStr("")  # earlier keys, the latest first, with commas: they open what they sealed
    old_signed_until: datetime | None = None  # until then the latest of them also vouches for sessions and buttons
    rasa_token: SecretStr = SecretStr("")  # token of Rasa's HTTP API
    desk_token: SecretStr = SecretStr("")  # token of the desk's API and console

    action_timeout: float = 3.0  # seconds an action may take
    patches: str = "all"  # which patches to Rasa are on: all, none, or names with commas
    redis_url: str = ""  # where several Rasa processes share the work: locks
    notify_urls: SecretStr = SecretStr("")  # apprise addresses of the staff, with spaces or commas between
    queue_alarm: int = 20  # tickets without an agent from which the staff is told
    webhook_private: bool = False  # whether webhooks may go to private addresses
    handoff_wait: float = 180  # seconds after which a customer whom nobody has taken gets a ticket
    handoff_silence: float = 600  # seconds for which an agent may owe an answer before the bot is back
    join_seconds: float = 1.0  # lines of a website or WeChat customer that come this close are one turn; 0: off
    retention_days: int = 180  # conversations older than this are deleted by `python -m kefu purge`
    lean: bool = False  # serve without TensorFlow and what else the model does not use
    max_message_chars: int = 2000  # longer customer messages are cut, and the customer is told
    log_level: Literal["INFO", "WARNING", "ERROR"] = "INFO"  # no DEBUG: there Rasa writes what customers say

    site_origins: str = ""  # sites that may carry the widget: post=https://a.cn https://b.cn,my=…; none: localhost
    site_secrets: SecretStr = SecretStr("")  # keys of user tokens: post=…,my=…; default: `python -m kefu site-secret`
    proxies: int = 0  # proxies of ours in front of Rasa: whose X-Forwarded-For names the customer's address

    @validator("old_signed_until")
    def _has_a_zone(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("要带时区，例如 2026-12-27T10:30:00+08:00")
        return value

    class Config:
        env_prefix = "KEFU_"

    @property
    def database(self) -> str:
        """The database address, the SQLite default filled in."""
        return self.database_url or f"sqlite:///{self.var_dir / 'kefu.db'}"

    @property
    def rasa_url(self) -> str:
        """Base address of the Rasa server."""
        return f"http://{self.host}:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        """Base address of the action server."""
        return f"http://{self.host}:{self.actions_port}"

    @property
    def desk_url(self) -> str:
        """Base address of the desk."""
        return f"http://{self.host}:{self.desk_port}"


def by_brand(value: str) -> dict[str, str]:
    """A setting of the form `post=…,my=…`, by brand."""
    pairs = (part.partition("=") for part in value.split(",") if part.strip())
    return {brand.strip(): content.strip() for brand, _, content in pairs}


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once; secrets are created at the first call on a machine.

    Raises:
        OSError: the folder for secrets can't be written.
    """
    found = Settings()
    stored = read_secrets(found.var_dir / SECRETS_FILE)
    missing: dict[str, Any] = {name: value for name, value in stored.items() if not getattr(found, name)}
    return Settings(**missing)
