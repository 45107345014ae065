"""Thresholds of disclosure control: named presets, with the study's own numbers over them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from surveypipe.study.disclosure import Disclosure

OWN_THRESHOLDS = ("min_base", "min_cell", "min_population")


@dataclass(frozen=True)
class Rules:
    """Thresholds of a preset. All are compared with unweighted counts, before any rounding.

    Parameters
    ----------
    min_base
        Fewest respondents behind a published answer.
    min_answers
        Fewest respondents in the published answer itself (0: a small count alone is no reason).
    min_cell
        Fewest respondents in a published characteristic; also the least width of the interval in which
        the audit must leave a suppressed count.
    min_population
        Fewest staff in a published characteristic.
    max_lost
        Greatest share of the cells of Table 1 that may be suppressed before the build fails.
    zeros_disclosive
        Whether an answer that nobody gave is suppressed too (class disclosure).
    complement
        Whether the other answer to a question with two answers goes with a suppressed one.
    min_df
        Fewest residual degrees of freedom of a published test or model.
    round_to
        Released counts are multiples of this (0: not rounded); shares are then whole per cent.
    marker
        What a reader is shown in the place of a suppressed count; ``{below}`` stands for the count and
        ``{share}`` for the percentage that it is known to be below.
    dominance
        How many contributors may not make up which share of a sum of numbers or more; empty for none.
    p_ratio
        Least share of the greatest contribution that all but the two greatest must make up together.
    audited
        Whether numbers are rounded, and what follows from several tables together is hidden too.
    """

    min_base: int
    min_answers: int
    min_cell: int
    min_population: int
    max_lost: float = 0.10
    zeros_disclosive: bool = False
    complement: bool = False
    min_df: int = 0
    round_to: int = 0
    marker: str = ""
    dominance: tuple[int, float] | tuple[()] = (2, 0.9)
    p_ratio: float = 0.1
    audited: bool = True

    def shown(self, base: float | None = None) -> str:
        """Give what stands in the place of a suppressed count, of a published base where there is one."""
        if base is None or not base > 0:
            return self.marker.format(below=self.min_cell, share="").replace(" (<%)", "")
        return self.marker.format(below=self.min_cell, share=f"{100 * self.min_cell / base:.1f}")


PRESETS: dict[str, Rules] = {
    "research": Rules(min_base=10, min_answers=0, min_cell=5, min_population=10),
    "strict": Rules(min_base=10, min_answers=10, min_cell=10, min_population=10),
    # Office for National Statistics, Secure Research Service, and the SACRO checks: ten unweighted, ten
    # degrees of freedom, and a zero is as telling as a small number. Its dominance rule (n = 2, k = .9) and
    # p-ratio (.1) hold under every preset that is audited.
    "ons_srs": Rules(
        min_base=10, min_answers=10, min_cell=10, min_population=10, zeros_disclosive=True, min_df=10
    ),
    # NHS Hospital Episode Statistics: 1 to 7 suppressed, all else rounded to 5.
    "nhs_hes": Rules(min_base=8, min_answers=8, min_cell=8, min_population=8, round_to=5, marker="*"),
    # Manitoba Centre for Health Policy: fewer than 6, and what would give it away by subtraction.
    "manitoba": Rules(
        min_base=6,
        min_answers=6,
        min_cell=6,
        min_population=6,
        complement=True,
        marker="<{below} (<{share}%)",
    ),
    # Data that anybody may have already: there is nothing left to disclose.
    "open": Rules(min_base=1, min_answers=0, min_cell=1, min_population=1, audited=False),
}


def rules_of(settings: Disclosure) -> Rules:
    """Thresholds from the ``disclosure`` section: the preset, with the study's own numbers over it."""
    own = {key: getattr(settings, key) for key in OWN_THRESHOLDS}
    return replace(PRESETS[settings.preset], **{key: n for key, n in own.items() if n is not None})
