"""What a feed's settings accept: secrets only by file or environment, and what each kind needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import FeedSettings, FolderFeed, HttpsFeed, Settings, load_settings
from schemas.settings.loading.field_types import arms

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
        ([FOLDER + 'url = "https://host/list"\n'], "unknown key 'hotlists.feeds.0.url' for kind 'folder'"),
        ([HTTPS + 'path = "drop"\n'], "unknown key 'hotlists.feeds.0.path' for kind 'https'"),
        ([HTTPS.replace("url", "uri")], "'hotlists.feeds.0.url': field required: kind 'https' needs url"),
        (
            [HTTPS.replace('"https"', '"ftp"')],
            "'hotlists.feeds.0.kind': input should be 'folder', 'https', 'sftp' or 'agreement'",
        ),
        (['name = "ncic"\n'], "'hotlists.feeds.0.kind': field required"),
        ([FOLDER + 'state = "Virginia"\n'], "'hotlists.feeds.0.state'"),
    ],
)
def test_refuses_by_name_and_tells_no_secret(tmp_path: Path, feeds: list[str], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, *feeds)
    assert named in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[4] / "docs/configuration.md").read_text()
    keys = {key for arm in arms(FeedSettings) for key in arm.fields}
    section = text.partition("## [[hotlists.feeds]]")[2].partition("\n## ")[0]
    assert [key for key in sorted(keys) if f"| `{key}` |" not in section] == []


def test_keys_of_other_kinds_that_files_had_before_the_union_mean_nothing(tmp_path: Path) -> None:
    others = 'every_minutes = 5\ntoken_env = "T"\nknown_hosts = "k"\nusername = "u"\n'
    (feed,) = load(tmp_path, FOLDER + others).hotlists.feeds
    assert feed == FolderFeed(name="ncic", source="ncic", path=tmp_path / "drop")
    (feed,) = load(tmp_path, HTTPS + 'poll_seconds = 1\nprivate_key_file = "x"\n').hotlists.feeds
    assert feed == HttpsFeed(name="ncic", source="ncic", url="https://host/list")
