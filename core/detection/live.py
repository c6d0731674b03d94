"""Objects on their way to a map while the search goes on: few bytes, a few times a second, for a client that asked for them."""

from __future__ import annotations

import base64
import threading
import time

import numpy as np
import shapely

from ..events import Found
from ..reporting import Reporter

EVERY = 0.4  # seconds between two events
MOST = 20_000  # objects that are shown of a search: more would make the map slow, and nobody sees them one by one
_MOST_POINTS = 15_000  # of an event: 22 letters for each keep it well below the megabyte that a client takes
_MOST_CORNERS = 500  # of an outline


class Live:
    """Tells objects as they are found. Those that come too soon after others wait, a few tenths of a second, for company.

    Args:
        crs: of the outlines, as WKT; empty for none.
        final: see :class:`core.events.Found`.
        report: is told; at once too, of nothing yet, so that a map can get ready.
    """

    def __init__(self, crs: str, final: bool, report: Reporter) -> None:
        self._crs, self._final, self._report = crs, final, report
        self._lock = threading.Lock()  # of everything below
        self._waiting: list[tuple[str, str, float, int]] = []  # outline, class, confidence, points
        self._total = self._shown = 0
        self._timer: threading.Timer | None = None
        self._told = time.monotonic()
        report.send(Found(crs, [], [], [], 0, final))

    def tell(self, geometries: np.ndarray, classes: np.ndarray, confidences: np.ndarray, tolerance: float) -> None:
        """Tell some objects.

        Args:
            geometries: (N,) polygons in the coordinate system of the outlines.
            classes: (N,) their names.
            confidences: (N,) 0..100.
            tolerance: by which outlines may be simplified, in its units.
        """
        room = max(MOST - self._shown, 0)
        shown = shapely.simplify(geometries[:room], tolerance, preserve_topology=True)
        many = shapely.get_num_coordinates(shown) > _MOST_CORNERS
        shown[many] = shapely.simplify(shapely.convex_hull(shown[many]), tolerance)
        many = shapely.get_num_coordinates(shown) > _MOST_CORNERS
        shown[many] = shapely.envelope(shown[many])
        points = shapely.get_num_coordinates(shown).tolist()
        outlines = [base64.b64encode(shape).decode("ascii") for shape in shapely.to_wkb(shown, byte_order=1)]
        with self._lock:
            self._waiting += zip(outlines, classes[:room].tolist(), confidences[:room].tolist(), points, strict=True)
            self._total += len(geometries)
            first = self._shown + len(shown) == MOST and len(shown)
            self._shown += len(shown)
            wait = self._told + EVERY - time.monotonic()
            if wait <= 0:
                self._send()
            elif self._timer is None:
                self._timer = threading.Timer(wait, self.flush)
                self._timer.daemon = True
                self._timer.start()
        if first:
            self._report.info(f"The map shows the first {MOST:,} objects while the search goes on; the layer will hold all.")

    def flush(self) -> None:
        """Tell what waits."""
        with self._lock:
            self._send()

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while True:
            count = points = 0
            for *_, corners in self._waiting:
                points += corners
                if points > _MOST_POINTS:
                    break
                count += 1
            part, self._waiting = self._waiting[:count], self._waiting[count:]
            outlines, classes, confidences = [it[0] for it in part], [it[1] for it in part], [it[2] for it in part]
            self._report.send(Found(self._crs, outlines, classes, confidences, self._total, self._final))
            if not self._waiting:
                break
        self._told = time.monotonic()
