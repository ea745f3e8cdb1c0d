"""What an operator may set. Where it is said, and what goes before what, is in `workers.sources`.

How to reach a Temporal server of one's own is said with the variables and the file that the `temporal`
command reads too (`workers.external`).

A new setting is one more line in `Settings`: the environment, the files, `inspections config show` and the
errors take it from there.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import platformdirs
from pydantic import Field, PrivateAttr, ValidationError, field_validator

from domain.errors import MalformedError
from domain.values import PersonRef, Value
from proof.notes import KeyType, NoteError, SecretKey
from workers.database_url import ACCEPTED, MASK, checked, without_password
from workers.payloads.keys import ACCEPTED as ACCEPTED_KEYS
from workers.payloads.keys import Keyring
from workers.sources import Source, gather

_EMAIL: Final = r"^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"
_EMAILS: Final = rf"^{_EMAIL.strip('^$')}(\s*,\s*{_EMAIL.strip('^$')})*$"
_PLACE: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:/\s]+):([0-9]{1,5})")


class HttpAddress(NamedTuple):
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _default_data_dir() -> Path:
    return platformdirs.user_data_path("inspections")


def _inside_data_dir(fields: dict[str, Any]) -> Path:
    data_dir: Path = fields["data_dir"]
    return data_dir / "published"


def _notices_in_data_dir(fields: dict[str, Any]) -> Path:
    data_dir: Path = fields["data_dir"]
    return data_dir / "notices"


def _setting(what: str, accepts: str, *, secret: bool = False, **field: Any) -> Any:
    """Make a field from what it is and what it accepts, both in the words that its users read.

    A secret may also lie in a file of its own, and is shown masked.
    """
    said: dict[str, Any] = {"accepts": accepts, "secret": secret}
    return Field(description=what, json_schema_extra=said, repr=not secret, **field)


class Settings(Value):
    """Every setting with its default. Paths are absolute.

    A field is in `model_fields_set` only if somebody set it. `database_url` is None when the embedded
    PostgreSQL is meant, `migration_database_url` when the owner's work is done with `database_url` too, and
    `http_address` when nothing is served over HTTP.
    """

    data_dir: Path = _setting(
        "the data folder of the embedded stack", "the name of a folder", default_factory=_default_data_dir
    )
    publication_dir: Path = _setting(
        "the folder in which reports are published", "the name of a folder", default_factory=_inside_data_dir
    )
    database_url: str | None = _setting(
        "a PostgreSQL of your own; without it, the embedded one", ACCEPTED, secret=True, default=None
    )
    migration_database_url: str | None = _setting(
        "the same database with the owner's login, for migrate; without it, database_url",
        ACCEPTED, secret=True, default=None,
    )  # fmt: skip
    pool_size: int = _setting(
        "connections to PostgreSQL that a process opens at most",
        "a number from 1 to 1000", default=10, ge=1, le=1000,
    )  # fmt: skip
    task_queue: str = _setting(
        "Temporal's task queue", "a name of 1 to 200 characters",
        default="inspections", min_length=1, max_length=200,
    )  # fmt: skip
    recorded_by: PersonRef | None = _setting(
        "who records; without it, who decided", "a person's reference such as p-7k2m", default=None
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting(
        "what a worker logs at least", "debug, info, warning or error", default="INFO"
    )
    http_address: HttpAddress | None = _setting(
        "where a worker serves its health and metrics; without it, nowhere",
        "host and port such as 127.0.0.1:9464", default=None,
    )  # fmt: skip
    shutdown_seconds: int = _setting(
        "how long a worker that is asked to end may finish what it has begun",
        "a number of seconds from 1 to 3600", default=10, ge=1, le=3600,
    )  # fmt: skip
    notices_sender: Literal["none", "folder", "smtp", "notify"] | None = _setting(
        "how notices are sent; without it, into a folder by the embedded stack and not at all elsewhere",
        "none, folder, smtp or notify", default=None,
    )  # fmt: skip
    notices_folder: Path = _setting(
        "the folder for notices that are sent into a folder",
        "the name of a folder", default_factory=_notices_in_data_dir,
    )  # fmt: skip
    notices_from: str | None = _setting(
        "the address that notices come from", "an email address", default=None, pattern=_EMAIL, max_length=254
    )
    smtp_host: str | None = _setting(
        "the mail server for notices", "the name of a host", default=None, min_length=1
    )
    smtp_port: int = _setting("the mail server's port", "a port from 1 to 65535", default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = _setting(
        "how the connection to the mail server is made secure", "starttls, tls or none", default="starttls"
    )
    smtp_user: str | None = _setting(
        "the login at the mail server; without it, none", "the name of a user", default=None, min_length=1
    )
    smtp_password: str | None = _setting(
        "the login's password", "a password", secret=True, default=None, min_length=1
    )
    notify_api_key: str | None = _setting(
        "the API key of GOV.UK Notify", "a key as Notify shows it once: name, service and secret",
        secret=True, default=None, min_length=73,
    )  # fmt: skip
    notify_template_id: UUID | None = _setting(
        "Notify's template, with ((subject)) as its subject and ((body)) as its message",
        "the template's id", default=None,
    )  # fmt: skip
    notify_base_url: str = _setting(
        "where Notify is reached", "a URL such as https://api.notifications.service.gov.uk",
        default="https://api.notifications.service.gov.uk", pattern=r"^https?://[^\s]+$",
    )  # fmt: skip
    checkpoint_key: str | None = _setting(
        "the secret key that signs the ledger's checkpoints; without it, the embedded stack makes one and a "
        "worker elsewhere issues none",
        "a log's secret key as `inspections audit keys new` writes it", secret=True, default=None,
    )  # fmt: skip
    checkpoint_minutes: int = _setting(
        "how often a checkpoint is issued if the ledger has grown",
        "a number of minutes from 1 to 10080", default=60, ge=1, le=10_080,
    )  # fmt: skip
    checkpoint_recipients: str | None = _setting(
        "the addresses to which each checkpoint is mailed; without it, none",
        "email addresses, separated by commas", default=None, pattern=_EMAILS,
    )  # fmt: skip
    payload_keys: Keyring | None = _setting(
        "the keys with which Temporal's payloads are encrypted; without them, they are not",
        ACCEPTED_KEYS, secret=True, default=None,
    )  # fmt: skip
    codec_address: HttpAddress = _setting(
        "where the codec server decrypts payloads",
        "host and port such as 127.0.0.1:8081", default=HttpAddress("127.0.0.1", 8081),
    )  # fmt: skip
    codec_secret: str | None = _setting(
        "what has to be shown to the codec server, as a bearer token or a password",
        "32 characters or more, printable ASCII without spaces",
        secret=True, default=None, pattern=r"^[!-~]{32,}$",
    )  # fmt: skip
    codec_origin: str | None = _setting(
        "the origin of Temporal's web UI, whose pages may ask the codec server; without it, none may",
        "a scheme and a host such as https://temporal.example.gov.uk, with a port if it is not the usual one",
        default=None, pattern=r"^https?://[^/\s]+$",
    )  # fmt: skip

    backups_kept_days: int = _setting(
        "for how many days backups of the database are kept, as told to whoever has something erased",
        "a number of days from 0 to 36500", default=35, ge=0, le=36500,
    )  # fmt: skip

    _sources: dict[str, Source] = PrivateAttr(default_factory=dict)

    @field_validator("data_dir", "publication_dir", "notices_folder")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _for_postgresql(cls, url: str | None) -> str | None:
        return url and checked(url)

    @field_validator("checkpoint_key")
    @classmethod
    def _of_a_log(cls, text: str | None) -> str | None:
        try:
            kind = SecretKey.read(text).public.type if text else KeyType.LOG
        except NoteError:
            kind = None
        if kind is not KeyType.LOG:
            raise ValueError("accepted is a log's secret key as `inspections audit keys new` writes it")
        return text

    @field_validator("payload_keys", mode="before")
    @classmethod
    def _as_keyring(cls, keys: Any) -> Any:
        return Keyring.read(keys) if isinstance(keys, str) else keys

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_any_case(cls, level: Any) -> Any:
        return level.upper() if isinstance(level, str) else level

    @field_validator("http_address", "codec_address", mode="before")
    @classmethod
    def _host_and_port(cls, address: Any) -> Any:
        if not isinstance(address, str):
            return address
        place = _PLACE.fullmatch(address)
        if place is None or not 0 < int(place[2]) < 65536:
            raise ValueError("accepted is host and port such as 127.0.0.1:9464, the port from 1 to 65535")
        return HttpAddress(place[1].strip("[]"), int(place[2]))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings: from the environment, and from the files that it names.

        Raises:
            MalformedError: a name is unknown, a setting is given twice, or a value cannot be read. No value
                is repeated in the message, because it may hold a password.
            UnavailableError: a file cannot be opened.
        """
        given = gather(
            environ,
            fields=tuple(cls.model_fields),
            secrets=[name for name in cls.model_fields if _said(name)["secret"]],
            paths=[name for name, field in cls.model_fields.items() if field.annotation is Path],
        )
        try:
            settings = cls.model_validate({name: one.value for name, one in given.items()})
        except ValidationError as error:
            problems = {str(one["loc"][0]): one for one in error.errors(include_url=False)}
            # What rests on another setting cannot be told when that one is wrong, and is no mistake itself.
            told = [
                f"{given[name].source} cannot be read; "
                + (
                    str(problem["ctx"]["error"])
                    if problem["type"] == "value_error"
                    else f"accepted is {_said(name)['accepts']}"
                )
                for name, problem in problems.items()
                if name in given
            ]
            raise MalformedError("\n".join(told)) from None
        settings._sources.update({name: one.source for name, one in given.items()})
        return settings

    def source_of(self, field: str) -> Source:
        """Say where a setting comes from."""
        return self._sources.get(field, Source())

    def shown(self, field: str) -> str | None:
        """Return a setting as it may be shown: a database's URL without its password, no other secret."""
        value, said = getattr(self, field), _said(field)
        if value is None:
            return None
        if not said["secret"]:
            return str(value)
        return without_password(value) if said["accepts"] == ACCEPTED else MASK


def described(field: str) -> str:
    """Say in words what a setting is."""
    return Settings.model_fields[field].description or ""


def _said(field: str) -> dict[str, Any]:
    said = Settings.model_fields[field].json_schema_extra
    assert isinstance(said, dict)
    return said
