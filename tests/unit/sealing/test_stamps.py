"""A time stamp is verified without a network, and one of another file or authority is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sealed import lock
from surveypipe.problems import SurveyError
from surveypipe.sealing.lock import write_lock
from surveypipe.sealing.stamps import stamp_of

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the tokens")
TSA = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[ext]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[req]
distinguished_name = dn
[dn]
"""


class Authority:
    """A time-stamping authority made for the test, by openssl."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.root = folder, folder / "root.pem"
        (folder / "tsa.cnf").write_text(TSA.format(folder=folder))
        (folder / "serial").write_text("01\n")
        key = ["-newkey", "rsa:2048", "-nodes", "-config", "tsa.cnf"]
        for_days = ["-days", "30"]
        root = ["-subj", "/CN=Root", "-extensions", "root", "-keyout", "root.key", "-out", "root.pem"]
        self._openssl("req", "-x509", *for_days, *key, *root)
        self._openssl("req", *key, "-subj", "/CN=TSA", "-keyout", "tsa.key", "-out", "tsa.csr")
        signed = ["-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-out", "tsa.pem"]
        extended = ["-extfile", "tsa.cnf", "-extensions", "ext"]
        self._openssl("x509", "-req", "-in", "tsa.csr", *for_days, *signed, *extended)

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def stamp(self, file: Path, token: Path) -> Path:
        """Ask for a time stamp of a file."""
        self._openssl("ts", "-query", "-data", str(file), "-sha256", "-cert", "-out", "request.tsq")
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request.tsq", "-signer", "tsa.pem",
                      "-inkey", "tsa.key", "-out", str(token))  # fmt: skip
        return token


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "one")


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "plan.lock.yaml"
    write_lock(lock(), path)
    return path


def test_without_a_token_there_is_no_stamp(sealed: Path) -> None:
    assert stamp_of(sealed, None, None).state == "none"


def test_without_the_certificate_or_the_package_it_is_told_as_not_checked(
    authority: Authority, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = authority.stamp(sealed, tmp_path / "token.tsr")
    assert stamp_of(sealed, token, None).state == "no_certificate"
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    assert stamp_of(sealed, token, authority.root).state == "no_package"


class TestVerified:
    """What needs the package; it is the optional extra `timestamp`."""

    @pytest.fixture(autouse=True)
    def package(self) -> None:
        pytest.importorskip("rfc3161_client", reason="the optional extra `timestamp` is not installed")

    def test_a_token_of_the_lock_confirms_it(
        self, authority: Authority, sealed: Path, tmp_path: Path
    ) -> None:
        found = stamp_of(sealed, authority.stamp(sealed, tmp_path / "token.tsr"), authority.root)
        assert found.state == "confirmed" and found.at.startswith("20") and found.at.endswith("Z")

    def test_a_token_of_another_lock_is_refused(
        self, authority: Authority, sealed: Path, tmp_path: Path
    ) -> None:
        token = authority.stamp(sealed, tmp_path / "token.tsr")
        write_lock(lock(study="other"), sealed)
        with pytest.raises(SurveyError, match="does not confirm"):
            stamp_of(sealed, token, authority.root)

    def test_a_token_of_another_authority_is_refused(
        self, authority: Authority, sealed: Path, tmp_path: Path
    ) -> None:
        token = Authority(tmp_path / "two").stamp(sealed, tmp_path / "token.tsr")
        with pytest.raises(SurveyError, match="does not confirm"):
            stamp_of(sealed, token, authority.root)

    def test_what_is_no_token_or_no_certificate_is_told_in_words(
        self, authority: Authority, sealed: Path, tmp_path: Path
    ) -> None:
        wrong = tmp_path / "wrong"
        wrong.write_bytes(b"nothing")
        with pytest.raises(SurveyError, match="no answer of a time-stamping authority"):
            stamp_of(sealed, wrong, authority.root)
        with pytest.raises(SurveyError, match="no certificate in PEM"):
            stamp_of(sealed, authority.stamp(sealed, tmp_path / "token.tsr"), wrong)
