"""DICOM images: stored values, rescaled, windowed, and bright where the scanner means bright."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.data.windows import eight_bit, stretched, windowed
from db.errors import MedquantError

if TYPE_CHECKING:
    from pydicom import Dataset

_PREAMBLE = 128


def is_dicom(data: bytes) -> bool:
    """Tell whether a file is DICOM, by the prefix after its preamble."""
    return data[_PREAMBLE : _PREAMBLE + 4] == b"DICM"


def read_dicom(data: bytes, *, max_pixels: int) -> NDArray[np.uint8]:
    """Return the image of a DICOM file as it is meant to be shown.

    Parameters
    ----------
    data
        The whole file.
    max_pixels
        The most rows × columns that are decoded.

    Returns
    -------
    numpy.ndarray
        uint8 [rows, columns] of a grey image, [rows, columns, 3] of a colour one.

    Raises
    ------
    MedquantError
        If pydicom is not installed, the file is damaged or has no image, it holds several frames, or its
        compression has no decoder here.

    Notes
    -----
    Stored values go through the modality LUT or Rescale Slope and Intercept, then through the first window, else the
    first VOI LUT, else they are stretched between their 0.5th and 99.5th percentile, pixel padding left out. MONOCHROME1 is
    inverted. A file of several frames is refused: a class folder says nothing about which frame shows the class.

    Reference
    ---------
    DICOM PS3.3 C.7.6.3.1.2 (photometric interpretation), C.11.1 (modality LUT), C.11.2 (VOI LUT).
    """
    try:
        import pydicom
    except ImportError:
        raise MedquantError(
            "reading DICOM needs pydicom; install the extra: pip install 'medquant[benchmark]'"
        ) from None
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        _check_extent(dataset, max_pixels)
        stored = _stored(dataset)
        coloured = stored.ndim == 3 or dataset.get("PhotometricInterpretation") == "PALETTE COLOR"
        return _colours(stored, dataset) if coloured else _greys(stored, dataset)
    except MedquantError:
        raise
    except Exception as error:  # pydicom raises errors of many kinds for a damaged element
        raise MedquantError(f"it is damaged or truncated DICOM ({error}); get the file again") from error


def _check_extent(dataset: "Dataset", max_pixels: int) -> None:
    pixels = int(dataset.get("Rows") or 0) * int(dataset.get("Columns") or 0)
    if "PixelData" not in dataset or pixels == 0:
        raise MedquantError("it is no DICOM file with an image in it (no pixel data)")
    if (frames := int(dataset.get("NumberOfFrames") or 1)) > 1:
        raise MedquantError(
            f"it holds {frames} frames; one image a file is needed: export the frame that is meant"
        )
    if pixels > max_pixels:
        raise MedquantError(f"it has {pixels:,} pixels, more than the {max_pixels:,} allowed")


def _stored(dataset: "Dataset") -> NDArray[np.generic]:
    """Return the stored values of the one frame, decompressed."""
    from pydicom.pixels.utils import pixel_array

    try:
        return np.asarray(pixel_array(dataset))
    except Exception as error:  # decoders raise what they like
        syntax = dataset.file_meta.TransferSyntaxUID
        if not syntax.is_compressed:
            raise
        raise MedquantError(
            f"its pixels, stored as {syntax.name}, cannot be decoded here; convert the file to an uncompressed "
            "transfer syntax (dcmdjpeg or gdcmconv --raw), or install pylibjpeg with its decoders"
        ) from error


def _colours(stored: NDArray[np.generic], dataset: "Dataset") -> NDArray[np.uint8]:
    from pydicom.pixels.processing import apply_color_lut

    if dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
        stored = apply_color_lut(stored, dataset)
        depth = 8 * stored.dtype.itemsize
    else:
        depth = int(dataset.get("BitsStored") or 8)
    return eight_bit(np.clip(stored[..., :3].astype(np.float64) / (2**depth - 1), 0.0, 1.0))


def _greys(stored: NDArray[np.generic], dataset: "Dataset") -> NDArray[np.uint8]:
    from pydicom.pixels.processing import apply_modality_lut, apply_voi

    values = np.asarray(apply_modality_lut(stored, dataset))
    if window := _first_window(dataset):
        shown = windowed(values.astype(np.float64), *window)
    elif dataset.get("VOILUTSequence"):
        depth = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
        shown = np.asarray(apply_voi(values.astype(np.int64), dataset)) / (2**depth - 1)
    else:
        shown = stretched(values.astype(np.float64), _no_padding(stored, dataset))
    grey = eight_bit(np.clip(np.nan_to_num(shown), 0.0, 1.0))
    inverted = dataset.get("PhotometricInterpretation") == "MONOCHROME1"
    return np.asarray(255 - grey, np.uint8) if inverted else grey


def _first_window(dataset: "Dataset") -> tuple[float, float, str] | None:
    """Return center, width and function of the first window, or None where none is recorded."""
    center, width = dataset.get("WindowCenter"), dataset.get("WindowWidth")
    if center in (None, "") or width in (None, ""):
        return None
    center, width = (next(iter(v)) if isinstance(v, Sequence) else v for v in (center, width))
    return float(center), float(width), str(dataset.get("VOILUTFunction") or "LINEAR")


def _no_padding(stored: NDArray[np.generic], dataset: "Dataset") -> NDArray[np.bool_] | None:
    padding = dataset.get("PixelPaddingValue")
    if padding is None or not (kept := np.asarray(stored != padding)).any():
        return None
    return kept
