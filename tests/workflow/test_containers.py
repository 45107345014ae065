"""Dockerfile and Apptainer definition: pinned, from the lock with its hashes, alike. None is built."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
DOCKER, APPTAINER = ((ROOT / name).read_text(encoding="utf-8") for name in ("Dockerfile", "surveypipe.def"))
KNOWN = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "CMD"}


def instructions() -> list[tuple[str, str]]:
    """Instructions of the Dockerfile with their words, continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKER, flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]  # type: ignore[misc]


def sections() -> dict[str, str]:
    """Sections of the definition by name; '' is its header."""
    parts = re.split(r"^%(\w+)\n", APPTAINER, flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def installed(text: str) -> list[str]:
    """Debian's packages that a text installs."""
    line = re.search(r"apt-get install ([^\n&]+)", text)
    assert line
    return [word for word in line[1].split() if not word.startswith(("-", "\\"))]


def test_the_dockerfile_reads_as_one():
    words = [word for word, _ in instructions()]
    assert set(words) <= KNOWN and words[0] == "FROM" and words[-1] == "CMD"
    for word, said in instructions():
        if word == "RUN":
            assert all(shlex.split(part) for part in said.split("&&"))
        if word == "CMD":
            assert yaml.safe_load(said)[0] == "snakemake"
        if word == "COPY":
            *sources, _ = said.split()
            assert all((ROOT / source).exists() for source in sources)


def test_both_start_from_one_base_pinned_by_its_version():
    base = dict(instructions())["FROM"]
    assert f"From: {base}\n" in sections()[""] and "Bootstrap: docker\n" in sections()[""]
    version = re.fullmatch(r"python:(\d+\.\d+\.\d+)-slim-[a-z]+", base)
    assert version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version[1] in SpecifierSet(project["requires-python"])
    workflows = (path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.y*ml"))
    minor = version[1].rsplit(".", 1)[0]
    assert any(re.search(rf"python.*\b{re.escape(minor)}\b", text) for text in workflows)


def test_packages_come_from_the_lock_with_hashes():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(
        r"^([A-Za-z0-9_.\[\]-]+==\S+).*\\\n(\s+--hash=sha256:[0-9a-f]{64})", lock, flags=re.MULTILINE
    )
    assert len(pinned) == len(re.findall(r"^[A-Za-z0-9]", lock, flags=re.MULTILINE))
    assert all(Requirement(name) for name, _ in pinned)
    for text in (DOCKER, sections()["post"]):
        assert "--require-hashes -r requirements.lock" in text
        # The tool itself brings no package that the lock has not.
        assert "--no-deps --no-build-isolation -e ." in text
        assert not re.search(r"curl|wget|https?://|pip install (?!--)", text)


def test_debian_packages_are_the_same_and_are_those_that_a_run_asks_for():
    assert installed(DOCKER) == installed(sections()["post"])
    assert {"git", "make", "r-base-core", "r-cran-survey"} == set(installed(DOCKER))
    # Browser and word processor are for the tests alone.
    of_tests = re.search(
        r"no-install-recommends \\\n\s+(.+); }", (ROOT / ".ci/run").read_text(encoding="utf-8")
    )
    assert of_tests and not set(of_tests[1].split()) & set(installed(DOCKER))


def test_it_runs_as_nobody_special_and_without_a_network():
    words = [word for word, _ in instructions()]
    user = dict(instructions())["USER"]
    assert user not in ("root", "0") and f" {user}" in DOCKER.split("useradd")[1].split("\n")[0]
    assert words.index("USER") > max(number for number, word in enumerate(words) if word == "RUN")
    assert "--network none" in DOCKER and "--network none" in sections()["help"]
    assert not re.search("apt-get|pip install", sections()["runscript"])
    for text in (DOCKER, APPTAINER):
        assert "Building was not tried" in text
