"""An attack from web pages alone: what they hold for programs and for ears, and what follows from it.

A page says more than its text: each number tells its estimate, and the explorer's data lay out every claim.
Whoever reads the source reads them all. Here they are held against what is released, and added up and
subtracted as a reader would. Alternative texts and words in drawings are searched by ``disclosure_attack``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

SCRIPT = r'<script type="application/json" id="{}">(.*?)</script>'
SHARE = re.compile(r": (\d+)%.*?; (\d+) of (\d+) ")
TOTAL = "overall"
FEWEST = 10


def embedded(results: Path, name: str, exhibit: str) -> list[Any]:
    """Data of a name in each page, or what pages are made from where none was typeset."""
    pages = [path.read_text(encoding="utf-8") for path in sorted((results / "report").glob("*.html"))]
    texts = pages or [(results / exhibit).read_text(encoding="utf-8")]
    if not pages and exhibit.endswith(".json"):
        return [json.loads(texts[0])]
    found = [re.search(SCRIPT.format(name), text, re.DOTALL) for text in texts]
    return [json.loads(one[1].replace("<\\/", "</")) for one in found if one]


def _rows(public: Path) -> dict[str, dict[str, str]]:
    table = pd.read_csv(public / "estimates.csv", dtype=str, keep_default_na=False)
    return {row["estimate_id"]: row for row in table.to_dict("records")}


def tips(results: Path) -> Iterator[str]:
    """Numbers that tell of an estimate which is not released, or more of it than is."""
    shown = _rows(results / "public")
    released = {name for name, row in shown.items() if row["status"] == "released"}
    hidden = set(_rows(results / "private")) - released
    for sources in embedded(results, "sources", "provenance.json"):
        for key, source in sources.items():
            # A number made of several rows tells of those that are released, each in a line of its own.
            known = len(set(source["rows"]) & released)
            for name in set(source["rows"]) & hidden:
                lines = [told for told in source["told"] if re.search(r"\d+%|\d of \d", told)]
                bases = source["n"].split(", ") if source["n"] else []
                if len(lines) > known or len(bases) > known:
                    yield f"{key} tells of {name}: {source['n']}; {' '.join(source['told'])}"
            for name in source["rows"]:
                found = SHARE.search(" ".join(source["told"]))
                if len(source["rows"]) == 1 and found and name in shown:
                    n, share = float(shown[name]["n"]), float(shown[name]["estimate"])
                    if float(found[2]) != n or abs(float(found[1]) / 100 - share) > 0.0051:
                        yield f"{key} tells {found[0]} of {name}, where {n:g} and {share} are released"


def explorer(results: Path) -> Iterator[str]:
    """States of the explorer that are not rows of what is released."""
    rows = pd.read_csv(results / "public/explorer.csv")
    for data in embedded(results, "explorer-data", "tables/explorer.md"):
        for claim in data["claims"]:
            mine = rows[rows["claim"] == claim["key"]]
            for scheme, under in claim["schemes"].items():
                at = mine[mine["scheme"] == scheme]
                states = [(at[at["assumption"] == "at_random"], under["random"])]
                for name, values in (("theta", data["thetas"]), ("k", data["ks"])):
                    states += [
                        (at[(at[name] - value).abs() < 1e-6], state)
                        for value, state in zip(values, under.get(f"{name}s", []), strict=False)
                        if state is not None
                    ]
                for row, state in states:
                    told = [float(value) for value in state[2]]
                    released = row[["estimate", "ci_low", "ci_high"]].to_numpy(dtype=float)
                    if len(row) != 1 or abs(released[0] - told).max() > 1e-9:
                        yield f"{claim['key']} under {scheme} tells {told}, released is {released.tolist()}"


def subtraction(results: Path) -> Iterator[str]:
    """Groups left out of what numbers tell, whose count of an answer the others leave certain and small.

    By unweighted shares alone: with weights the equations of :mod:`joint_attack` are needed.
    """
    told: dict[tuple[str, ...], dict[str, tuple[float, float]]] = {}
    for sources in embedded(results, "sources", "provenance.json"):
        for source in sources.values():
            found = SHARE.search(" ".join(source["told"]))
            parts = source["rows"][0].split("__") if len(source["rows"]) == 1 else []
            if found and len(parts) > 4 and parts[-1] == "none":
                told.setdefault(tuple(parts[:3]), {})[parts[-2]] = (float(found[1]) / 100, float(found[2]))
    for answer, groups in told.items():
        if TOTAL not in groups:
            continue
        share, n = groups.pop(TOTAL)
        left = n - sum(size for _, size in groups.values())
        if groups and 0 < left < FEWEST:
            low, high = ((share + side * 0.005) * n for side in (-1, 1))
            others = [((p - 0.005) * size, (p + 0.005) * size) for p, size in groups.values()]
            least, most = low - sum(end for _, end in others), high - sum(end for end, _ in others)
            possible = [count for count in range(int(left) + 1) if least <= count <= most]
            if len(possible) == 1:
                yield f"{'__'.join(answer)}: {possible[0]} of the {left:g} left over"


def attack(results: Path) -> list[str]:
    """Everything that pages give away."""
    return [*tips(results), *explorer(results), *subtraction(results)]
