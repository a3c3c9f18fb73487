"""Worked examples: what papers and textbooks print comes out of their data, to the digits that they print."""

import numpy as np
import pandas as pd
import pytest

from review.meta.contrasts import expected_effects
from review.meta.escalc.means import mean_difference
from review.meta.escalc.small_sample import exact_j
from review.meta.escalc.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from review.meta.moderators import regress
from review.meta.multilevel.model import fit_multilevel
from review.meta.peto import peto
from review.meta.profile import profile_interval, shrunken_effects
from review.meta.regression_result import RegressionEstimate
from review.meta.result import PooledEstimate
from review.meta.univariate import random_effects
from tests.reference.comparing import reference

GOLDEN = reference()["datasets"]
BCG = pd.DataFrame(GOLDEN["bcg_RR"]["inputs"])
CELLS = [BCG[c] for c in ("tpos", "tneg", "cpos", "cneg")]


def rounded(found: PooledEstimate | RegressionEstimate, digits: int) -> list[tuple[float, float]]:
    return [(round(c.estimate, digits), round(c.se, digits)) for c in found.coefficients]


def ratio(found: PooledEstimate, digits: int) -> list[float]:
    c = found.coefficients[0]
    return [round(float(np.exp(x)), digits) for x in (c.estimate, c.ci_low, c.ci_high)]


def test_colditz_1994_vaccination_halves_tuberculosis() -> None:
    # JAMA 271, 698–702: relative risk 0.49 (95 % CI, 0.34 to 0.70), a protective effect of 51 %
    found = random_effects(*effects(log_risk_ratio(*CELLS)), method="DL", test="z")
    assert ratio(found, 2) == [0.49, 0.34, 0.70]


def effects(sizes: object) -> tuple[np.ndarray, np.ndarray]:
    return sizes.yi, sizes.vi  # type: ignore[attr-defined]


class TestBerkey1995:
    """Statistics in Medicine 14, 395–411, page 408: empirical Bayes with smoothed variances."""

    yi = log_risk_ratio(*CELLS).yi
    vi = np.mean(BCG.tneg / BCG.tpos) / (BCG.tneg + BCG.tpos) + np.mean(BCG.cneg / BCG.cpos) / (
        BCG.cneg + BCG.cpos
    )
    table = pd.DataFrame({"yi": yi, "vi": vi, "latitude": BCG.ablat - 33.46})

    def test_random_effects(self) -> None:
        found = random_effects(self.yi, self.vi, method="EB", test="z")
        assert rounded(found, 4) == [(-0.5429, 0.1842)]
        assert round(found.tau2 or 0, 3) == 0.268

    def test_latitude_explains_41_percent(self) -> None:
        found = regress("latitude", self.table, method="EB", test="z")
        # the paper prints -0.6304
        assert rounded(found, 4) == [(-0.6303, 0.1591), (-0.0268, 0.0110)]
        assert (round(found.tau2, 3), round(found.R2 or 0)) == (0.157, 41)
        at = expected_effects(found, [[1, 0], [1, 42 - 33.46]])
        assert [round(float(np.exp(x.mean.estimate)), 2) for x in at] == [0.53, 0.42]

    def test_without_residual_heterogeneity(self) -> None:
        found = regress("latitude", self.table, method="FE", test="z")
        # the paper prints -0.5950 and 0.0039
        assert rounded(found, 4) == [(-0.5949, 0.0696), (-0.0282, 0.0040)]
        at = expected_effects(found, [[1, 0], [1, 42 - 33.46]])
        assert [round(float(np.exp(x.mean.estimate)), 2) for x in at] == [0.55, 0.43]


class TestVanHouwelingen2002:
    """Statistics in Medicine 21, 589–624, pages 596–609: the vaccine trials as log odds ratios, by maximum likelihood."""

    yi, vi = effects(log_odds_ratio(*CELLS))

    def test_one_effect_for_all(self) -> None:
        # the paper prints 0.703
        assert ratio(random_effects(self.yi, self.vi, method="FE", test="z"), 3) == [0.647, 0.595, 0.702]

    def test_random_effects(self) -> None:
        found = random_effects(self.yi, self.vi, method="ML", test="z")
        assert ratio(found, 3) == [0.476, 0.336, 0.675]
        assert round(found.tau2 or 0, 3) == 0.302
        # read off the profile likelihood, page 598
        assert [round(x, 2) for x in profile_interval(found)] == [0.12, 0.89]

    def test_latitude(self) -> None:
        table = pd.DataFrame({"yi": self.yi, "vi": self.vi, "latitude": BCG.ablat})
        found = regress("latitude", table, method="ML", test="z")
        assert rounded(found, 3) == [(0.371, 0.106), (-0.033, 0.003)]
        assert (round(found.tau2, 3), round(found.R2 or 0, 1)) == (0.004, 98.7)


class TestNormand1999:
    """Statistics in Medicine 18, 321–359, tables VII and IX."""

    @pytest.mark.parametrize("method", ["FE", "DL", "REML"])
    def test_lidocaine_after_infarction(self, method: str) -> None:
        # Hine et al. 1989: deaths and patients with lidocaine, and without
        died, n1 = np.array([2, 4, 6, 7, 7, 11]), np.array([39, 44, 107, 103, 110, 154])
        without, n2 = np.array([1, 4, 4, 5, 3, 4]), np.array([43, 44, 110, 100, 106, 146])
        yi, vi = effects(risk_difference(died, n1 - died, without, n2 - without))
        found = random_effects(100 * yi, 100**2 * vi, method=method, test="z")  # type: ignore[arg-type]
        c = found.coefficients[0]
        assert [round(c.estimate, 2), round(c.ci_low, 1), round(c.ci_high, 1)] == [2.94, 0.4, 5.5]
        assert found.tau2 == 0

    @pytest.mark.parametrize(
        ("method", "expected", "tau2"),
        [
            ("FE", [-3.49, -5.03, -1.96], 0.0),
            ("DL", [-14.10, -24.45, -3.75], 218.72),
            ("REML", [-15.12, -32.67, 2.43], 685.20),
        ],
    )
    def test_length_of_stay_after_stroke(self, method: str, expected: list[float], tau2: float) -> None:
        d = pd.DataFrame(GOLDEN["normand1999_MD"]["inputs"])
        # the tutorial pools the standard deviations of both groups
        sd = np.sqrt(((d.n1i - 1) * d.sd1i**2 + (d.n2i - 1) * d.sd2i**2) / (d.n1i + d.n2i - 2))
        yi, vi = effects(mean_difference(d.m1i, sd, d.n1i, d.m2i, sd, d.n2i))
        found = random_effects(yi, vi, method=method, test="z")  # type: ignore[arg-type]
        c = found.coefficients[0]
        assert [round(x, 2) for x in (c.estimate, c.ci_low, c.ci_high)] == expected
        assert round(found.tau2 or 0, 2) == tau2


class TestRaudenbush1985:
    """Journal of Educational Statistics 10, 75–98 (and Raudenbush 2009): what teachers expect of pupils."""

    # fmt: off
    table = pd.DataFrame({
        "yi": [0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80, 0.54, 0.18, -0.02, 0.23, -0.18, -0.06,
               0.30, 0.07, -0.07],
        "vi": [0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630, 0.0912, 0.0497, 0.0835,
               0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303],
        # of prior contact, 3 and more as 3
        "weeks": [2, 3, 3, 0, 0, 3, 3, 3, 0, 1, 0, 0, 1, 2, 3, 3, 1, 2, 3],
    })
    # fmt: on

    def test_random_effects_and_shrunken_studies(self) -> None:
        found = random_effects(self.table.yi, self.table.vi, test="z")
        assert [round(x, 3) for x in (found.coefficients[0].estimate, found.tau2 or 0)] == [0.084, 0.019]
        assert [round(found.Q or 0, 2), found.Q_df] == [35.83, 18]
        assert round(found.coefficients[0].statistic, 2) == 1.62
        best = shrunken_effects(found).estimate
        assert [round(x, 2) for x in best[:10]] == [
            0.05,
            0.10,
            -0.01,
            0.21,
            0.11,
            -0.01,
            0.02,
            -0.03,
            0.16,
            0.25,
        ]

    def test_weeks_of_contact_explain_all(self) -> None:
        found = regress("weeks", self.table, test="z")
        assert [round(c.estimate, 3) for c in found.coefficients] == [0.407, -0.157]
        assert [round(c.statistic, 2) for c in found.coefficients] == [4.68, -4.39]
        assert found.tau2 == pytest.approx(0, abs=1e-6)
        assert round(found.Q, 2) == 16.57


class TestKonstantopoulos2011:
    """Research Synthesis Methods 2, 61–76, tables 4 and 5: modified school calendars."""

    data = pd.DataFrame(GOLDEN["konstantopoulos2011"]["inputs"])

    def test_two_levels(self) -> None:
        found = random_effects(self.data.yi, self.data.vi, test="z")
        assert rounded(found, 3) == [(0.128, 0.044)]
        assert [round(found.tau2 or 0, 3), round(found.se_tau2 or 0, 3)] == [0.088, 0.020]

    def test_year_at_two_levels(self) -> None:
        table = self.data.assign(year=self.data.year - self.data.year.mean())
        found = regress("year", table, test="z")
        assert [round(c.estimate, 3) for c in found.coefficients] == [0.126, 0.005]

    def test_three_levels(self) -> None:
        d = self.data
        found = fit_multilevel(
            d.yi, d.vi, study=d.district.tolist(), estimate=d.study.tolist(), method="ML", test="z"
        )
        assert [round(found.coefficients[0].estimate, 4), round(found.coefficients[0].se, 4)] == [
            0.1845,
            0.0805,
        ]
        assert [round(x, 4) for x in found.sigma2] == [0.0577, 0.0329]
        again = fit_multilevel(d.yi, d.vi, study=d.district.tolist(), estimate=d.study.tolist(), test="z")
        # two thirds of the variance lie between districts
        assert round(again.sigma2[0] / sum(again.sigma2), 2) == 0.67


def test_hart_1999_warfarin_prevents_two_strokes_of_three() -> None:
    # Annals of Internal Medicine 131, 492–501: reduced stroke by 62 % (95 % CI, 48 % to 72 %) in six trials, Peto's method
    d = pd.DataFrame(GOLDEN["hart1999_IRR"]["inputs"])
    found = peto(d.x1i, d.n1i - d.x1i, d.x2i, d.n2i - d.x2i)
    c = found.estimate
    assert found.k == 6
    assert [round(100 * (1 - float(np.exp(x)))) for x in (c.estimate, c.ci_high, c.ci_low)] == [62, 48, 72]


def test_molloy_2014_conscientious_patients_take_their_medicine() -> None:
    # Annals of Behavioral Medicine 47, 92–101: r = 0.15 (95 % CI, 0.09 to 0.21) in 16 studies
    data = GOLDEN["molloy2014_ZCOR"]
    c = random_effects(data["yi"], data["vi"], test="z").coefficients[0]
    assert [round(float(np.tanh(x)), 2) for x in (c.estimate, c.ci_low, c.ci_high)] == [0.15, 0.09, 0.21]


def test_hedges_1981_correction_of_the_standardized_mean_difference() -> None:
    # Journal of Educational Statistics 6, 107–128: the exact factor, and how near 1 − 3 / (4m − 1) comes to it
    m = np.arange(2.0, 60)
    assert exact_j(m)[0] == pytest.approx(1 / np.sqrt(np.pi), rel=1e-14)
    off = np.abs(exact_j(m) - (1 - 3 / (4 * m - 1)))
    assert off.max() < 0.0075
    assert off[8:].max() < 0.0005
