"""AAPOR rates against METHODS 2.4, GT-1 (printed to six digits, RR1, REF1 and CON1 exactly)."""

import pytest

from surveypipe.intake.response_rates import casro_e, outcome_rates

GT1_COUNTS = {"I": 110, "P": 9, "R": 20, "NC": 5, "O": 3, "UH": 173, "UO": 0, "IE": 8}

# What the table "Verification" is made from: known answer, what is computed, tolerance, data.
CHECKS = [("GT-1", "outcome rates RR, COOP, REF, CON and e", 5e-7, "invented counts")]
# GT-1, METHODS 2.4
GT1 = {
    "e": 0.948387,
    "RR1": 0.343750,
    "RR2": 0.371875,
    "RR3": 0.353617,
    "RR4": 0.382549,
    "RR5": 0.748299,
    "RR6": 0.809524,
    "COOP1": 0.774648,
    "COOP2": 0.838028,
    "COOP3": 0.791367,
    "COOP4": 0.856115,
    "REF1": 0.0625,
    "REF2": 0.064294,
    "REF3": 0.136054,
    "CON1": 0.443750,
    "CON2": 0.456487,
    "CON3": 0.965986,
}


def test_gt1_every_rate():
    rates = outcome_rates(GT1_COUNTS, casro_e(GT1_COUNTS)).set_index("rate")["value"]
    assert set(rates.index) == set(GT1)
    for rate, printed in GT1.items():
        assert rates[rate] == pytest.approx(printed, abs=5e-7), rate


def test_unknown_eligibility_of_both_kinds_counts():
    split = {**GT1_COUNTS, "UH": 100, "UO": 73}
    rates = outcome_rates(split, casro_e(split)).set_index("rate")["value"]
    assert rates["RR3"] == pytest.approx(GT1["RR3"], abs=5e-7)
