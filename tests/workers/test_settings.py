"""Settings come from the environment, and a mistake there is named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.errors import MalformedError
from workers.external import external_temporal
from workers.settings import Settings


def test_every_setting_has_a_default() -> None:
    settings = Settings.from_environment({"HOME": "/somewhere"})

    assert settings.data_dir.is_absolute()
    assert settings.publication_dir == settings.data_dir / "published"
    assert settings.database_url is None
    assert settings.task_queue == "inspections"
    assert settings.recorded_by is None
    assert not settings.model_fields_set


def test_every_setting_can_be_given() -> None:
    settings = Settings.from_environment(
        {
            "INSPECTIONS_DATA_DIR": "/data",
            "INSPECTIONS_PUBLICATION_DIR": "/www",
            "INSPECTIONS_DATABASE_URL": "postgresql://h/d",
            "INSPECTIONS_TASK_QUEUE": "q",
            "INSPECTIONS_RECORDED_BY": "p-7k2m",
        }
    )

    assert settings.model_dump() == {
        "data_dir": Path("/data"),
        "publication_dir": Path("/www"),
        "database_url": "postgresql://h/d",
        "task_queue": "q",
        "recorded_by": "p-7k2m",
    }


def test_published_reports_lie_in_the_data_folder_unless_told_otherwise() -> None:
    settings = Settings.from_environment({"INSPECTIONS_DATA_DIR": "somewhere"})

    assert settings.publication_dir == Path.cwd() / "somewhere" / "published"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"INSPECTIONS_DATABASE_URL": ""}).database_url is None


def test_an_unknown_variable_is_refused_by_name_with_the_known_ones() -> None:
    with pytest.raises(MalformedError, match=r"INSPECTIONS_DATADIR is not.*INSPECTIONS_DATA_DIR"):
        Settings.from_environment({"INSPECTIONS_DATADIR": "/data"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [("INSPECTIONS_RECORDED_BY", "Jane Doe"), ("INSPECTIONS_DATABASE_URL", "mysql://u:secret@h/d")],
)
def test_what_cannot_be_read_is_refused_by_name_but_never_repeated(variable: str, value: str) -> None:
    with pytest.raises(MalformedError, match=variable) as refused:
        Settings.from_environment({variable: value})

    assert value not in str(refused.value)


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


def test_a_profile_is_read_from_the_file_of_the_temporal_command(tmp_path: Path) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.live]\naddress = "live.example:7233"\n[profile.blank]\n')
    environ = {"TEMPORAL_CONFIG_FILE": str(file), "TEMPORAL_PROFILE": "live"}

    config = external_temporal(environ)

    assert config is not None
    assert config["target_host"] == "live.example:7233"
    with pytest.raises(MalformedError, match="TEMPORAL_ADDRESS"):
        external_temporal(environ | {"TEMPORAL_PROFILE": "blank"})
    with pytest.raises(MalformedError, match="cannot be read"):
        external_temporal(environ | {"TEMPORAL_PROFILE": "missing"})
