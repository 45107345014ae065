"""What the rules of a stage name: its files and its sections of the configuration, read from workflow/rules.

Snakemake's own parser turns a rule into calls; they are made here, with a study's settings and a folder for
its results, and no Snakemake is run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

from snakemake.parser import parse

from surveypipe.study.base import plain
from surveypipe.study.consistency import numeric_frame_variables
from surveypipe.study.folder import OWN_WORDING, StudyFolder
from surveypipe.study.settings import Configuration

RULES = Path(__file__).resolve().parents[1] / "workflow/rules"
RESULTS = "<results>"
FILES = ("input", "output")
SECTIONS = frozenset(Configuration.__struct_fields__)


class UnnamedSectionError(AssertionError):
    """A stage reads a section of the configuration that its rule does not name."""


class Given(dict[str, Any]):
    """The sections that a rule names, as its job reads them; to ask for another is an error of the rule."""

    def __init__(self, rule: str, config: dict[str, Any], named: tuple[str, ...]) -> None:
        kept = {name: config[name] for name in named if name in config}
        super().__init__(json.loads(json.dumps(kept)))
        self.rule, self.named = rule, named

    def _asked(self, name: str) -> None:
        if name in SECTIONS and name not in self.named:
            raise UnnamedSectionError(
                f"the stage '{self.rule}' reads the section '{name}', which its rule does not name"
            )

    def __getitem__(self, name: str) -> Any:
        self._asked(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._asked(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._asked(name)
        return super().get(name, default)


@dataclass
class Rule:
    """One rule of a study: the files and options by their names on the command line, and the sections."""

    name: str
    config: Given
    words: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Recorder:
    """Takes the place of Snakemake's ``workflow``, and keeps what a rule says of files and parameters."""

    name: str
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    resource_settings = SimpleNamespace(cores=1)

    def __getattr__(self, part: str) -> Callable[..., Any]:
        def keep(*_: Any, **named: Any) -> Callable[[Any], Any]:
            if part == "rule":
                self.said[named["name"]] = {}
            elif part in (*FILES, "params"):
                list(self.said.values())[-1].update(named)
            return lambda job: job

        return keep


def scripts() -> list[str]:
    """Scripts of every rule, by name."""
    text = "".join(path.read_text(encoding="utf-8") for path in RULES.glob("*.smk"))
    return sorted(set(re.findall(r"stage\(\"(\w+)\"\)", text)))


@cache
def _compiled(file: Path) -> CodeType:
    source = SimpleNamespace(get_path_or_uri=lambda secret_free: str(file))
    opened = SimpleNamespace(sourcecache=SimpleNamespace(open=lambda _: file.open(encoding="utf-8")))
    text, _ = parse(source, opened, {})
    return compile(text, str(file), "exec")


def rule_of(name: str, settings: Configuration, folder: Path) -> Rule:
    """Give the rule of a stage for a study whose results lie in a folder.

    Raises
    ------
    LookupError
        When no rule has that name.
    """
    config = plain(settings)
    for file in sorted(RULES.glob("*.smk")):
        if f"rule {name}:" not in file.read_text(encoding="utf-8").splitlines():
            continue
        recorder = _Recorder(name)
        world = {
            "workflow": recorder,
            "SETTINGS": settings,
            "STAGE": "",
            "stage": lambda _: {},
            "given": lambda *sections, **options: {"sections": sections, "options": options},
            "numeric_frame_variables": numeric_frame_variables,
            "opinion_path": lambda: "",
            "config": config,
            "CONFIGURATION": "config/config.yaml",
            "MEMORY": 1000,
            "configuration_files": lambda: [],
            "STUDY": StudyFolder(Path(), RULES.parents[1]),
            "OWN_WORDING": OWN_WORDING,
            "EPOCH": 0,
            "plan_file": lambda name: folder / f"plan.{name}",
            "plan_there": lambda name: (
                str(folder / f"plan.{name}") if (folder / f"plan.{name}").is_file() else []
            ),
            "shown_table": lambda name: f"{RESULTS}/public/{name}.csv",
            "shown_figure": lambda name: f"{RESULTS}/figures/{name}.svg",
            "shown_document": lambda form, blinded=False: f"{RESULTS}/report/{{document}}.{form}",
            "tool": lambda *parts: str(RULES.parents[1].joinpath(*parts)),
        }
        exec(_compiled(file), world)
        said = recorder.said[name]
        sections, options = said.pop("sections"), said.pop("options")
        words = {key: _placed(value, folder) for key, value in said.items()} | options
        return Rule(name, Given(name, config, sections), {k: v for k, v in words.items() if v != []})
    raise LookupError(f"there is no rule {name} in workflow/rules")


def _placed(value: Any, folder: Path) -> Any:
    if isinstance(value, list | tuple):
        return [_placed(path, folder) for path in value]
    return Path(value.replace(RESULTS, str(folder))) if isinstance(value, str) else value
