"""Pictures as phones make them."""

import io
from collections.abc import Callable

import pytest


@pytest.fixture
def photo() -> Callable[..., bytes]:
    """``photo()``: a JPEG lying on its side (Exif 6), taken 2026-11-23 14:00:05 in China at
    43.8256° N, 87.6168° E; ``photo(notes=False)`` without notes."""
    from PIL import ExifTags, Image

    def take(size=(400, 300), *, notes: bool = True, colour="teal") -> bytes:
        picture = Image.new("RGB", size, colour)
        exif = Image.Exif()
        if notes:
            exif[ExifTags.Base.Orientation] = 6
            exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:23 14:00:05"
            gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
            gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (43, 49, 32.16)
            gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (87, 37, 0.48)
        out = io.BytesIO()
        picture.save(out, "JPEG", exif=exif)
        return out.getvalue()

    return take
