"""What runs on a server: pinned, least rights, on all that is promised, by commands that there are."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from studies import ROOT

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")
# What a job may write, and which: pages are published, and a file is attached to a release.
MAY_WRITE = {"pages": {"pages", "id-token"}, "attach": {"contents"}}
# Programs of a runner, which the project does not bring.
OF_THE_RUNNER = {"sudo", "pipx", "gh", "mkdir", "cp"}


def jobs(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"])


def commands() -> Iterator[tuple[str, str]]:
    for path in FILES:
        for job in jobs(path).values():
            for step in job["steps"]:
                yield from ((path.name, line) for line in step.get("run", "").splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_with_their_version_beside(path: Path):
    used = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    assert used and [line for line in used if not PINNED.match(line)] == []


def test_one_action_has_one_version_everywhere():
    used = {line for path in FILES for line in re.findall(r"uses: (\S+  # \S+)", path.read_text())}
    names = [line.split("@")[0] for line in used]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rights_are_the_least(path: Path):
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(whole["permissions"].values()) <= {"read"}
    for name, job in jobs(path).items():
        writes = {key for key, right in job.get("permissions", {}).items() if right == "write"}
        assert writes == MAY_WRITE.get(name, set()), (path.name, name)
        for step in job["steps"]:
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_no_text_from_outside_is_put_into_a_command():
    assert [line for _, line in commands() if "${{" in line] == []


def test_each_command_is_one_that_there_is(snakemake):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    listed = snakemake(ROOT, "--list-rules").stdout
    for file, line in commands():
        program, *words = line.split()
        if program == "make":
            assert set(words) <= targets, (file, line)
        elif program.endswith("snakemake"):
            asked = [word for word in words if not word.startswith("-") and not word.isdigit()]
            assert all(re.search(rf"^{word}$", listed, re.M) for word in asked), (file, line)
        elif program.startswith(".ci/"):
            assert (ROOT / program).stat().st_mode & 0o100, (file, line)
        else:
            assert program in OF_THE_RUNNER, (file, line)


def test_every_python_both_systems_and_both_renderers_are_tried():
    with (ROOT / "pyproject.toml").open("rb") as read:
        bounds = tomllib.load(read)["project"]["requires-python"]
    low, high = (int(number) for number in re.findall(r"3\.(\d+)", bounds))
    tried = jobs(ROOT / ".github/workflows/rebuild.yml")["pip"]["strategy"]["matrix"]["include"]
    assert {one["python"] for one in tried} == {f"3.{minor}" for minor in range(low, high)}
    assert {(one["os"].split("-")[0], one["renderer"]) for one in tried} == {
        (system, renderer) for system in ("ubuntu", "macos") for renderer in ("quarto", "pandoc")
    }


def test_nothing_private_is_handed_on():
    text = "\n".join(path.read_text() for path in FILES)
    assert set(re.findall(r"results/[\w./*-]*", text)) <= {
        "results/index.html", "results/public", "results/public/", "results/report", "results/report/",
        "results/archive/*-public.zip",
    }  # fmt: skip


def test_without_a_release_there_is_nothing_to_compare(tmp_path: Path):
    place = tmp_path / "study"
    (place / ".ci").mkdir(parents=True)
    tool = place / ".ci/compare_with_release"
    tool.write_bytes((ROOT / ".ci/compare_with_release").read_bytes())
    tool.chmod(0o755)
    subprocess.run(["git", "init", "--quiet"], cwd=place, check=True)
    said = subprocess.run([tool], cwd=place, capture_output=True, text=True, check=True)
    assert said.stdout == "There is no release yet to compare these results with.\n"
