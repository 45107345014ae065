"""The three lists of what must be installed agree, and the locks name no machine or address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {"snakemake-minimal": "snakemake", "quarto": "quarto-cli"}


def parse(requirement: str) -> tuple[str, str]:
    match = re.fullmatch(r"\s*([A-Za-z0-9._-]+)\s*(.*?)\s*", requirement)
    assert match, requirement
    name = match[1].lower().replace("_", "-")
    return CONDA_NAMES.get(name, name), match[2].replace(" ", "")


def wanted_by_pyproject() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    requirements = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["quarto"]
    requirements += project["build-system"]["requires"]
    return dict(map(parse, requirements))


def wanted_by_conda() -> dict[str, str]:
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    through_pip = next(item["pip"] for item in dependencies if isinstance(item, dict))
    plain = [item for item in dependencies if isinstance(item, str)] + [i for i in through_pip if i != "-e ."]
    return {name: spec for name, spec in map(parse, plain) if name not in ("python", "pip")}


def test_environment_yml_and_pyproject_ask_for_the_same_packages_and_versions():
    assert wanted_by_conda() == wanted_by_pyproject()


def test_environment_yml_asks_for_the_same_python_and_installs_the_library_in_place():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"python{project['requires-python']}" in dependencies
    assert "-e ." in next(item["pip"] for item in dependencies if isinstance(item, dict))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_is_hashed_and_names_no_address_or_path(lock: str):
    text = (ROOT / lock).read_text()
    for forbidden in ("http", "file:", "@ ", "/home", "/root", "/work", "/usr", "/tmp"):
        assert forbidden not in text, forbidden
    pins = re.findall(r"^([A-Za-z0-9._-]+)==\S+", text, flags=re.MULTILINE)
    assert len(pins) > 50
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block


def test_lock_holds_everything_the_project_asks_for_at_the_pinned_versions():
    pins = {
        n.lower().replace("_", "-"): v
        for n, v in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text(), re.M)
    }
    for name, spec in wanted_by_pyproject().items():
        if name == "quarto-cli":
            assert name not in pins
            continue
        assert name in pins, f"{name} is not in requirements.lock; run make lock"
        if spec.startswith("=="):
            assert pins[name] == spec[2:]


def test_development_lock_departs_nowhere_from_the_lock():
    def pins(path: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^\n\\]+", (ROOT / path).read_text(), re.M))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
