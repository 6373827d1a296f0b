"""What a feed's settings accept: secrets only by file or environment, and what each kind needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import Settings, load_settings
from schemas.settings.feeds import PATH_KEYS, FeedSettings

FOLDER = 'name = "ncic"\nsource = "ncic"\nkind = "folder"\npath = "drop"\n'
SFTP = 'name = "ncic"\nsource = "ncic"\nkind = "sftp"\nurl = "sftp://lpr@host/out/"\n'
HTTPS = 'name = "ncic"\nsource = "ncic"\nkind = "https"\nurl = "https://host/list"\n'


def load(tmp_path: Path, *feeds: str) -> Settings:
    path = tmp_path / "platewatch.toml"
    path.write_text("".join(f"[[hotlists.feeds]]\n{feed}\n" for feed in feeds))
    return load_settings(path)


def test_relative_paths_mean_the_configuration_file_s_folder(tmp_path: Path) -> None:
    (feed,) = load(tmp_path, FOLDER + 'mapping = "maps/a.toml"\n').hotlists.feeds
    assert (feed.path, feed.mapping) == (tmp_path / "drop", tmp_path / "maps/a.toml")
    (feed,) = load(
        tmp_path, SFTP + 'known_hosts = "k"\npassword_file = "p"\nprivate_key_file = "/x/y"\n'
    ).hotlists.feeds
    assert (feed.known_hosts, feed.password_file, feed.private_key_file) == (
        tmp_path / "k",
        tmp_path / "p",
        Path("/x/y"),
    )


@pytest.mark.parametrize(
    ("feeds", "named"),
    [
        ([FOLDER, HTTPS], "list fed more than once: ncic"),
        ([HTTPS.replace("https://", "http://")], "url has to begin with https:// and a host"),
        ([HTTPS.replace("host/", "u:hunter2@host/")], "url holds a password; use password_file"),
        ([SFTP + 'password_env = "P"\n'], "kind 'sftp' needs known_hosts"),
        ([SFTP + 'known_hosts = "k"\n'], "needs a password or a private key"),
        ([SFTP.replace("lpr@", "") + 'known_hosts = "k"\npassword_env = "P"\n'], "kind 'sftp' needs username"),
        ([FOLDER.replace("path", "url")], "kind 'folder' needs path"),
        ([HTTPS + 'token_file = "a"\ntoken_env = "B"\n'], "token_file and token_env are both set"),
        ([HTTPS + 'username = "a"\n'], "username needs password_file or password_env"),
        ([HTTPS + 'password = "hunter2"\n'], "unknown key 'hotlists.feeds.0.password'"),
        ([FOLDER + 'state = "Virginia"\n'], "'hotlists.feeds.0.state'"),
    ],
)
def test_refuses_by_name_and_tells_no_secret(tmp_path: Path, feeds: list[str], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, *feeds)
    assert named in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/configuration.md").read_text()
    section = text.partition("## [[hotlists.feeds]]")[2].partition("\n## ")[0]
    assert [key for key in FeedSettings.model_fields if f"| `{key}` |" not in section] == []


def test_every_path_is_anchored() -> None:
    paths = {name for name, field in FeedSettings.model_fields.items() if field.annotation == (Path | None)}
    assert paths == set(PATH_KEYS)
