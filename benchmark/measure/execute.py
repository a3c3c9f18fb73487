"""Predictions of an arm on many images, as fast as the processor allows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from benchmark.arms import Progress, Runtime, silent
from benchmark.measure.session import Images, Probabilities, Session, hushed, open_session
from db.errors import MedquantError

BATCH = 8
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
    The images are independent, so each thread has a network of its own and takes the next eight images, instead
    of all threads sharing each image and waiting for each other at every layer. Measured on MobileNetV2 at
    128 px this is as fast as the shared way on idle cores, twice as fast for kernels that do not share work
    (reference and hybrid kernels), and it keeps its speed when other programs use the cores. A batch of eight is
    used only after its results were seen to equal those of single images: a network with a fixed reshape may
    accept a batch and mix its images.
    """
    _check_images(images)
    size = images.shape[1]

    def opened(batch: int, share: int = 1) -> Session:
        return open_session(file, runtime, threads=share, batch=batch, size=size)

    single = opened(1)
    if single.input_size != size:
        raise MedquantError(
            f"{file} takes images of {single.input_size} × {single.input_size} pixels and was given {size} × {size}: "
            "open the data set at the network's size"
        )
    result = np.empty((len(images), single.classes), np.float32)
    if not len(images):
        return result
    first = _batching(single, opened, images)
    chunks = [slice(k, k + first.batch) for k in range(0, len(images), first.batch)]
    # PyTorch's threads belong to the process, so that there the threads share each batch.
    workers = 1 if runtime is Runtime.TORCH else min(threads, len(chunks))
    if runtime is Runtime.TORCH:
        first = opened(first.batch, threads)
    sessions: SimpleQueue[Session] = SimpleQueue()
    sessions.put(first)
    with ThreadPoolExecutor(workers) as pool:
        with hushed():
            for extra in pool.map(lambda _: opened(first.batch), range(workers - 1)):
                sessions.put(extra)

        def work(chunk: slice) -> int:
            session = sessions.get()
            try:
                result[chunk] = session.run(images[chunk])
            finally:
                sessions.put(session)  # whoever waits for it must not wait for ever
            return len(result[chunk])

        done = 0
        try:
            for future in as_completed([pool.submit(work, chunk) for chunk in chunks]):
                done += future.result()
                progress("predicting", done, len(images))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    _check_probabilities(file, result)
    return result


def _batching(single: Session, opened: Callable[[int], Session], images: Images) -> Session:
    """Return a session for batches if it says the same of the first and last of a batch as one for single images."""
    if len(images) < 2 * BATCH or single.batch > 1:
        return single
    try:
        wide = opened(BATCH)
        if wide.batch < BATCH:
            return single
        together = wide.run(images[:BATCH])
    except MedquantError:
        return single
    ends = [0, BATCH - 1]
    alone = np.concatenate([single.run(images[k : k + 1]) for k in ends])
    return wide if np.allclose(together[ends], alone, rtol=0, atol=SAME) else single


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
