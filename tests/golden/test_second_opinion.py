"""The program in R that every run writes, on the repository's studies and the designs of designs.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import any_study
from designs import DESIGNS, make_study
from opinions import Opinion, needs_r, opinion_on
from studies import ROOT

pytestmark = needs_r
STUDIES = sorted(path.parents[1].name for path in ROOT.glob("studies/*/config/config.yaml"))
# Of every design one of its kind; the others are long.
QUICK = ("hospitals",)
# Statistics that R computes of every study that has them.
COMPUTED = (
    "mean proportion histogram total median lower_quartile upper_quartile difference risk_ratio t_test "
    "rank_test rao_scott adjusted_wald tost tost_power claim_test level_share level_mean level_difference "
    "difference_of_groups ratio claimed_median change odds_ratio_claimed coefficient_claimed "
    "share_of_answers coefficient log_odds odds_ratio average_marginal_effect"
).split()


def study(name: str) -> dict[str, Any]:
    """Configuration of a study of the repository, with paths from anywhere."""
    folder = ROOT / "studies" / name if name != "shipped" else ROOT
    config = yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))
    for key, path in config["inputs"].items():
        config["inputs"][key] = str(folder / path) if path else path
    for key, default in (("codebook", "config/codebook.yaml"), ("checksums", "data/raw/SHA256SUMS")):
        config["inputs"].setdefault(key, str(folder / default))
    return config


def hold(opinion: Opinion) -> None:
    """Hold that R agrees wherever it computes, and computes what it can."""
    assert opinion.apart.empty, opinion.apart.to_string()
    # What is no number is further apart than nothing, and nothing to compare agrees with everything.
    assert len(opinion.compared) and opinion.compared["difference"].astype(float).notna().all()
    plain = opinion.numbers["statistic"].str.replace(r"_(?:no)?fpc$", "", regex=True)
    left = set(opinion.reasons)
    lacking = opinion.numbers[plain.isin(COMPUTED) & opinion.numbers["estimate_id"].isin(left)]
    lacking = lacking[
        ~lacking["not_computed"].str.contains(
            "codes of open answers|nobody|Firth|in each replicate|interval alone|its weights are the pipeline"
        )
    ]
    assert lacking.empty, lacking.to_string()
    assert opinion.told["released_compared"] == opinion.told["released_within_rounding"]
    assert not any("R stopped" in reason for reason in opinion.reasons.values())


def hold_whole(opinion: Opinion) -> None:
    """Hold it, and that of each row that R computes at all it has every number that we print."""
    hold(opinion)
    assert opinion.told["in_part"] == {}


@pytest.mark.parametrize("name", ["one-service"])
def test_r_agrees_with_a_study(name: str, tmp_path: Path) -> None:
    hold_whole(opinion_on(study(name), tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ["shipped", *STUDIES] if name != "one-service"])
def test_r_agrees_with_every_other_study(name: str, tmp_path: Path) -> None:
    hold_whole(opinion_on(study(name), tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*any_study.CLAIMED, any_study.COUNTED])
def test_r_agrees_on_claims_of_every_kind(name: str, tmp_path: Path) -> None:
    hold(opinion_on(any_study.configuration(tmp_path, name), tmp_path / "results"))


@pytest.mark.parametrize("name", QUICK)
def test_r_builds_a_design(name: str, tmp_path: Path) -> None:
    hold(opinion_on(make_study(tmp_path / "study", name), tmp_path / "results"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in DESIGNS if name not in QUICK])
def test_r_builds_every_other_design(name: str, tmp_path: Path) -> None:
    hold(opinion_on(make_study(tmp_path / "study", name), tmp_path / "results"))
