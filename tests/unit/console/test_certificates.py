"""The certificate that the console makes itself is renewed in time, and never before."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from console.serving import certificates
from console.serving.certificates import certificate_of
from schemas.settings import Settings


@pytest.mark.parametrize(("days", "is_kept"), [(31, True), (29, False)])
def test_it_is_renewed_before_it_ends(
    days: int, is_kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(certificates, "DAYS", days)
        first = certificate_of(settings)
        content = first.certificate.read_bytes()
    again = certificate_of(settings)
    assert (again.certificate.read_bytes() == content) is is_kept
    ends = x509.load_pem_x509_certificate(again.certificate.read_bytes()).not_valid_after_utc
    begins = x509.load_pem_x509_certificate(again.certificate.read_bytes()).not_valid_before_utc
    assert (ends - begins).days == (days if is_kept else 397)  # browsers take none that hold for longer than 398


def test_one_with_another_key_is_made_anew(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "one")
    first = certificate_of(settings)
    other = certificate_of(Settings(data_dir=tmp_path / "other"))
    first.key.write_bytes(other.key.read_bytes())
    again = certificate_of(settings)
    assert again.certificate.read_bytes() != other.certificate.read_bytes()
    certificates._check_pair(again.certificate, again.key)
