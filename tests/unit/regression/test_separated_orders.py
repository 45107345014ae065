"""Ordinal models in which a predictor parts the answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveypipe.design.sampling import SurveyDesign
from surveypipe.regression import fitting


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(4))
def test_a_separated_model_is_flagged_and_stops_nothing(seed: int):
    r = np.random.default_rng(seed)
    answer = np.repeat([1.0, 2.0, 3.0], 20)
    data = pd.DataFrame({"answer": answer, "top": (answer == 3).astype(float), "other": r.normal(size=60)})
    made = fitting.fit(
        data, "answer", ["top", "other"], kind="ordinal", design=SurveyDesign(np.ones(60)), firth="never"
    )
    assert "separated" in made.flags
    # The scores vanish, and with them what would be printed as a standard error.
    assert made.standard_errors().isna().all()
