"""The configuration: what is accepted, and what is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from schemas.errors import ConfigurationError
from schemas.settings import CameraSettings, GpsSettings, IngestSource, PatrolSettings, Settings, load_settings
from schemas.settings.loading.field_types import arms


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "platewatch.toml"
    path.write_text(text)
    return path


def test_reads_a_file_and_lets_the_environment_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATEWATCH_DATA_DIR")
    monkeypatch.setenv("PLATEWATCH_DATABASE__POOL_SIZE", "9")
    path = write(
        tmp_path,
        'data_dir = "kept"\nagency_id = "portsmouth-pd"\n[database]\npool_size = 3\ntimeout_seconds = 2.5\n'
        '[[cameras]]\nid = "east"\ntype = "video_file"\npath = "clips/a.mp4"\n',
    )
    settings = load_settings(path)
    assert settings.database.pool_size == 9
    assert settings.database.timeout_seconds == 2.5
    assert settings.alert_topic == "platewatch.alerts.portsmouth-pd.v1"
    # Paths in the file mean the file's folder, so that a service's working directory does not matter.
    assert settings.data_dir == tmp_path / "kept"
    assert settings.cameras[0].path == tmp_path / "clips/a.mp4"


def test_a_law_profile_of_ones_own_stands_beside_the_configuration(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, '[policy]\nprofile = "ours.toml"\n')).policy.profile == str(
        tmp_path / "ours.toml"
    )
    assert load_settings(write(tmp_path, '[policy]\nprofile = "maine"\n')).policy.profile == "maine"


def test_environment_sets_the_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path / "elsewhere"))
    assert load_settings(write(tmp_path, 'data_dir = "kept"\n')).data_dir == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('agancy_id = "x"\n', "unknown key 'agancy_id'"),
        ("[database]\nurll = 1\n", "unknown key 'database.urll'"),
        ('[[cameras]]\nid = "a"\ntype = "video_file"\npath = "x"\nfps = 3\n', "unknown key 'cameras.0.fps'"),
        ('agency_id = "Ports Mouth"\n', "'agency_id'"),
        ("[retention]\nreads_days = 0\n", "'retention.reads_days'"),
        (
            "[matching]\nprobable_threshold = 1\n",
            "'matching.probable_threshold'; matching.false_alerts_per_10k says it as a number of false alerts",
        ),
        ("[alerts]\nsilent_categories = []\n", "'alerts.silent_categories'; the law of policy.profile decides now"),
        ('[policy]\nalso_notify = ["watch"]\n', "also_notify needs also_notify_reason"),
        ('[policy]\nnever_notify = ["stolen_car"]\n', "'policy.never_notify.0'"),
        ("data_dir = [\n", "not valid TOML"),
        (
            '[[cameras]]\nid = "a"\ntype = "video_file"\npath = "x"\n'
            '[[cameras]]\nid = "a"\ntype = "image_folder"\npath = "y"\n',
            "camera id used more than once: a",
        ),
    ],
)
def test_refuses_by_name(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(tmp_path, text))
    assert named in str(caught.value)
    assert "platewatch.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file; give the configuration's path with --config"):
        load_settings(tmp_path / "none.toml")


def test_secrets_do_not_show(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, '[database]\nurl = "postgresql://a:hunter2@db/x"\n'))
    assert "hunter2" not in repr(settings)
    assert settings.database.url is not None
    assert settings.database.url.get_secret_value().endswith("hunter2@db/x")


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[4] / "docs/configuration.md").read_text()

    def keys(model: type[BaseModel], prefix: str) -> Iterator[str]:
        for name, field in model.model_fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                yield from keys(field.annotation, f"{prefix}{name}.")
            elif prefix + name not in ("cameras", "ingest.sources", "gps", "patrol"):
                yield prefix + name

    cameras = {key for arm in arms(CameraSettings) for key in arm.fields}
    sources = IngestSource.model_fields
    patrol = {f"patrol.{name}" for name in PatrolSettings.model_fields}
    gps = {f"gps.{name}" for arm in arms(GpsSettings) for name in arm.fields}
    missing = [key for key in (*keys(Settings, ""), *cameras, *sources, *gps, *patrol) if f"| `{key}` |" not in text]
    assert missing == []
