"""GeoTIFFs of chips, quickly.

GDAL takes most of a millisecond for a chip, and nearly all of it goes into what is the same in every chip of an export. So GDAL
writes the first one, in memory; from it the tags are kept, and further chips are those tags with their own place and pixels.
Layout: TIFF 6.0 (Adobe, 1992), one strip, pixels interleaved; georeference: OGC GeoTIFF 1.1.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.io import MemoryFile

_OFFSETS, _COUNTS, _SCALE, _TIE, _MATRIX = 273, 279, 33550, 33922, 34264
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}  # bytes of each type of value
_DOUBLE, _LONG = 12, 4
_Tag = tuple[int, int, bytes]  # type, number and bytes of its values
_LIMIT = 2**31  # bytes, far below what a classic TIFF can hold


class TiffEncoder:
    """Encodes chips of one size, type and coordinate system.

    Args:
        count, height, width: of the chips.
        dtype: of the chips.
        crs: coordinate system, or None.
        compress: whether pixels are deflated, without loss.
        options: what else GDAL's GTiff driver takes, such as ``nodata``.
    """

    def __init__(
        self, count: int, height: int, width: int, dtype: np.dtype, crs: CRS | None, compress: bool = False, **options: Any
    ) -> None:
        self._shape, self._dtype, self._compress = (count, height, width), np.dtype(dtype), compress
        if count * height * width * self._dtype.itemsize > _LIMIT:
            raise ValueError("too large for a classic TIFF")
        options |= {"compress": "deflate"} if compress else {}
        with MemoryFile() as memory:
            with memory.open(
                driver="GTiff", width=width, height=height, count=count, dtype=self._dtype, crs=crs,
                transform=Affine(1, 0, 1, 0, -1, 1), interleave="pixel", blockysize=height, endianness="little", **options,
            ) as file:  # fmt: skip
                file.write(np.zeros(self._shape, self._dtype))
            self._tags = _read_tags(bytes(memory.getbuffer()))
        self._heads: dict[int, _Head] = {}  # by the length of the georeference

    def encode(self, pixels: np.ndarray, transform: Affine) -> bytes:
        """Return the file of a chip; see :meth:`write`."""
        return b"".join(self._parts(pixels, transform))

    def write(self, path: Path, pixels: np.ndarray, transform: Affine) -> None:
        """Write the file of a chip.

        Args:
            path: of the file.
            pixels: (count, height, width) in the encoder's type.
            transform: pixel to map.

        Raises:
            OSError: it cannot be written.
            ValueError: the pixels are of another size or type.
        """
        parts = self._parts(pixels, transform)
        with path.open("wb") as file:
            file.writelines(parts)

    def _parts(self, pixels: np.ndarray, transform: Affine) -> tuple[bytes, bytes | memoryview]:
        if pixels.shape != self._shape or pixels.dtype != self._dtype:
            raise ValueError(f"{pixels.dtype} {pixels.shape} is not {self._dtype} {self._shape}")
        mixed = pixels[0] if len(pixels) == 1 else np.stack(list(pixels), axis=-1)
        mixed = np.ascontiguousarray(mixed.astype(self._dtype.newbyteorder("<"), copy=False))
        data = zlib.compress(mixed.data, 1) if self._compress else mixed.data.cast("B")
        tags = _place(transform)
        place = b"".join(value for _, _, value in tags.values())
        head = self._heads.get(len(place))
        if head is None:
            head = self._heads[len(place)] = _Head.of(self._tags | tags)
        return head.filled(place, len(data)), data


@dataclass(frozen=True)
class _Head:
    """All that goes before the pixels, and where in it the place of a chip and the number of bytes of its pixels stand."""

    content: bytes
    place: int
    length: int

    @classmethod
    def of(cls, tags: dict[int, _Tag]) -> _Head:
        tags = {**tags, _OFFSETS: (_LONG, 1, b"\0" * 4), _COUNTS: (_LONG, 1, b"\0" * 4)}
        beyond = 8 + 2 + 12 * len(tags) + 4  # where the values begin that do not fit into their entry
        values = bytearray()
        entries: list[tuple[int, int, int, bytes]] = []
        places = {}
        for tag, (kind, number, value) in sorted(tags.items()):
            stored = value.ljust(4, b"\0")
            if len(value) > 4:
                places[tag] = beyond + len(values)
                stored = struct.pack("<I", beyond + len(values))
                values += value + b"\0" * (len(value) % 2)
            entries.append((tag, kind, number, stored))
        start = struct.pack("<I", beyond + len(values))
        packed = (
            struct.pack("<HHI", tag, kind, number) + (start if tag == _OFFSETS else stored)
            for tag, kind, number, stored in entries
        )
        content = b"".join((struct.pack("<2sHIH", b"II", 42, 8, len(tags)), *packed, b"\0" * 4, values))
        entry = next(number for number, (tag, *_) in enumerate(entries) if tag == _COUNTS)
        # The tags of the place follow each other: no other that GDAL writes has a number between theirs.
        return cls(content, min(places[tag] for tag in (_SCALE, _TIE, _MATRIX) if tag in places), 8 + 2 + 12 * entry + 8)

    def filled(self, place: bytes, length: int) -> bytes:
        """Return the head of a chip."""
        head = bytearray(self.content)
        head[self.place : self.place + len(place)] = place
        struct.pack_into("<I", head, self.length, length)
        return bytes(head)


def _place(transform: Affine) -> dict[int, _Tag]:
    """Return the georeference, as GDAL writes it: a point and a scale for grids that are north-up, else a matrix."""
    if transform.b == 0 and transform.d == 0 and transform.e < 0:
        return {
            _SCALE: _doubles(transform.a, -transform.e, 0),
            _TIE: _doubles(0, 0, 0, transform.c, transform.f, 0),
        }
    a, b, c, d, e, f = transform[:6]
    return {_MATRIX: _doubles(a, b, 0, c, d, e, 0, f, 0, 0, 0, 0, 0, 0, 0, 1)}


def _doubles(*values: float) -> _Tag:
    return _DOUBLE, len(values), struct.pack(f"<{len(values)}d", *values)


def _read_tags(data: bytes) -> dict[int, _Tag]:
    """Return type, count and bytes of each tag, but those of place and strips."""
    magic, version, start = struct.unpack_from("<2sHI", data)
    if (magic, version) != (b"II", 42):
        raise ValueError("GDAL wrote no classic little-endian TIFF")
    tags = {}
    for number in range(struct.unpack_from("<H", data, start)[0]):
        tag, kind, count, offset = struct.unpack_from("<HHII", data, start + 2 + 12 * number)
        length = count * _SIZES[kind]
        place = offset if length > 4 else start + 2 + 12 * number + 8
        tags[tag] = kind, count, data[place : place + length]
    return {tag: value for tag, value in tags.items() if tag not in (_OFFSETS, _COUNTS, _SCALE, _TIE, _MATRIX)}
