"""Decoding: every kind of file becomes the image it is meant to be, and what is broken is named."""

import contextlib
import gzip
import io
import struct

import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.pixels import apply_windowing
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from benchmark.data import images as module
from benchmark.data import windows
from benchmark.data.images import decode_image
from db.errors import MedquantError

RAMP = np.arange(64, dtype=np.uint16).reshape(8, 8) * 64


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def dicom(stored: np.ndarray = RAMP, *, syntax: str = ExplicitVRLittleEndian, **elements: object) -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = pydicom.uid.MRImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    signed = stored.dtype.kind == "i"
    bits = 8 * stored.dtype.itemsize
    dataset.update({})
    dataset.Rows, dataset.Columns = stored.shape[-2:] if stored.ndim == 2 else stored.shape[:2]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(signed)
    for name, value in elements.items():
        setattr(dataset, name, value)
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def grey(data: bytes, size: int = 8, name: str = "a.dcm") -> np.ndarray:
    image = decode_image(data, size, name=name)
    assert image.shape == (size, size, 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image[..., 0], image[..., 1])
    return image[..., 0]


# Pictures


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF"])
def test_a_picture_is_what_pillow_reads_resized_bilinearly(kind: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    data = saved(Image.fromarray(pixels), kind)
    expected = Image.open(io.BytesIO(data)).convert("RGB").resize((16, 16), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(decode_image(data, 16, name="a"), np.asarray(expected))


def test_greys_and_palettes_become_three_channels_and_transparency_is_dropped() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = Image.fromarray(pixels)
    np.testing.assert_array_equal(grey(saved(image), 16), pixels)
    np.testing.assert_array_equal(grey(saved(image.convert("P")), 16), pixels)
    clear = image.convert("RGBA")
    clear.putalpha(0)
    np.testing.assert_array_equal(grey(saved(clear), 16), pixels)
    palette = image.convert("P")
    np.testing.assert_array_equal(grey(saved(palette, transparency=bytes([9] * 256)), 16), pixels)


def test_greys_of_sixteen_bits_are_stretched_and_not_cut_off() -> None:
    pixels = np.linspace(1000, 60000, 256).astype(np.uint16).reshape(16, 16)
    found = grey(saved(Image.fromarray(pixels)), 16).astype(int)
    assert (found[0, 0], found[-1, -1]) == (0, 255)
    assert (np.diff(found.ravel()) >= 0).all()
    assert len(set(found.ravel().tolist())) > 240


def test_a_photograph_lying_on_its_side_is_set_upright() -> None:
    image = Image.new("RGB", (20, 20))
    image.paste((255, 0, 0), (0, 0, 20, 10))
    exif = Image.Exif()
    exif[274] = 6  # turn clockwise by 90 degrees to see it upright
    found = decode_image(saved(image, exif=exif), 20, name="a")
    assert found[10, 15].tolist() == [255, 0, 0]
    assert found[10, 5].tolist() == [0, 0, 0]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_picture_cut_short_is_named(kind: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = saved(Image.fromarray(pixels), kind)
    for part in (0.3, 0.9):
        with pytest.raises(
            MedquantError, match=r"set/a\.png cannot be used: it is (a damaged or truncated|no) image"
        ):
            decode_image(data[: int(len(data) * part)], 16, name="set/a.png")


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg></svg>", b"GIF89a" + bytes(50), bytes(2000)])
def test_what_is_no_image_is_named_with_what_is_allowed(data: bytes) -> None:
    with pytest.raises(
        MedquantError, match="notes cannot be used: it is no image that can be read; allowed: PNG, JPEG"
    ):
        decode_image(data, 16, name="notes")


def test_a_decompression_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(Image.new("L", (300, 300)))
    monkeypatch.setattr(module, "MAX_PIXELS", 80_000)
    with pytest.raises(MedquantError, match="it has 300 × 300 pixels, more than the 80,000 allowed"):
        decode_image(data, 16, name="a.png")


def test_a_bomb_that_pillow_refuses_itself_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(MedquantError, match=r"it is a damaged or truncated image .*exceeds limit"):
        decode_image(saved(Image.new("L", (300, 300))), 16, name="a.png")


def test_a_picture_of_several_pages_is_refused() -> None:
    pages = saved(Image.new("L", (9, 9)), "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))])
    with pytest.raises(MedquantError, match="it holds 2 images; one image a file is needed"):
        decode_image(pages, 16, name="a.tif")


# Windows


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), [(40.0, 400.0), (0.5, 1.0), (2048.0, 4096.0), (-600.0, 1500.0)])
def test_a_window_is_that_of_pydicom(function: str, center: float, width: float) -> None:
    dataset = pydicom.Dataset()
    dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = center, width, function
    dataset.PhotometricInterpretation, dataset.BitsStored, dataset.PixelRepresentation = "MONOCHROME2", 8, 0
    values = np.arange(256, dtype=np.uint8)
    expected = apply_windowing(values, dataset) / 255.0
    np.testing.assert_allclose(
        windows.windowed(values.astype(float), center, width, function), expected, atol=1e-12
    )


def test_the_linear_window_gives_the_standards_own_example() -> None:
    values = np.array([-160.0, -159.0, 39.5, 239.0, 240.0])  # PS3.3 C.11.2.1.2.1: centre 40, width 400
    found = windows.linear(values, 40.0, 400.0)
    np.testing.assert_allclose(found, [0.0, 1 / 399, 0.5, 399 / 399, 1.0], atol=1e-12)


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        ((10.0, 0.5, "LINEAR"), "the window width is 0.5; for the function LINEAR it must be at least 1"),
        ((10.0, 0.0, "SIGMOID"), "the window width is 0; it must be positive"),
        ((float("nan"), 3.0, "LINEAR"), "is not finite"),
        ((10.0, 3.0, "CUBIC"), "'CUBIC' is not known; allowed: LINEAR, LINEAR_EXACT, SIGMOID"),
    ],
)
def test_a_window_that_cannot_be_is_refused(window: tuple[float, float, str], sentence: str) -> None:
    with pytest.raises(MedquantError, match=sentence):
        windows.windowed(np.zeros(3), *window)


def test_stretching_goes_from_percentile_to_percentile_and_bears_what_is_not_finite() -> None:
    values = np.concatenate([np.linspace(0, 100, 1001), [1e9, np.nan, np.inf]])
    found = windows.stretched(values)
    low, high = np.percentile(values[:1002], [0.5, 99.5])
    np.testing.assert_allclose(found[:1001], np.clip((values[:1001] - low) / (high - low), 0, 1))
    assert (found[1001], found[1002], found[1003]) == (1.0, 0.0, 0.0)
    assert not windows.stretched(np.full(5, 7.0)).any()
    with pytest.raises(MedquantError, match="there is no finite grey value"):
        windows.stretched(np.full(3, np.nan))


# DICOM


def test_dicom_goes_through_rescale_and_the_first_window() -> None:
    data = dicom(
        RAMP,
        RescaleSlope="2",
        RescaleIntercept="-1000",
        WindowCenter=["500", "0"],
        WindowWidth=["2000", "10"],
    )
    values = RAMP * 2.0 - 1000.0
    expected = np.clip((values - 499.5) / 1999.0 + 0.5, 0, 1) * 255
    np.testing.assert_allclose(grey(data), expected, atol=0.5001)


def test_signed_values_and_another_function_are_honoured() -> None:
    stored = RAMP.astype(np.int16) - 2000
    data = dicom(stored, WindowCenter="100", WindowWidth="800", VOILUTFunction="SIGMOID")
    np.testing.assert_allclose(grey(data), 255 / (1 + np.exp(-4 * (stored - 100.0) / 800)), atol=0.5001)


def test_monochrome1_is_inverted() -> None:
    window = {"WindowCenter": "2000", "WindowWidth": "3000"}
    plain, inverted = dicom(**window), dicom(PhotometricInterpretation="MONOCHROME1", **window)
    np.testing.assert_array_equal(grey(inverted), 255 - grey(plain))


def test_without_a_window_percentiles_stretch_what_is_no_padding() -> None:
    stored = RAMP.astype(np.int16) + 100
    stored[0] = -2000
    found = grey(dicom(stored, PixelPaddingValue=-2000))
    assert not found[0].any()
    low, high = np.percentile(stored[1:], [0.5, 99.5])
    np.testing.assert_allclose(found[1:], np.clip((stored[1:] - low) / (high - low), 0, 1) * 255, atol=0.5001)


def test_a_voi_lut_is_applied_where_there_is_no_window() -> None:
    item = pydicom.Dataset()
    item.LUTDescriptor = [64, 0, 8]
    item.LUTData = list(range(252, -4, -4))
    item["LUTDescriptor"].VR = item["LUTData"].VR = "US"
    stored = np.arange(64, dtype=np.uint16).reshape(8, 8)
    np.testing.assert_array_equal(grey(dicom(stored, VOILUTSequence=[item])), 252 - 4 * stored)


def test_colour_dicom_keeps_its_colours() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    data = dicom(pixels, SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0)
    np.testing.assert_array_equal(decode_image(data, 8, name="a"), pixels)


def test_compressed_dicom_with_a_decoder_gives_the_same_image() -> None:
    source = pydicom.dcmread(io.BytesIO(dicom(WindowCenter="2000", WindowWidth="3000")))
    source.compress(RLELossless)
    buffer = io.BytesIO()
    source.save_as(buffer, enforce_file_format=True)
    np.testing.assert_array_equal(
        grey(buffer.getvalue()), grey(dicom(WindowCenter="2000", WindowWidth="3000"))
    )


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_compressed_dicom_that_cannot_be_decoded_says_what_to_do(syntax: str) -> None:
    from pydicom.encaps import encapsulate

    source = pydicom.dcmread(io.BytesIO(dicom()))
    source.file_meta.TransferSyntaxUID = syntax
    source.PixelData = encapsulate([b"no stream"])
    source["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    source.save_as(buffer, enforce_file_format=True)
    with pytest.raises(MedquantError, match=r"stored as JPEG.*cannot be decoded here; convert the file"):
        decode_image(buffer.getvalue(), 8, name="a.dcm")


@pytest.mark.filterwarnings("ignore:Expected implicit VR:UserWarning")
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            dicom(np.stack([RAMP, RAMP]).reshape(16, 8), Rows=8, NumberOfFrames=2),
            "it holds 2 frames; one image a file",
        ),
        (dicom(Rows=9000, Columns=9000), "it has 81,000,000 pixels, more than the 64,000,000 allowed"),
        (dicom(WindowCenter="10", WindowWidth="0"), "the window width is 0"),
        (dicom()[:-60], "damaged"),
        (dicom()[:200], "no pixel data|damaged"),
        (b"not DICOM at all", "no pixel data|damaged"),
    ],
)
def test_dicom_that_cannot_be_shown_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(MedquantError, match=rf"^scan\.dcm cannot be used: .*({sentence})"):
        decode_image(data, 8, name="scan.dcm")


# NIfTI


def nifti(values: np.ndarray, affine: np.ndarray | None = None, *, kind: type = nibabel.Nifti1Image) -> bytes:
    return bytes(kind(values, np.eye(4) if affine is None else affine).to_bytes())


def ramp_volume() -> np.ndarray:
    """Return [x to the right, y forwards, z up] whose middle axial slice rises with each."""
    x, y, z = np.meshgrid(np.arange(8), np.arange(8), np.arange(5), indexing="ij")
    return np.where(z == 2, 10 * x + y, 0).astype(np.float32)


def expected_axial() -> np.ndarray:
    rows, columns = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    plane = 10.0 * (7 - columns) + (7 - rows)  # anterior up, the patient's right on the left
    return windows.stretched(plane) * 255


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("zipped", [False, True])
def test_of_a_volume_the_middle_axial_slice_is_shown_as_radiologists_look_at_it(
    kind: type, zipped: bool
) -> None:
    data = nifti(ramp_volume(), kind=kind)
    found = grey(gzip.compress(data) if zipped else data, name="a.nii")
    np.testing.assert_allclose(found, expected_axial(), atol=0.5001)


def test_a_volume_stored_along_other_axes_gives_the_same_slice() -> None:
    values, affine = ramp_volume(), np.eye(4)
    turned = nibabel.Nifti1Image(values, affine).as_reoriented(np.array([[1, -1], [2, 1], [0, -1]]))
    assert turned.shape != values.shape
    np.testing.assert_allclose(grey(bytes(turned.to_bytes()), name="a"), expected_axial(), atol=0.5001)


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 1, 1)])
def test_a_single_slice_is_shown_as_it_is(shape: tuple[int, ...]) -> None:
    plane = ramp_volume()[:, :, 2].reshape(shape)
    np.testing.assert_allclose(grey(nifti(plane), name="a"), expected_axial(), atol=0.5001)


def test_what_is_not_a_number_becomes_black() -> None:
    volume = ramp_volume()
    volume[7, 7, 2] = np.nan
    found = grey(nifti(volume), name="a")
    assert found[0, 0] == 0
    assert found.max() == 255


def test_an_even_number_of_slices_gives_the_same_middle_in_both_directions() -> None:
    volume = np.zeros((8, 8, 4), np.float32)
    volume[:, :, 2] = ramp_volume()[:, :, 2]
    flipped = nibabel.Nifti1Image(volume, np.eye(4)).as_reoriented(np.array([[0, 1], [1, 1], [2, -1]]))
    for data in (nifti(volume), bytes(flipped.to_bytes())):
        np.testing.assert_allclose(grey(data, name="a"), expected_axial(), atol=0.5001)


def broken_nifti(shape: int) -> bytes:
    data = bytearray(nifti(ramp_volume()))
    data[42:48] = struct.pack("<3h", shape, shape, shape)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (nifti(ramp_volume())[:-100], "damaged or truncated NIfTI"),
        (nifti(ramp_volume())[:360], "damaged or truncated NIfTI"),
        (broken_nifti(30_000), "its header promises more"),
        (broken_nifti(-3), "damaged or truncated NIfTI|values; a slice or one volume"),
        (nifti(np.zeros((4, 4, 4, 3), np.float32)), "it holds 4 × 4 × 4 × 3 values; a slice or one volume"),
        (nifti(np.zeros((4, 4), np.complex64)), "its values are of the type complex64"),
        (gzip.compress(nifti(ramp_volume()))[:-20], "its gzip stream is damaged or cut short"),
        (nifti(np.full((4, 4, 3), np.nan, np.float32)), "there is no finite grey value"),
    ],
)
def test_nifti_that_cannot_be_shown_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(MedquantError, match=rf"^a\.nii cannot be used: .*({sentence})"):
        decode_image(data, 8, name="a.nii")


def test_a_gzip_bomb_is_refused_before_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    with pytest.raises(MedquantError, match="it unpacks to more than the 100,000 bytes allowed"):
        decode_image(gzip.compress(bytes(10_000_000)), 8, name="a.nii.gz")
    with pytest.raises(MedquantError, match="it has 100,001 bytes, more than the 100,000 allowed"):
        decode_image(bytes(100_001), 8, name="a.png")


@pytest.mark.parametrize(
    ("library", "data", "name"),
    [("pydicom", dicom(), "a.dcm"), ("nibabel", nifti(ramp_volume()), "a.nii")],
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, library: str, data: bytes, name: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(
        MedquantError, match=rf"needs {library}; install the extra: pip install 'medquant\[benchmark\]'"
    ):
        decode_image(data, 8, name=name)


@pytest.mark.filterwarnings("ignore")  # Pillow and pydicom warn of blemishes; `open_dataset` silences them
def test_random_damage_never_ends_in_anything_but_a_sentence() -> None:
    rng = np.random.default_rng(0)
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    files = [saved(Image.fromarray(pixels), kind) for kind in ("PNG", "JPEG", "TIFF", "BMP")]
    files += [dicom(WindowCenter="2000", WindowWidth="3000"), nifti(ramp_volume())]
    for data in files:
        for _ in range(60):
            damaged = bytearray(data)
            for position in rng.integers(0, min(len(data), 700), 4):
                damaged[position] = rng.integers(0, 256)
            with contextlib.suppress(MedquantError):
                assert decode_image(bytes(damaged), 8, name="a").shape == (8, 8, 3)
