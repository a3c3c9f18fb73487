"""Decoding one file, whatever its kind, into a square image of the same shape for every network."""

import gzip
import io
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from benchmark.data.dicom import is_dicom, read_dicom
from benchmark.data.nifti import is_nifti, read_nifti
from benchmark.data.windows import eight_bit, stretched
from db.errors import MedquantError

DECODER = 1
"""The version of the decoding: raise it when a file may decode to other pixels, and cached arrays are made anew."""

FORMATS = ("PNG", "JPEG", "BMP", "TIFF")
KINDS = "PNG, JPEG, BMP, TIFF, DICOM or NIfTI"
MAX_PIXELS = 64_000_000
MAX_BYTES = 1 << 30

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")


def decode_image(data: bytes, size: int, *, name: str) -> NDArray[np.uint8]:
    """Decode a file's bytes into an image.

    Parameters
    ----------
    data
        The whole file; its kind is told by its content (DICOM without its preamble by the ending .dcm).
    size
        Pixels a side of the result; the image is stretched to a square by Pillow's bilinear filter.
    name
        What to call the file in a message.

    Returns
    -------
    numpy.ndarray
        uint8 [size, size, 3], red, green, blue; of a grey image three times the same.

    Raises
    ------
    MedquantError
        If the file is no image, is cut short, is too large to be one, or holds several images.

    Notes
    -----
    EXIF orientation is applied and transparency dropped. DICOM goes through its rescale and window; NIfTI, and
    greys of more than 8 bits, are stretched between their 0.5th and 99.5th percentile.
    """
    try:
        return np.asarray(_resized(_picture(data, name), size))
    except MedquantError as error:
        raise MedquantError(f"{name} cannot be used: {error}") from error


def _picture(data: bytes, name: str) -> Image.Image:
    if len(data) > MAX_BYTES:
        raise MedquantError(f"it has {len(data):,} bytes, more than the {MAX_BYTES:,} allowed for one image")
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data)
    if is_nifti(data):
        return Image.fromarray(eight_bit(stretched(read_nifti(data))))
    if is_dicom(data) or (name.lower().endswith(".dcm") and not data.startswith(_PICTURES)):
        return Image.fromarray(read_dicom(data, max_pixels=MAX_PIXELS))
    return _read_picture(data)


def _unzipped(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MedquantError(f"its gzip stream is damaged or cut short ({error})") from error
    if len(content) > MAX_BYTES:
        raise MedquantError(f"it unpacks to more than the {MAX_BYTES:,} bytes allowed for one image")
    return content


def _read_picture(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_extent(image)
            image.load()
            upright = ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        raise MedquantError(f"it is no image that can be read; allowed: {KINDS}") from None
    except MedquantError:
        raise
    except Exception as error:  # Pillow raises errors of many kinds for a damaged file
        raise MedquantError(f"it is a damaged or truncated image ({error}); get the file again") from error
    if upright.mode.startswith("I") or upright.mode == "F":
        return Image.fromarray(eight_bit(stretched(np.asarray(upright, np.float64))))
    if upright.mode == "P":
        upright = upright.convert("RGBA")
    return upright.convert("RGB")


def _check_extent(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise MedquantError(f"it has {width:,} × {height:,} pixels, more than the {MAX_PIXELS:,} allowed")
    if (frames := int(getattr(image, "n_frames", 1))) > 1:
        raise MedquantError(f"it holds {frames} images; one image a file is needed")


def _resized(image: Image.Image, size: int) -> Image.Image:
    if image.mode == "L":
        return image.resize((size, size), Image.Resampling.BILINEAR).convert("RGB")
    return image.resize((size, size), Image.Resampling.BILINEAR)
