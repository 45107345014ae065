"""Nothing says that a choice came before the answers: without a sealed plan no run can know it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("README.md", "Snakefile", "config", "data", "docs", "report", "workflow")
SUFFIXES = {"", ".md", ".qmd", ".py", ".smk", ".yaml", ".yml", ".json"}

_MADE = "fixed|declared|decided|chosen|set|named|stated|specified|written|planned|committed|selected|defined"
UNEARNED = re.compile(
    r"\bbeforehand\b|\ba priori\b|\bpre-?(?:specified|registered|declared|planned)\b"
    rf"|\b(?:{_MADE})\b(?:\s+\w+){{0,2}}\s+in\s+advance\b"
    rf"|\b(?:{_MADE})\b(?:\s+\w+){{0,6}}\s+before\s+(?:\w+\s+){{1,3}}"
    r"(?:was|were|is|are|existed|had\s+been)\b(?:\s+(?:read|seen|known|looked|opened|counted|simulated))?"
    r"|\bbefore\s+(?:it|anybody|anyone|they)\s+reads?\s+(?:an?|the|any)\s+answers?\b"
    r"|\bbefore\s+(?:any|an|the)\s+(?:answers?|outcomes?|results?|data)\s+(?:was|were|is|are)\s+"
    r"(?:read|seen|known|looked|opened)\b"
    r"|\b(?:after|once)\s+(?:a|any|the)\s+results?\s+(?:was|were|had\s+been)\s+(?:seen|known)\b",
    re.IGNORECASE,
)


def texts() -> list[Path]:
    found = [ROOT / place for place in PLACES if (ROOT / place).is_file()]
    for place in PLACES:
        found += [path for path in (ROOT / place).rglob("*") if path.is_file() and path.suffix in SUFFIXES]
    return [path for path in found if "__pycache__" not in path.parts]


def unearned(text: str) -> list[str]:
    # Prose breaks its lines anywhere, and strings in code are put together from pieces.
    joined = re.sub(r"\s+", " ", re.sub(r"[\"'](?:\s*\n\s*)f?[\"']|\n\s*#", " ", text))
    return [match[0] for match in UNEARNED.finditer(joined)]


@pytest.mark.parametrize(
    "sentence",
    [
        "a threshold fixed beforehand",
        "The primary scheme was fixed before any answer was read.",
        "rules declared before any result was seen",
        "which the run reads before it reads an answer",
        "Categories were merged before any answer was read.",
        "thresholds and margins were fixed before any outcome\n# was read",
        "the margin was pre-specified",
        "none was changed after a result had been seen",
        'x = "a threshold, both fixed before any answer was "\n    "read."',
    ],
)
def test_the_search_finds_the_claim_however_it_is_put(sentence: str) -> None:
    assert unearned(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Decide the schemes, thresholds and cleaning rules before you look at the answers.",
        "it should state its thresholds before it counts",
        "One threshold, set in the configuration.",
    ],
)
def test_advice_is_no_claim(sentence: str) -> None:
    assert not unearned(sentence)


def test_no_text_of_the_project_says_so() -> None:
    found = {str(path.relative_to(ROOT)): unearned(path.read_text(encoding="utf-8")) for path in texts()}
    assert len(found) > 100
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("name", ["manuscript", "supplement"])
def test_no_finished_document_says_so(finished: Path, name: str) -> None:
    page = (finished / f"results/report/{name}.html").read_text(encoding="utf-8")
    assert unearned(re.sub(r"<[^>]+>", "", page)) == []
