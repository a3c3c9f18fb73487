"""Low-rank factorization: a kernel becomes two thinner ones where that saves weights, and training goes on."""

import keras
import numpy as np
import numpy.typing as npt

from benchmark.arms import Progress, silent
from benchmark.compress.fine_tune import copied, fine_tune
from benchmark.compress.pruning import prunable
from db.errors import MedquantError

Matrix = npt.NDArray[np.float32]


def factorized(
    model: keras.Model,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    *,
    seed: int,
    energy: float | None = None,
    fraction: float | None = None,
    parameters: float | None = None,
    epochs: int = 2,
    rate: float = 1e-4,
    batch: int = 32,
    augment: bool = True,
    progress: Progress = silent,
) -> keras.Model:
    """Factorize a network's pointwise and dense kernels, and train it on.

    Parameters
    ----------
    model
        A trained, flat network; it stays as it is.
    images, labels
        uint8 [n, size, size, 3] and integers [n].
    seed
        Order, augmentation and dropout follow from it.
    energy, fraction, parameters
        How the ranks are chosen; see `ranks`.
    epochs, rate, batch, augment, progress
        As in `benchmark.models.training.train`; by Adam at a constant rate.

    Returns
    -------
    keras.Model
        Ordinary layers; each factorized layer is two, named "…_reduce" and "…", in its place.

    Notes
    -----
    The control is `equal_training` of `benchmark.compress.fine_tune`.

    Reference
    ---------
    Denton et al., NeurIPS 2014, arXiv 1404.0736, section 3.2; Denil et al., NeurIPS 2013, arXiv 1306.0543.
    """
    chosen = ranks(model, energy=energy, fraction=fraction, parameters=parameters)
    tuned = factorize(model, chosen, seed=seed)
    fine_tune(
        tuned,
        images,
        labels,
        epochs=epochs,
        rate=rate,
        batch=batch,
        seed=seed,
        augment=augment,
        progress=progress,
    )
    return tuned


def ranks(
    model: keras.Model,
    *,
    energy: float | None = None,
    fraction: float | None = None,
    parameters: float | None = None,
) -> dict[str, int]:
    """Choose ranks: of each pointwise or dense kernel for which two thinner ones have fewer weights.

    Parameters
    ----------
    model
        A flat network.
    energy
        The share of the squared singular values that each kernel keeps, above 0 up to 1.
    fraction
        The share of the full rank that each kernel keeps, above 0 up to 1.
    parameters
        The share of the network's parameters that remains at most, above 0 up to 1: the highest common energy
        that fits. Exactly one of the three is given.

    Returns
    -------
    dict of str to int
        Ranks by the layer's name; layers that stay whole are left out.

    Raises
    ------
    MedquantError
        If not exactly one way is given, a share is not allowed, or the budget cannot be met.
    """
    given = {"energy": energy, "fraction": fraction, "parameters": parameters}
    named = {name: share for name, share in given.items() if share is not None}
    if len(named) != 1:
        raise MedquantError(
            f"the ranks are chosen by {' and '.join(named) or 'nothing'}; give one of energy, fraction, parameters"
        )
    ((way, share),) = named.items()
    if not 0 < share <= 1:
        raise MedquantError(f"the low-rank {way} {share} is not allowed; give a share above 0 and up to 1")
    kernels = {layer.name: _matrix(layer) for layer in prunable(model)}
    if way == "fraction":
        full = {name: max(1, round(share * min(kernel.shape))) for name, kernel in kernels.items()}
        return _worthwhile(full, kernels)
    kept = {name: _kept_energy(kernel) for name, kernel in kernels.items()}
    if way == "energy":
        return _worthwhile(_ranks_of_energy(kept, share), kernels)
    return _ranks_of_budget(kept, kernels, model.count_params(), share)


def factorize(model: keras.Model, chosen: dict[str, int], *, seed: int = 0) -> keras.Model:
    """Return a network in which each chosen layer is two: one that reduces to the rank, and one that restores.

    Parameters
    ----------
    model
        A flat network; it stays as it is.
    chosen
        Ranks by the name of a pointwise convolution or dense layer.
    seed
        What the dropout of the new network follows from.

    Notes
    -----
    Strides are with the first layer, which has neither bias nor activation; bias, activation and the batch
    normalization behind stay with the second.
    """
    source = copied(model, seed)

    def call(layer: keras.layers.Layer, *args: keras.KerasTensor, **kwargs: object) -> keras.KerasTensor:
        if layer.name not in chosen:
            return layer(*args, **kwargs)
        first, second = split(_matrix(layer), chosen[layer.name])
        reduce, restore = _pair(layer, chosen[layer.name])
        outputs = restore(reduce(*args))
        for part, matrix in ((reduce, first), (restore, second)):
            part.kernel.assign(matrix.reshape(part.kernel.shape))
        if layer.use_bias:
            restore.bias.assign(layer.bias)
        return outputs

    whole = keras.models.clone_model(source, clone_function=lambda layer: layer, call_function=call)
    return copied(whole, seed)


def split(matrix: Matrix, rank: int) -> tuple[Matrix, Matrix]:
    """Return the factors [rows, rank] and [rank, columns] whose product is the best approximation of that rank.

    Parameters
    ----------
    matrix
        float32 [rows, columns].
    rank
        1 .. min(rows, columns).

    Notes
    -----
    The root of the singular values goes to each side, so that neither factor has the larger range to quantize. The
    squared error is the sum of the squared singular values that are left out.

    Reference
    ---------
    Eckart & Young 1936, The approximation of one matrix by another of lower rank.
    """
    left, values, right = np.linalg.svd(matrix.astype(np.float64), full_matrices=False)
    root = np.sqrt(values[:rank])
    return (left[:, :rank] * root).astype(np.float32), (root[:, None] * right[:rank]).astype(np.float32)


def _matrix(layer: keras.layers.Layer) -> Matrix:
    """Return a pointwise or dense kernel as [inputs, outputs]."""
    kernel: Matrix = layer.kernel.numpy()
    return kernel.reshape(kernel.shape[-2:])


def _pair(layer: keras.layers.Layer, rank: int) -> tuple[keras.layers.Layer, keras.layers.Layer]:
    config = layer.get_config()
    thin = {"use_bias": False, "activation": "linear", "name": f"{layer.name}_reduce"}
    if isinstance(layer, keras.layers.Dense):
        return type(layer).from_config(config | thin | {"units": rank}), type(layer).from_config(config)
    first = type(layer).from_config(config | thin | {"filters": rank})
    return first, type(layer).from_config(config | {"strides": (1, 1)})


def _saved(kernel: Matrix, rank: int) -> int:
    """Return how many weights two factors of a rank save."""
    rows, columns = (int(side) for side in kernel.shape)
    return rows * columns - rank * (rows + columns)


def _worthwhile(found: dict[str, int], kernels: dict[str, Matrix]) -> dict[str, int]:
    return {name: rank for name, rank in found.items() if _saved(kernels[name], rank) > 0}


def _kept_energy(kernel: Matrix) -> npt.NDArray[np.float64]:
    """Return the share of the squared singular values that each rank 1, 2, … keeps."""
    squares = np.linalg.svd(kernel.astype(np.float64), compute_uv=False) ** 2
    return np.cumsum(squares) / max(float(squares.sum()), np.finfo(np.float64).tiny)


def _ranks_of_energy(kept: dict[str, npt.NDArray[np.float64]], share: float) -> dict[str, int]:
    return {name: min(int(np.searchsorted(shares, share)) + 1, len(shares)) for name, shares in kept.items()}


def _ranks_of_budget(
    kept: dict[str, npt.NDArray[np.float64]], kernels: dict[str, Matrix], parameters: int, share: float
) -> dict[str, int]:
    """Return the ranks of the highest energy under which the network keeps at most its share of parameters."""
    energies = np.unique(np.concatenate([*kept.values(), [1.0]]))
    low, high, best = 0, len(energies) - 1, None
    while low <= high:
        middle = (low + high) // 2
        found = _worthwhile(_ranks_of_energy(kept, energies[middle]), kernels)
        left = parameters - sum(_saved(kernels[name], rank) for name, rank in found.items())
        if left <= share * parameters:
            low, best = middle + 1, found
        else:
            high = middle - 1
    if best is None:
        raise MedquantError(
            f"the network cannot be cut to {share:.0%} of its parameters by low-rank factorization; give a larger share"
        )
    return best
