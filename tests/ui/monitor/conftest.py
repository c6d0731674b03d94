"""Runs that nobody runs: their events come from the test, through the same hub."""

from __future__ import annotations

import base64
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsGeometry, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent


@pytest.fixture
def runs(kestrel: Any, qgis_new_project: None) -> Any:
    """The hub of the provider."""
    return QgsApplication.processingRegistry().providerById("kestrel").runs


@pytest.fixture
def begin(runs: Any) -> Callable[..., Any]:
    """Let a run begin: ``begin("trainmodel")``; it remembers in ``cancelled`` whether it was cancelled."""
    from kestrel.core.jobs import JOBS
    from kestrel.processing_provider.runs import Run

    def call(name: str) -> Any:
        job = JOBS[name]
        run = Run(f"kestrel:{name}", job.title, SimpleNamespace(name=name, returns=job.returns), {})
        run._stop.append(lambda: run.parameters.update(cancelled=True))
        runs.begun.emit(run)
        return run

    return call


@pytest.fixture
def end(runs: Any) -> Callable[..., None]:
    """Let a run end."""
    from kestrel.processing_provider.runs import Outcome

    def call(run: Any, results: dict[str, Any] | None = None, error: str = "", cancelled: bool = False) -> None:
        runs.ended.emit(run, Outcome(results or {}, error, cancelled))

    return call


@pytest.fixture
def found(runs: Any) -> Callable[..., None]:
    """Tell objects of a run: ``found(run, [(wkt, class, confidence), ...])``."""
    from kestrel.core.events import Found
    from qgis.core import QgsCoordinateReferenceSystem

    told: dict[Any, int] = {}

    def call(run: Any, rows: list[tuple[str, str, float]], crs: str = "EPSG:32633", **more: Any) -> None:
        told[run] = told.get(run, 0) + len(rows)
        outlines = [base64.b64encode(bytes(QgsGeometry.fromWkt(wkt).asWkb())).decode() for wkt, _, _ in rows]
        facts = {"total": told[run], **more}
        wkt = QgsCoordinateReferenceSystem(crs).toWkt() if crs else ""
        runs.told.emit(run, Found(wkt, outlines, [name for _, name, _ in rows], [value for *_, value in rows], **facts))

    return call


@pytest.fixture
def options() -> Any:
    """The options of the monitor, as they are for who never changed them; they are so again afterwards."""
    QgsSettings().remove("kestrel/monitor")
    yield QgsSettings()
    QgsSettings().remove("kestrel/monitor")


@pytest.fixture
def deleted() -> Callable[[], None]:
    """Let go what is to be deleted later."""
    return lambda: QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
