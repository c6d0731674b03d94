"""What tests of windows need."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


@pytest.fixture
def wait() -> Callable[..., None]:
    """Let QGIS work until something is so."""
    from qgis.PyQt.QtCore import QCoreApplication

    def call(until: Callable[[], bool], seconds: float = 90.0) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "it never came to that"
            QCoreApplication.processEvents()
            time.sleep(0.01)

    return call
