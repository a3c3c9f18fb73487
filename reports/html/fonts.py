"""Source Sans Pro, cut down to the characters that a page uses and embedded as data addresses."""

import base64
import io
from functools import lru_cache
from pathlib import Path

FAMILY = "Source Sans Pro"
WEIGHTS = {400: "SourceSansPro-Regular.ttf", 600: "SourceSansPro-Semibold.ttf"}
FEATURES = ["ccmp", "kern", "locl", "mark"]  # the font's default figures are tabular and lining already


@lru_cache(maxsize=16)
def woff(file_name: str, characters: frozenset[str]) -> bytes:
    """Return a font of the package `font_source_sans_pro` as WOFF with just these characters.

    The same characters give the same bytes: no time stamp is written.
    """
    import font_source_sans_pro  # type: ignore[import-untyped]
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options()
    options.flavor = "woff"
    options.hinting = False
    options.layout_features = FEATURES
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(character) for character in characters])
    buffer = io.BytesIO()
    with subset.load_font(str(Path(font_source_sans_pro.font_directory) / file_name), options) as font:
        cutter.subset(font)
        subset.save_font(font, buffer, options)
    return buffer.getvalue()


def font_faces(characters: frozenset[str]) -> str:
    """Return the `@font-face` rules of both weights; characters that the font lacks fall back to the system's."""
    return "\n".join(
        f"@font-face{{font-family:'{FAMILY}';font-style:normal;font-weight:{weight};font-display:block;"
        f"src:url(data:font/woff;base64,{base64.b64encode(woff(name, characters)).decode('ascii')}) format('woff')}}"
        for weight, name in WEIGHTS.items()
    )
