"""Apache Kafka's jars where the way out is a proxy that opens TLS, and where they came with the installation."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest
import trustme

from schemas.errors import BrokerUnavailable, ConfigurationError
from services.jars.authorities import find_authorities
from services.jars.cache import class_path, default_cache_dir
from services.jars.pinned import FOLDER_NAME, pinned_jars
from tests.integration.services.intercepting_proxy import InterceptingProxy, intercepting_proxy

CENTRAL = "repo.maven.apache.org"
JARS = pinned_jars()
KEPT = default_cache_dir() / FOLDER_NAME
"""This machine's own; the tests change where the home folder is."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that lacks one jar, and a user without a Maven repository or mirrors of their own."""
    class_path()
    shutil.copytree(KEPT, tmp_path / "cache" / FOLDER_NAME)
    (tmp_path / "cache" / FOLDER_NAME / JARS[0].file_name).unlink()
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("M2_REPO", "JGO_CONFIG_FILE", "XDG_CONFIG_HOME", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cache"


def missing_page() -> tuple[str, bytes]:
    """Path and content of the jar that the cache lacks."""
    jar = JARS[0]
    path = f"/maven2/{jar.group.replace('.', '/')}/{jar.artifact}/{jar.version}/{jar.file_name}"
    return path, (KEPT / jar.file_name).read_bytes()


def through(proxy: InterceptingProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, proxy.url)


def test_a_jar_comes_through_a_proxy_whose_authority_ssl_cert_file_names(
    cache: Path, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = missing_page()
    # Maven's repositories carry the SHA-1 of every file beside it.
    pages = {path: content, f"{path}.sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest().encode()}
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with intercepting_proxy(authority, CENTRAL, pages) as proxy:
        through(proxy, monkeypatch)
        class_path(cache)
    assert (cache / FOLDER_NAME / JARS[0].file_name).read_bytes() == content
    assert path in proxy.asked
    assert "REQUESTS_CA_BUNDLE" not in os.environ


def test_a_proxy_that_is_not_trusted_is_named_with_what_to_set(
    cache: Path, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = missing_page()
    with intercepting_proxy(authority, CENTRAL, {path: content}) as proxy:
        through(proxy, monkeypatch)
        with pytest.raises(BrokerUnavailable, match=r"certificate.*is not trusted.*SSL_CERT_FILE"):
            class_path(cache)
        trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
        with pytest.raises(BrokerUnavailable, match=r"certificate.*is not trusted.*SSL_CERT_FILE"):
            class_path(cache)
    assert path not in proxy.asked
    assert not (cache / FOLDER_NAME / JARS[0].file_name).exists()


def test_a_proxy_that_serves_another_file_is_refused(
    cache: Path, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = missing_page()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with intercepting_proxy(authority, CENTRAL, {path: content[:-1] + b"!"}) as proxy:
        through(proxy, monkeypatch)
        with pytest.raises(ConfigurationError, match=r"differs from the pinned one.*proxy that changes downloads"):
            class_path(cache)
    assert not (cache / FOLDER_NAME / JARS[0].file_name).exists()


def test_authorities_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match=r"SSL_CERT_DIR names .*none, which cannot be read"):
        find_authorities()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert find_authorities() == tmp_path


def test_jars_of_the_installation_are_taken_first_and_only_when_all_are_intact(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "prefix" / "share" / "platewatch" / FOLDER_NAME
    shutil.copytree(KEPT, installed)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    shutil.copytree(KEPT, tmp_path / "home/cache/platewatch" / FOLDER_NAME)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    assert {Path(path).parent for path in class_path().split(os.pathsep)} == {installed}
    (installed / JARS[0].file_name).write_bytes(b"damaged")
    paths = {Path(path).parent for path in class_path().split(os.pathsep)}
    assert paths == {tmp_path / "home/cache/platewatch" / FOLDER_NAME}
