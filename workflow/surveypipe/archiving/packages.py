"""The packages that an archive is rebuilt with, for years in which no index has them."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from surveypipe.problems import SurveyError

FOLDER = "wheels"
# Some packages come as sources only; pip builds them with these, which the lock need not hold.
BUILDERS = ["setuptools", "wheel"]


def platform() -> str:
    """Platform and version of Python that the packages are for."""
    return f"{sysconfig.get_platform()} and Python {sys.version_info[0]}.{sys.version_info[1]}"


def fetched(lock: Path, folder: Path) -> dict[str, bytes]:
    """Fetch every package of a lock, each held against its checksum there.

    Parameters
    ----------
    lock
        Requirements with the checksum of each.
    folder
        Where they are laid for the time being.

    Returns
    -------
    dict of str to bytes
        By their places in the archive.

    Raises
    ------
    SurveyError
        If one cannot be had.
    """
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "-d",
        str(folder),
    ]
    held = ["--no-deps", "--require-hashes", "--prefer-binary", "-r", str(lock)]
    for words in (held, BUILDERS):
        done = subprocess.run([*pip, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            said = "\n".join(done.stderr.strip().splitlines()[-4:])
            raise SurveyError(f"The packages of {lock.name} could not be fetched; leave `wheels` out. {said}")
    return {f"{FOLDER}/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}
