"""The packages that an archive holds are those of the lock, and `make` then asks no index for any."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from studies import ROOT
from surveypipe.archiving.packages import BUILDERS, FOLDER, fetched
from surveypipe.problems import SurveyError


def wheel(folder: Path, name: str) -> Path:
    """Make a package that holds nothing but what every package has."""
    about, path = f"{name}-1.0.dist-info", folder / f"{name}-1.0-py3-none-any.whl"
    parts = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as made:
        record = ""
        for part, text in parts.items():
            made.writestr(f"{about}/{part}", text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record += f"{about}/{part},sha256={digest},{len(text)}\n"
        made.writestr(f"{about}/RECORD", record + f"{about}/RECORD,,\n")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that pip takes for all there is."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("alone", "other", *BUILDERS):
        wheel(folder, name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def lock_of(folder: Path, digest: str) -> Path:
    path = folder / "requirements.lock"
    path.write_text(f"alone==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    return path


def test_the_packages_of_the_lock_are_fetched_with_what_builds_sources(index: Path, tmp_path: Path) -> None:
    content = (index / "alone-1.0-py3-none-any.whl").read_bytes()
    found = fetched(lock_of(tmp_path, hashlib.sha256(content).hexdigest()), tmp_path / "held")
    assert found[f"{FOLDER}/alone-1.0-py3-none-any.whl"] == content
    assert {name.partition("-")[0] for name in found} == {f"{FOLDER}/{name}" for name in ("alone", *BUILDERS)}


def test_another_package_of_the_name_is_refused(index: Path, tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="could not be fetched; leave `wheels` out"):
        fetched(lock_of(tmp_path, "0" * 64), tmp_path / "held")


@pytest.mark.parametrize("held", [True, False])
def test_make_asks_no_index_where_the_archive_holds_the_packages(tmp_path: Path, held: bool) -> None:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy2(ROOT / name, tmp_path / name)
    if held:
        (tmp_path / FOLDER).mkdir()
        wheel(tmp_path / FOLDER, "alone")
    done = subprocess.run(
        ["make", "--dry-run", ".venv/.installed"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    asked = [line for line in done.stdout.splitlines() if "pip install" in line and "quarto" not in line]
    assert len(asked) == 2
    assert {f"--no-index --find-links {FOLDER}" in line for line in asked} == {held}
    # The renderer that fetches itself is not asked for.
    (quarto,) = [line for line in done.stdout.splitlines() if 'test -n "' in line]
    assert quarto.lstrip().startswith('test -n "" ||') is not held
