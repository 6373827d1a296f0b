"""What channels' settings accept: no secret in them, and nothing that travels open."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import ChannelSettings, Settings, load_settings
from schemas.settings.loading.field_types import arms

HOOK = 'name = "cad"\nkind = "webhook"\nurl = "https://host/x"\nsecret_file = "s"\n'
MAIL = 'name = "desk"\nkind = "mail"\nhost = "mx"\nsender = "a@b.example"\nto = ["c@d.example"]\n'


def load(tmp_path: Path, *channels: str) -> Settings:
    path = tmp_path / "platewatch.toml"
    path.write_text("".join(f"[[alerts.channels]]\n{channel}\n" for channel in channels))
    return load_settings(path)


def test_relative_paths_mean_the_configuration_file_s_folder(tmp_path: Path) -> None:
    hook, mail = load(tmp_path, HOOK, MAIL + 'username = "u"\npassword_file = "p"\n').alerts.channels
    assert hook.secret_file == tmp_path / "s"  # type: ignore[union-attr]
    assert mail.password_file == tmp_path / "p"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("channels", "named"),
    [
        ([HOOK, HOOK], "channel named more than once: cad"),
        ([HOOK.replace("https://host", "http://host")], "url is not encrypted"),
        ([HOOK.replace("https://host", "https://u:hunter2@host")], "url holds a login"),
        ([HOOK.replace("https://host", "ftp://host")], "https:// and a host"),
        ([HOOK.replace("https://host", "https://[x")], "url is not a URL"),
        ([HOOK + 'secret = "hunter2"\n'], "unknown key 'alerts.channels.0.secret'"),
        ([MAIL + 'security = "none"\n'], "on this machine alone"),
        ([MAIL + 'username = "u"\n'], "belong together"),
        ([MAIL.replace('"mx"', '"localhost"') + 'security = "none"\nusername = "u"\npassword_file = "p"\n'], "needs"),
        ([MAIL.replace("c@d.example", "c@d.example\\r\\nBcc: x@y.example")], "to"),
        ([MAIL.replace("c@d.example", "nobody")], "to"),
        (['name = "x"\nkind = "fax"\n'], "kind"),
        (['name = "x"\nkind = "kafka"\ntopic = "a b"\n'], "topic"),
    ],
)
def test_refuses_by_name_and_tells_no_secret(tmp_path: Path, channels: list[str], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, *channels)
    assert named in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_http_is_for_this_machine(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        (hook,) = load(tmp_path, HOOK.replace("https://host", f"http://{host}:8080")).alerts.channels
        assert hook.name == "cad"


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[4] / "docs/configuration.md").read_text()
    keys = {key for arm in arms(ChannelSettings) for key in arm.fields}
    section = text.partition("## [[alerts.channels]]")[2].partition("\n## ")[0]
    assert [key for key in sorted(keys) if f"| `{key}` |" not in section] == []
