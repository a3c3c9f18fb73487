"""Predictions of an arm on many images, as fast as the processor allows."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from benchmark.arms import Progress, Runtime, silent
from benchmark.measure.session import Images, Probabilities, Session, hushed, open_session
from db.errors import MedquantError

BATCH = 16
SAME = 1e-5


def predict(
    file: Path, runtime: Runtime, images: Images, *, threads: int, progress: Progress = silent
) -> Probabilities:
    """Return the class probabilities that a network gives to images.

    Parameters
    ----------
    file
        The network: .tflite, .onnx or .pt2.
    runtime
        What executes it.
    images
        uint8, shape (n, side, side, 3), values 0–255.
    threads
        How many threads work; at least 1.
    progress
        Told of every batch that is done.

    Returns
    -------
    float32, shape (n, classes).

    Raises
    ------
    MedquantError
        If the file cannot be run, is made for images of another side, or returns no probabilities.

    Notes
    -----
    Threads share each batch where the kernels can share one (`Session.shares_work`). Hybrid and reference kernels work
    on one thread whatever they are given, so there each thread has a network of its own and takes the next batch:
    twice as fast on two cores. A network with a fixed reshape may accept a batch and mix its images, so the last batch
    takes some images again, at other places and among others: where they get other results, or a batch fails, all
    images are taken one by one.
    """
    _check_images(images)
    result: Probabilities | None = None
    if len(images) >= 2 * BATCH:
        with contextlib.suppress(MedquantError):
            result = _evaluate(file, runtime, images, BATCH, threads, progress)
    if result is None:
        result = _evaluate(file, runtime, images, 1, threads, progress)
    if result is None:
        raise MedquantError(
            f"{file} takes its images in fixed batches and mixes them: an image's result depends on its neighbours"
        )
    _check_probabilities(file, result)
    return result


def _evaluate(
    file: Path, runtime: Runtime, images: Images, batch: int, threads: int, progress: Progress
) -> Probabilities | None:
    """Return the probabilities of all images; None if an image's differ with the company that it is evaluated in."""
    count, size = len(images), images.shape[1]

    def opened(share: int) -> Session:
        return open_session(file, runtime, threads=share, batch=batch, size=size)

    first = opened(threads)
    if first.input_size != size:
        raise MedquantError(
            f"{file} takes images of {first.input_size} × {first.input_size} pixels and was given {size} × {size}: "
            "open the data set at the network's size"
        )
    result = np.full((count, first.classes), np.nan, np.float32)
    starts = _starts(count, first.batch)
    workers = 1 if first.shares_work else max(1, min(threads, len(starts)))
    sessions: SimpleQueue[Session] = SimpleQueue()
    with hushed():
        for session in [first] if workers == 1 else [opened(1) for _ in range(workers)]:
            sessions.put(session)

    def work(start: int) -> Probabilities:
        session = sessions.get()
        try:
            return session.run(images[start : start + session.batch])
        finally:
            sessions.put(session)  # whoever waits for it must not wait for ever

    with ThreadPoolExecutor(workers) as pool:
        batches = map(work, starts) if workers == 1 else pool.map(work, starts)
        for start, found in zip(starts, batches, strict=True):
            here = result[start : start + len(found)]
            again = np.isfinite(here)
            if again.any() and not np.allclose(here[again], found[again], rtol=0, atol=SAME):
                pool.shutdown(wait=False, cancel_futures=True)
                return None
            here[:] = found
            progress("predicting", min(start + len(found), count), count)
    return result


def _starts(count: int, batch: int) -> list[int]:
    """Return where the batches of `count` images start; the last one overlaps those before, if there are any."""
    if batch == 1 or count <= batch:
        return list(range(0, count, batch))
    starts = [*range(0, count - batch, batch), count - batch]
    return starts if count % batch else [*starts, count - batch - batch // 2]


def _check_images(images: Images) -> None:
    if (
        images.dtype != np.uint8
        or images.ndim != 4
        or images.shape[1] != images.shape[2]
        or images.shape[3] != 3
    ):
        raise MedquantError(
            f"the images are {images.dtype} of shape {images.shape}: allowed is uint8 of shape (n, side, side, 3)"
        )


def _check_probabilities(file: Path, result: Probabilities) -> None:
    """Refuse outputs that are no probabilities; integers may miss a sum of one by half a step a class."""
    if not len(result):
        return
    bad = ~np.isfinite(result).all(axis=1)
    if bad.any():
        raise MedquantError(
            f"{file} returned values that are no numbers for {int(bad.sum())} of {len(result)} images: its precision "
            "is too low for its values, or it is damaged"
        )
    slack = 0.02 + result.shape[1] / 128
    sums = result.sum(axis=1, dtype=np.float64)
    if result.min() < -slack or np.abs(sums - 1).max() > slack:
        raise MedquantError(
            f"{file} returns no probabilities (the rows sum to {sums.min():.3g} … {sums.max():.3g}): end the network "
            "with a softmax"
        )
