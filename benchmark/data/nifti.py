"""NIfTI images: a two-dimensional slice, or the middle axial slice of a volume."""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from db.errors import MedquantError

if TYPE_CHECKING:
    from nibabel import Nifti1Image

_MAGIC = {1: (344, (b"n+1\0", b"ni1\0")), 2: (4, (b"n+2\0", b"ni2\0"))}


def is_nifti(data: bytes) -> bool:
    """Tell whether unzipped bytes are a NIfTI-1 or NIfTI-2 file, by its magic."""
    return any(data[at : at + 4] in magic for at, magic in _MAGIC.values())


def read_nifti(data: bytes) -> NDArray[np.float64]:
    """Return the grey values of a NIfTI file's slice, oriented as radiologists look at it.

    Parameters
    ----------
    data
        The whole unzipped file (.nii), 2-D or 3-D; of a 3-D volume the middle axial slice is taken: of n slices from
        foot to head, the one at index n // 2.

    Returns
    -------
    numpy.ndarray
        float64 [rows, columns] after the header's slope and intercept; NaN and infinities stay. In an axial slice anterior
        is up and the patient's right is on the left.

    Raises
    ------
    MedquantError
        If nibabel is not installed, the file is damaged or cut short, or it is neither a slice nor a volume.

    Notes
    -----
    A slice acquired in another plane and stored as 2-D is shown in its own plane.

    Reference
    ---------
    Cox et al., a (sort of) new image data format standard: NIfTI-1, 2004; nibabel's `as_closest_canonical`.
    """
    try:
        import nibabel
    except ImportError:
        raise MedquantError(
            "reading NIfTI needs nibabel; install the extra: pip install 'medquant[benchmark]'"
        ) from None
    kind = nibabel.Nifti2Image if data[4:8] in _MAGIC[2][1] else nibabel.Nifti1Image
    try:
        image = kind.from_bytes(data)
        shape, dtype = image.shape, np.dtype(image.get_data_dtype())  # type: ignore[no-untyped-call]
    except Exception as error:  # nibabel raises errors of many kinds for a damaged header
        raise MedquantError(f"it is a damaged or truncated NIfTI file ({error}); get it again") from error
    if int(getattr(image.dataobj, "offset", 0)) + math.prod(shape) * dtype.itemsize > len(
        data
    ):  # before memory of that size is asked for
        raise MedquantError(
            "it is a damaged or truncated NIfTI file (its header promises more); get it again"
        )
    if dtype.kind not in "iuf":
        raise MedquantError(f"its values are of the type {dtype}; grey values are needed")
    if len(shape) < 2 or math.prod(shape[3:]) != 1 or min(shape) < 1:
        raise MedquantError(f"it holds {' × '.join(map(str, shape))} values; a slice or one volume is needed")
    return _plane(image, (*shape[:3], 1)[:3])


def _plane(image: "Nifti1Image", shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the slice, or the middle axial one, turned to how it is looked at."""
    from nibabel.orientations import apply_orientation, io_orientation

    axes = np.asarray(io_orientation(image.affine))  # type: ignore[no-untyped-call]
    if not np.isfinite(axes).all():
        raise MedquantError("its affine does not tell how it is oriented; correct the header")
    taken = [slice(None)] * len(image.shape)
    if min(shape) > 1:
        axial, direction = next((axis, end) for axis, (anatomical, end) in enumerate(axes) if anatomical == 2)
        middle = shape[axial] // 2
        first = middle if direction > 0 else shape[axial] - 1 - middle
        taken[axial] = slice(first, first + 1)
    values = np.asarray(image.dataobj[tuple(taken)], np.float64)
    values = values.reshape(values.shape[:3] if values.ndim > 2 else (*values.shape, 1))
    turned = np.asarray(apply_orientation(values, axes), np.float64)  # type: ignore[no-untyped-call]
    thin = next(axis for axis in (2, 1, 0) if turned.shape[axis] == 1)
    # The axes now run to the right, forwards and up; on a page anterior is up, and right is on the left.
    return np.asarray(np.take(turned, 0, axis=thin)[::-1, ::-1].T, np.float64)
