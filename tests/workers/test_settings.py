"""Settings come from the environment and from files, and a mistake there is named."""

import os
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.errors import MalformedError, UnavailableError
from proof.notes import KeyType, SecretKey
from workers.database_url import MASK
from workers.external import describe_temporal, external_temporal
from workers.payloads.keys import Keyring, PayloadKey
from workers.settings import HttpAddress, Settings
from workers.sources import Place, Source

SECRET = "hunter2"
OLD_KEY, NEW_KEY = PayloadKey(bytes(32)), PayloadKey(bytes(range(32)))
NOTIFY_KEY = f"key-{'1' * 8}-1111-1111-1111-{'1' * 12}-{'2' * 8}-2222-2222-2222-{'2' * 12}"
LOG_KEY = SecretKey.generate("send.example/ledger", KeyType.LOG)
URL = f"postgresql://app:{SECRET}@db.example:5432/inspections"


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """A TOML file to be written."""
    return tmp_path / "inspections.toml"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that holds the database's URL, with the line's end that an editor leaves."""
    file = tmp_path / "database-url"
    file.write_text(f"{URL}\n")
    return file


def test_every_setting_has_a_default() -> None:
    settings = Settings.from_environment({"HOME": "/somewhere"})

    assert settings.data_dir.is_absolute()
    assert settings.publication_dir == settings.data_dir / "published"
    assert settings.notices_folder == settings.data_dir / "notices"
    assert settings.notices_sender is None
    assert settings.database_url is None
    assert settings.task_queue == "inspections"
    assert settings.recorded_by is None
    assert settings.http_address is None
    assert not settings.model_fields_set
    assert {settings.source_of(field).place for field in Settings.model_fields} == {Place.DEFAULT}


def test_every_setting_can_be_given() -> None:
    settings = Settings.from_environment(
        {
            "INSPECTIONS_DATA_DIR": "/data",
            "INSPECTIONS_PUBLICATION_DIR": "/www",
            "INSPECTIONS_DATABASE_URL": "postgresql://h/d",
            "INSPECTIONS_MIGRATION_DATABASE_URL": "postgres://owner@h/d",
            "INSPECTIONS_POOL_SIZE": "4",
            "INSPECTIONS_TASK_QUEUE": "q",
            "INSPECTIONS_RECORDED_BY": "p-7k2m",
            "INSPECTIONS_LOG_LEVEL": "debug",
            "INSPECTIONS_HTTP_ADDRESS": "[::1]:9464",
            "INSPECTIONS_SHUTDOWN_SECONDS": "30",
            "INSPECTIONS_NOTICES_SENDER": "notify",
            "INSPECTIONS_NOTICES_FOLDER": "/notices",
            "INSPECTIONS_NOTICES_FROM": "send@example.gov.uk",
            "INSPECTIONS_SMTP_HOST": "mail.example",
            "INSPECTIONS_SMTP_PORT": "465",
            "INSPECTIONS_SMTP_SECURITY": "tls",
            "INSPECTIONS_SMTP_USER": "inspections",
            "INSPECTIONS_SMTP_PASSWORD": SECRET,
            "INSPECTIONS_NOTIFY_API_KEY": NOTIFY_KEY,
            "INSPECTIONS_NOTIFY_TEMPLATE_ID": "f33517ff-2a88-4f6e-b855-c550268ce08a",
            "INSPECTIONS_NOTIFY_BASE_URL": "https://notify.example",
            "INSPECTIONS_CHECKPOINT_KEY": LOG_KEY.text,
            "INSPECTIONS_CHECKPOINT_MINUTES": "15",
            "INSPECTIONS_CHECKPOINT_RECIPIENTS": "ana@audit.example, ben@audit.example",
            "INSPECTIONS_PAYLOAD_KEYS": f"{NEW_KEY.written}\n{OLD_KEY.written}",
            "INSPECTIONS_CODEC_ADDRESS": "127.0.0.1:8082",
            "INSPECTIONS_CODEC_SECRET": SECRET * 5,
            "INSPECTIONS_CODEC_ORIGIN": "https://temporal.example:8233",
            "INSPECTIONS_BACKUPS_KEPT_DAYS": "90",
        }
    )

    assert settings.payload_keys == Keyring((NEW_KEY, OLD_KEY))
    assert settings.model_dump(exclude={"payload_keys"}) == {
        "data_dir": Path("/data"),
        "publication_dir": Path("/www"),
        "database_url": "postgresql://h/d",
        "migration_database_url": "postgres://owner@h/d",
        "pool_size": 4,
        "task_queue": "q",
        "recorded_by": "p-7k2m",
        "log_level": "DEBUG",
        "http_address": HttpAddress("::1", 9464),
        "shutdown_seconds": 30,
        "notices_sender": "notify",
        "notices_folder": Path("/notices"),
        "notices_from": "send@example.gov.uk",
        "smtp_host": "mail.example",
        "smtp_port": 465,
        "smtp_security": "tls",
        "smtp_user": "inspections",
        "smtp_password": SECRET,
        "notify_api_key": NOTIFY_KEY,
        "notify_template_id": UUID("f33517ff-2a88-4f6e-b855-c550268ce08a"),
        "notify_base_url": "https://notify.example",
        "checkpoint_key": LOG_KEY.text,
        "checkpoint_minutes": 15,
        "checkpoint_recipients": "ana@audit.example, ben@audit.example",
        "codec_address": HttpAddress("127.0.0.1", 8082),
        "codec_secret": SECRET * 5,
        "codec_origin": "https://temporal.example:8233",
        "backups_kept_days": 90,
    }
    assert NOTIFY_KEY not in repr(settings)
    assert LOG_KEY.text not in repr(settings)
    assert NEW_KEY.id not in repr(settings)
    assert settings.shown("payload_keys") == settings.shown("codec_secret") == MASK
    assert settings.shown("http_address") == "[::1]:9464"


def test_published_reports_lie_in_the_data_folder_unless_told_otherwise() -> None:
    settings = Settings.from_environment({"INSPECTIONS_DATA_DIR": "somewhere"})

    assert settings.publication_dir == Path.cwd() / "somewhere" / "published"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"INSPECTIONS_DATABASE_URL": "", "INSPECTIONS_CONFIG": ""}) == Settings()


def test_settings_are_read_from_a_file(toml: Path, secret: Path) -> None:
    toml.write_text('publication_dir = "reports"\npool_size = 4\ndatabase_url_file = "database-url"\n')

    settings = Settings.from_environment({"INSPECTIONS_CONFIG": str(toml)})

    assert settings.publication_dir == toml.parent / "reports"
    assert (settings.pool_size, settings.database_url) == (4, URL)
    assert settings.source_of("pool_size") == Source(Place.FILE, "pool_size", toml)
    assert settings.source_of("database_url") == Source(Place.SECRET_FILE, "database_url_file", secret)
    assert settings.model_fields_set == {"publication_dir", "pool_size", "database_url"}


def test_the_environment_goes_before_a_secret_file_and_that_before_the_toml_file(
    toml: Path, secret: Path
) -> None:
    toml.write_text('database_url = "postgresql://from-toml/d"\ntask_queue = "from-toml"\n')
    environ = {"INSPECTIONS_CONFIG": str(toml)}
    assert Settings.from_environment(environ).database_url == "postgresql://from-toml/d"

    environ["INSPECTIONS_DATABASE_URL_FILE"] = str(secret)
    settings = Settings.from_environment(environ)
    assert (settings.database_url, settings.task_queue) == (URL, "from-toml")

    toml.write_text('database_url_file = "database-url"\n')
    plain = {"INSPECTIONS_CONFIG": str(toml), "INSPECTIONS_DATABASE_URL": "postgresql://from-environment/d"}
    settings = Settings.from_environment(plain)
    assert settings.database_url == "postgresql://from-environment/d"
    assert settings.source_of("database_url") == Source(Place.ENVIRONMENT, "INSPECTIONS_DATABASE_URL")


def test_a_secret_given_twice_in_one_place_is_refused(toml: Path, secret: Path) -> None:
    with pytest.raises(MalformedError, match=r"_URL and INSPECTIONS_DATABASE_URL_FILE are both given"):
        Settings.from_environment(
            {"INSPECTIONS_DATABASE_URL": URL, "INSPECTIONS_DATABASE_URL_FILE": str(secret)}
        )
    toml.write_text(f'database_url = "{URL}"\ndatabase_url_file = "database-url"\n')
    with pytest.raises(MalformedError, match=r"database_url and database_url_file in .* are both given"):
        Settings.from_environment({"INSPECTIONS_CONFIG": str(toml)})


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("INSPECTIONS_DATADIR", "INSPECTIONS_DATA_DIR"),
        ("INSPECTIONS_data_dir", "INSPECTIONS_DATA_DIR"),
        ("INSPECTIONS_TASK_QUEUE_FILE", "INSPECTIONS_TASK_QUEUE"),
        ("INSPECTIONS_CONFIGURATION", "INSPECTIONS_CONFIG"),
        ("INSPECTIONS_DATABASE_URI_FILE", "INSPECTIONS_DATABASE_URL_FILE"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest_known_one(name: str, nearest: str) -> None:
    with pytest.raises(MalformedError, match=rf"{name} is not a setting; did you mean {nearest}\?"):
        Settings.from_environment({name: SECRET})


def test_a_name_that_is_near_to_none_is_refused_with_all_known_ones() -> None:
    with pytest.raises(MalformedError, match="known are INSPECTIONS_BACKUPS_KEPT_DAYS, INSPECTIONS_CH"):
        Settings.from_environment({"INSPECTIONS_XYZZY": "1"})


def test_an_unknown_key_is_refused_with_its_file(toml: Path) -> None:
    toml.write_text('[database]\nurl = "postgresql://h/d"\n')
    with pytest.raises(MalformedError, match=rf"database in {toml} is not a setting; did you mean"):
        Settings.from_environment({"INSPECTIONS_CONFIG": str(toml)})


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("INSPECTIONS_RECORDED_BY", "Jane Doe", "a person's reference such as p-7k2m"),
        ("INSPECTIONS_POOL_SIZE", "many", "a number from 1 to 1000"),
        ("INSPECTIONS_POOL_SIZE", "0", "a number from 1 to 1000"),
        ("INSPECTIONS_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("INSPECTIONS_HTTP_ADDRESS", "9464", "host and port such as 127.0.0.1:9464"),
        ("INSPECTIONS_HTTP_ADDRESS", "localhost:94640", "the port from 1 to 65535"),
        ("INSPECTIONS_DATABASE_URL", f"mysql://u:{SECRET}@h/d", "a URL such as postgresql://"),
        ("INSPECTIONS_DATABASE_URL", f"postgresql://u:{SECRET}/x@h/d", "write @ as %40"),
        ("INSPECTIONS_DATABASE_URL", f"postgresql://u:{SECRET}?x@h/d", "write @ as %40"),
        ("INSPECTIONS_DATABASE_URL", f"postgresql://u:{SECRET}#x@h/d", "write @ as %40"),
        ("INSPECTIONS_DATABASE_URL", f"postgresql://u:{SECRET}[x@h/d", "write @ as %40"),
        ("INSPECTIONS_DATABASE_URL", f"postgresql://u:{SECRET}@x@h/d", "write @ as %40"),
        ("INSPECTIONS_DATABASE_URL", f"postgresql://u:{SECRET}", "write @ as %40"),
        ("INSPECTIONS_CHECKPOINT_KEY", f"PRIVATE+KEY+a+00000000+{SECRET}", "a log's secret key"),
        (
            "INSPECTIONS_CHECKPOINT_KEY",
            SecretKey.generate(SECRET, KeyType.COSIGNER).text,
            "a log's secret key",
        ),
        ("INSPECTIONS_CHECKPOINT_RECIPIENTS", "ana@audit.example; ben", "separated by commas"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_is_accepted_but_never_repeated(
    variable: str, value: str, accepted: str
) -> None:
    with pytest.raises(MalformedError) as refused:
        Settings.from_environment({variable: value})

    assert str(refused.value).startswith(f"{variable} cannot be read; accepted is ")
    assert accepted in str(refused.value)
    assert SECRET not in str(refused.value)


def test_each_value_that_cannot_be_read_is_named_where_it_stands(toml: Path) -> None:
    toml.write_text("task_queue = 5\n")
    with pytest.raises(MalformedError, match=rf"(?s)INSPECTIONS_POOL_SIZE .*task_queue in {toml} "):
        Settings.from_environment({"INSPECTIONS_CONFIG": str(toml), "INSPECTIONS_POOL_SIZE": "x"})


def test_only_the_setting_that_is_wrong_is_named(toml: Path) -> None:
    toml.write_text("data_dir = 5\n")
    with pytest.raises(MalformedError, match=r"^data_dir in .*; accepted is the name of a folder$"):
        Settings.from_environment({"INSPECTIONS_CONFIG": str(toml)})


def test_files_that_are_not_what_they_should_be_are_named(toml: Path, tmp_path: Path) -> None:
    config = {"INSPECTIONS_CONFIG": str(toml)}
    with pytest.raises(UnavailableError, match=rf"INSPECTIONS_CONFIG: {toml} cannot be read: No such file"):
        Settings.from_environment(config)
    toml.write_text(f'database_url = "{SECRET}\n')
    with pytest.raises(MalformedError, match=r"is not TOML.*line 1") as refused:
        Settings.from_environment(config)
    assert SECRET not in str(refused.value)
    toml.write_bytes(b"\xff")
    with pytest.raises(MalformedError, match="UTF-8"):
        Settings.from_environment(config)
    toml.write_text("database_url_file = 5")
    with pytest.raises(MalformedError, match="accepted is the name of a file"):
        Settings.from_environment(config)
    empty = tmp_path / "empty"
    empty.write_text("\n")
    with pytest.raises(MalformedError, match=rf"INSPECTIONS_DATABASE_URL_FILE: {empty} is empty"):
        Settings.from_environment({"INSPECTIONS_DATABASE_URL_FILE": str(empty)})
    with pytest.raises(UnavailableError, match=r"_URL_FILE: .* cannot be read: Is a directory"):
        Settings.from_environment({"INSPECTIONS_DATABASE_URL_FILE": str(tmp_path)})


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (URL, "postgresql://app:********@db.example:5432/inspections"),
        ("postgresql://app@h/d", "postgresql://app@h/d"),
        ("postgresql://h/d?user=app&password=hunter2", "postgresql://h/d?user=app&password=********"),
        ("postgresql://postgres@/d?host=/tmp/x&port=5432", "postgresql://postgres@/d?host=/tmp/x&port=5432"),
        ("postgresql://u:hunter2@[::1]:5432,h2:5433/d", "postgresql://u:********@[::1]:5432,h2:5433/d"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    settings = Settings.from_environment({"INSPECTIONS_DATABASE_URL": url})

    assert settings.shown("database_url") == shown
    assert SECRET not in repr(settings)


def test_another_secret_is_not_shown_at_all() -> None:
    settings = Settings.from_environment({"INSPECTIONS_SMTP_PASSWORD": f"postgresql://{SECRET}"})

    assert settings.shown("smtp_password") == "********"


def test_settings_do_not_change() -> None:
    settings = Settings()

    with pytest.raises(ValidationError):
        settings.task_queue = "other"  # type: ignore[misc]  # frozen is what is tested


def test_without_an_address_or_a_profile_the_embedded_temporal_is_meant() -> None:
    assert external_temporal({}) is None


def test_an_address_leads_to_a_temporal_of_ones_own() -> None:
    config = external_temporal({"TEMPORAL_ADDRESS": "t.example:7233", "TEMPORAL_NAMESPACE": "send"})

    assert config is not None
    assert (config["target_host"], config["namespace"]) == ("t.example:7233", "send")


def test_the_environment_of_the_process_itself_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no `dict`, which is all that Temporal's library takes."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "t.example:7233")

    config = external_temporal(os.environ)

    assert config is not None
    assert config["target_host"] == "t.example:7233"


def test_a_profile_is_read_from_the_file_of_the_temporal_command(tmp_path: Path) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.live]\naddress = "live.example:7233"\n[profile.blank]\n')
    environ = {"TEMPORAL_CONFIG_FILE": str(file), "TEMPORAL_PROFILE": "live"}

    config = external_temporal(environ)

    assert config is not None
    assert config["target_host"] == "live.example:7233"
    with pytest.raises(MalformedError, match="TEMPORAL_ADDRESS"):
        external_temporal(environ | {"TEMPORAL_PROFILE": "blank"})
    with pytest.raises(MalformedError, match="Profile 'missing' not found"):
        external_temporal(environ | {"TEMPORAL_PROFILE": "missing"})


def test_a_temporal_configuration_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "temporal.toml"
    environ = {"TEMPORAL_CONFIG_FILE": str(file), "TEMPORAL_ADDRESS": "h:7233"}
    file.write_text(f'[profile.default]\napi_key = "{SECRET}\n')
    with pytest.raises(MalformedError, match=r"line 2, column \d+") as refused:
        external_temporal(environ)
    assert SECRET not in str(refused.value)
    with pytest.raises(UnavailableError, match="/nowhere"):
        external_temporal({"TEMPORAL_ADDRESS": "h:7233", "TEMPORAL_TLS_CLIENT_CERT_PATH": "/nowhere"})


def test_how_temporal_is_reached_can_be_shown_without_its_secrets() -> None:
    environ = {"TEMPORAL_ADDRESS": "h:7233", "TEMPORAL_API_KEY": SECRET}

    connection = describe_temporal(environ)

    assert connection is not None
    assert connection.model_dump() == {
        "address": "h:7233",
        "namespace": "default",
        "tls": True,
        "api_key": True,
        "profile": "default",
    }
    assert describe_temporal({}) is None
