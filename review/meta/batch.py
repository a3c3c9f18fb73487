"""Many fits of one design at once, as permutations and leaving rows out need them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.meta.reml import reml_tau2

Matrix = NDArray[np.float64]

MAX_STEPS = 60
BLOCK = 1_000_000  # doubles per array


@dataclass(frozen=True, eq=False)
class BatchFit:
    """n weighted fits.

    Parameters
    ----------
    tau2
        Shape (n,).
    estimates
        Coefficients of the basis, shape (n, p).
    covariance
        Of the coefficients, with the usual standard errors, shape (n, p, p).
    scatter
        Weighted residual sums of squares over k − p, shape (n,): the Knapp–Hartung factor.
    """

    tau2: Matrix
    estimates: Matrix
    covariance: Matrix
    scatter: Matrix


@dataclass(frozen=True, eq=False)
class _Sums:
    w: Matrix
    residual: Matrix
    estimates: Matrix
    inverse: Matrix
    turned: Matrix  # (Q'WQ)⁻¹ Q'W²Q
    cubed: Matrix  # (Q'WQ)⁻¹ Q'W³Q


def fit_many(method: str, y: Matrix, v: Matrix, basis: Matrix) -> BatchFit:
    """Fit n samples of one design, by REML, DL or with tau2 = 0.

    Parameters
    ----------
    method
        "REML", "DL" or "FE".
    y
        Effects, shape (n, k), scaled and centred.
    v
        Sampling variances, shape (n, k), > 0; infinity leaves a row out of a sample.
    basis
        Orthonormal basis of the design, shape (k, p).

    Notes
    -----
    All samples take scoring steps together, from the estimate of DerSimonian and Laird; those that do not settle are finished
    one by one by the bounded search of `reml_tau2`. A top above 0 is compared with tau2 = 0; a likelihood with several
    tops above 0 is not searched for the highest, unlike in `reml_tau2`.
    """
    n, k = y.shape
    step = max(1, BLOCK // k)
    parts = [_block(method, y[i : i + step], v[i : i + step], basis) for i in range(0, n, step)]
    return BatchFit(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("tau2", "estimates", "covariance", "scatter")
        )
    )


def _block(method: str, y: Matrix, v: Matrix, basis: Matrix) -> BatchFit:
    outer = (basis[:, :, None] * basis[:, None, :]).reshape(basis.shape[0], -1)
    df = np.isfinite(v).sum(axis=1) - basis.shape[1]
    y = np.where(np.isfinite(v), y, 0.0)
    tau2 = np.zeros(y.shape[0])
    if method != "FE":
        s = _sums(tau2, y, v, basis, outer)
        q, trace, _ = _traces(s)
        tau2 = np.maximum(0.0, ((s.w * s.residual**2).sum(axis=1) - df) / trace)
        if method == "REML":
            tau2 = _reml(y, v, basis, outer, q - trace, tau2)
    s = _sums(tau2, y, v, basis, outer)
    return BatchFit(tau2, s.estimates, s.inverse, (s.w * s.residual**2).sum(axis=1) / df)


def _sums(tau2: Matrix, y: Matrix, v: Matrix, basis: Matrix, outer: Matrix) -> _Sums:
    p = basis.shape[1]
    w = 1 / (v + tau2[:, None])
    w2 = w * w
    shape = (-1, p, p)
    inverse = np.asarray(np.linalg.inv((w @ outer).reshape(shape)), dtype=np.float64)
    estimates = (inverse @ ((w * y) @ basis)[:, :, None])[:, :, 0]
    residual = y - estimates @ basis.T
    turned = inverse @ (w2 @ outer).reshape(shape)
    cubed = inverse @ ((w2 * w) @ outer).reshape(shape)
    return _Sums(w, residual, estimates, inverse, turned, cubed)


def _traces(s: _Sums) -> tuple[Matrix, Matrix, Matrix]:
    """Return y'PPy, tr P and tr PP."""
    weighted = s.w * s.residual
    trace = s.w.sum(axis=1) - np.trace(s.turned, axis1=1, axis2=2)
    squared = np.einsum("nk,nk->n", s.w, s.w) - 2 * np.trace(s.cubed, axis1=1, axis2=2)
    squared += np.einsum("nab,nba->n", s.turned, s.turned)
    return np.einsum("nk,nk->n", weighted, weighted), trace, squared


def _reml(y: Matrix, v: Matrix, basis: Matrix, outer: Matrix, slope: Matrix, start: Matrix) -> Matrix:
    tau2 = np.where((start > 0) | (slope <= 0), start, 1 / np.isfinite(v).sum(axis=1))
    open_ = np.flatnonzero((tau2 > 0) | (slope > 0))
    bend, before, step = np.zeros_like(tau2), np.zeros_like(tau2), np.zeros_like(tau2)
    for _ in range(MAX_STEPS):
        if not open_.size:
            break
        here = tau2[open_]
        q, trace, information = _traces(_sums(here, y[open_], v[open_], basis, outer))
        score = q - trace
        # the secant of the last step where it tells more than rounding, else the information
        last = step[open_]
        far = np.abs(last) > 1e-6 * here
        seen = np.divide(before[open_] - score, last, out=bend[open_].copy(), where=far)
        bend[open_] = np.where(seen > 0, seen, information)
        before[open_] = score
        moved = np.maximum(here + score / bend[open_], 0.0)
        step[open_] = moved - here
        tau2[open_] = moved
        settled = (np.abs(moved - here) <= 1e-11 * moved + 1e-15 / np.sqrt(np.abs(information))) | (
            (moved == 0) & (slope[open_] <= 0)
        )
        open_ = open_[~settled]
    for i in open_.tolist():
        inside = np.isfinite(v[i])
        q = basis if inside.all() else np.linalg.qr(basis[inside])[0]
        tau2[i] = reml_tau2(y[i, inside], v[i, inside], q)
    return _or_zero(tau2, slope, y, v, basis, outer)


def _or_zero(tau2: Matrix, slope: Matrix, y: Matrix, v: Matrix, basis: Matrix, outer: Matrix) -> Matrix:
    """Put tau2 to 0 where the likelihood is higher there."""
    doubt = np.flatnonzero((tau2 > 0) & (slope <= 0))
    if not doubt.size:
        return tau2
    heights = []
    for t in (np.zeros(doubt.size), tau2[doubt]):
        s = _sums(t, y[doubt], v[doubt], basis, outer)
        log_w = np.log(s.w, out=np.zeros_like(s.w), where=s.w > 0).sum(axis=1)
        heights.append(log_w + np.linalg.slogdet(s.inverse)[1] - (s.w * s.residual**2).sum(axis=1))
    tau2[doubt[heights[0] >= heights[1]]] = 0.0
    return tau2
