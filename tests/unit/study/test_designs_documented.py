"""The blocks of docs/designs.md are configurations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from surveypipe.study.reading import checked
from surveypipe.study.settings import Configuration

PAGE = Path(__file__).resolve().parents[3] / "docs/designs.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
LEAST = {
    "study": {"id": "s", "title": "T", "data": "real", "setting": "a city", "mode": "web"},
    "inputs": {"survey": "survey.csv"},
}


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_each_block_is_taken(block: str):
    made = checked(LEAST | yaml.safe_load(block), Configuration, "config.yaml")
    assert made.design.variables or made.frame.margins or made.design.replicates


def test_there_are_blocks():
    assert len(BLOCKS) == 5
