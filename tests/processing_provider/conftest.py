"""Fixtures for tests in QGIS: the checkout as a plugin named kestrel, in this process and in qgis_process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProject

sys.path.insert(0, str(Path(__file__).parent))
from things import Asked, Log, box, memory_layer, save, write_raster


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def run(kestrel: Any, log: Log) -> Callable[..., dict[str, Any]]:
    """Run an algorithm in this process: ``run("trainmodel", INPUT=...)``; raises as ``processing.run`` does."""
    import processing

    def run(name: str, **parameters: Any) -> dict[str, Any]:
        # A context of its own, gone before QGIS is: it owns the layers that were opened for the run.
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        return processing.run(f"kestrel:{name}", parameters, feedback=log, context=context)

    return run


@pytest.fixture
def asked(kestrel: Any, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Look at the job instead of running it."""
    from kestrel.processing_provider import base, readiness

    seen = Asked()
    monkeypatch.setattr(base, "run_job", seen.look)
    monkeypatch.setattr(readiness, "find_python", lambda check=True: Path("python"))
    return seen


@pytest.fixture
def export(run: Callable[..., dict[str, Any]], scene: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run Export with the scene; what is given replaces or adds."""

    def call(**given: Any) -> dict[str, Any]:
        values = {
            "INPUT_RASTER": str(scene / "image.tif"),
            "INPUT_LABELS": str(scene / "labels.gpkg"),
            "OUTPUT": str(tmp_path / "chips"),
        }
        return run("exporttrainingdata", **{**values, **given})

    return call


@dataclass(frozen=True)
class Process:
    """What qgis_process did."""

    code: int
    output: dict[str, Any]
    error: str


@pytest.fixture(scope="session")
def qgis_process(profile: dict[str, str]) -> Callable[..., Process]:
    """Run an algorithm as a server does: ``qgis_process("trainmodel", {"INPUT": ...}, KESTREL_PYTHON=...)``."""

    def call(name: str, parameters: dict[str, Any], **variables: str | None) -> Process:
        env = {key: value for key, value in {**profile, **variables}.items() if value is not None}
        done = subprocess.run(
            ["qgis_process", "--json", "run", f"kestrel:{name}", "-"],
            input=json.dumps({"inputs": parameters}),
            env=env,
            capture_output=True,
            text=True,
            timeout=240,
        )
        output = json.loads(done.stdout[done.stdout.index("{") :]) if "{" in done.stdout else {}
        return Process(done.returncode, output, done.stderr)

    return call


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory, qgis_app: QgsApplication) -> Path:
    """A folder with ``image.tif``, bright squares on a dark ground, and the squares in ``labels.gpkg``."""
    folder = tmp_path_factory.mktemp("scene")
    random = np.random.default_rng(7)
    pixels = random.integers(20, 60, (3, 192, 256), dtype=np.uint8)
    rows = []
    for row in range(8, 180, 44):
        for column in range(8, 240, 40):
            column_, row_ = column + int(random.integers(0, 8)), row + int(random.integers(0, 8))
            pixels[:, row_ : row_ + 20, column_ : column_ + 20] = random.integers(190, 230)
            rows.append((box(column_, row_, 20, 20), "roof"))
    write_raster(folder / "image.tif", pixels)
    save(memory_layer(rows), folder / "labels.gpkg")
    return folder
