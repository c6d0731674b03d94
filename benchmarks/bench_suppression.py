"""Non maximum suppression: features per second against the bare spatial index, which every exact method has to ask.

Boxes, discs and L-shapes in three classes, each with five to seven neighbours, at an IoU of 0.3. Each line is a process of its
own, whose peak memory is told, with the data in it, and the CPU seconds of all its threads; beside it torchvision's box NMS,
where that does not take minutes. The last line of each shape tells how the CPU time grows with the number of features (1 is
linear). Then the whole job, from file to file, against reading and writing the same file.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

from core.jobs import NonMaximumSuppression
from core.reporting import silent
from core.suppression import run, suppress

NAME = "Suppression"
COUNTS = (1_000, 10_000, 100_000, 1_000_000)
MOST_FOR_TORCHVISION = 100_000
MAX_OVERLAP = 0.3


def measure(quick: bool = False) -> list[dict[str, float | str]]:
    """Return the rows of the table."""
    counts = COUNTS[:2] if quick else COUNTS
    rows = []
    for shape in SHAPES:
        found = [_in_a_process(shape, count) for count in counts]
        slope = np.polyfit(np.log(counts[-3:]), np.log([result["cpu"] for result in found[-3:]]), 1)[0]
        for count, result in zip(counts, found, strict=True):
            notes = f"one index query a feature, one thread; {result['cpu']:.2f} s CPU, peak {result['peak']:,.0f} MB"
            if result["torchvision"]:
                notes += f"; torchvision {count / result['torchvision']:,.0f} features/s"
            if count == counts[-1]:
                notes += f"; time grows as n^{slope:.2f}"
            rows.append(_row(f"{count:,} {shape}", count, result, notes))
    for shape in ("boxes", "discs"):
        result = _in_a_process(f"job:{shape}", counts[-1])
        notes = f"reading and writing the file; {result['cpu']:.1f} s CPU, peak {result['peak']:,.0f} MB"
        rows.append(_row(f"{counts[-1]:,} {shape}, file to file", counts[-1], result, notes))
    return rows


def _row(what: str, count: int, result: dict[str, float], limit_is: str) -> dict[str, float | str]:
    return {
        "tool": f"{NAME}, {what}", "unit": "features/s", "kestrel": count / result["kestrel"], "limit": count / result["limit"],
        "ratio": result["limit"] / result["kestrel"], "limit_is": limit_is,
    }  # fmt: skip


def _in_a_process(shape: str, count: int) -> dict[str, float]:
    """Measure one line in a process of its own; seconds, and MB."""
    command = [sys.executable, "-m", "benchmarks.bench_suppression", shape, str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1])
    return json.loads(done.stdout)


def _line(shape: str, count: int) -> dict[str, float]:
    random = np.random.default_rng(7)
    geometries, confidence, classes = SHAPES[shape](random, count), random.random(count), random.integers(0, 3, count)
    repeats = 3 if count < 1_000_000 else 1
    kestrel, cpu = _seconds(lambda: suppress(geometries, confidence, classes, MAX_OVERLAP), repeats)
    peak = _peak()
    limit, _ = _seconds(lambda: shapely.STRtree(geometries).query(geometries), repeats)
    torchvision = 0.0
    if shape == "boxes" and count <= MOST_FOR_TORCHVISION:
        import torch  # not before: it would count as memory
        from torchvision.ops import batched_nms

        boxes, scores, labels = map(torch.from_numpy, (shapely.bounds(geometries), confidence, classes))
        torchvision, _ = _seconds(lambda: batched_nms(boxes, scores, labels, MAX_OVERLAP), 1)
    return {"kestrel": kestrel, "cpu": cpu, "limit": limit, "torchvision": torchvision, "peak": peak}


def _job(shape: str, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        source, target, copy = (Path(folder) / name for name in ("in.gpkg", "out.gpkg", "copy.gpkg"))
        subprocess.run(  # the data are made elsewhere: they are no part of the job's memory
            [sys.executable, "-m", "benchmarks.bench_suppression", f"write:{shape}", str(count), str(source)], check=True
        )
        job = NonMaximumSuppression(input=str(source), class_field="Class", max_overlap=MAX_OVERLAP, output=str(target))
        kestrel, cpu = _seconds(lambda: run(job, silent()), 1)
        peak = _peak()

        def copied() -> None:
            meta, _, wkb, fields = pyogrio.raw.read(source)
            pyogrio.raw.write(copy, wkb, fields, meta["fields"], geometry_type="Polygon", crs=meta["crs"], driver="GPKG")

        return {"kestrel": kestrel, "cpu": cpu, "limit": _seconds(copied, 1)[0], "peak": peak}


def _write(shape: str, count: int, path: str) -> None:
    random = np.random.default_rng(7)
    wkb = shapely.to_wkb(SHAPES[shape](random, count))
    columns = [random.random(count) * 100, random.choice(np.array(["car", "truck", "tent"], object), count)]
    pyogrio.raw.write(
        path, wkb, columns, ["Confidence", "Class"], geometry_type="Polygon", crs="EPSG:32633", driver="GPKG",
        layer_options={"SPATIAL_INDEX": "NO"},
    )  # fmt: skip


def _corners(random: np.random.Generator, count: int) -> np.ndarray:
    return random.uniform(0, 10 * count**0.5, (count, 2))


def _boxes(random: np.random.Generator, count: int) -> np.ndarray:
    corners = _corners(random, count)
    return shapely.box(*corners.T, *(corners + random.uniform(5, 15, (count, 2))).T)


def _discs(random: np.random.Generator, count: int) -> np.ndarray:
    """Discs of 21 points."""
    return shapely.buffer(shapely.points(_corners(random, count)), random.uniform(3, 7, count), quad_segs=5)


def _l_shapes(random: np.random.Generator, count: int) -> np.ndarray:
    """Like buildings: two wings of different lengths and widths, turned at random."""
    long, wide = random.uniform(7, 14, (2, count)), random.uniform(3, 6, (2, count))
    zero = np.zeros(count)
    x = np.stack([zero, long[0], long[0], wide[0], wide[0], zero, zero], axis=1)
    y = np.stack([zero, zero, wide[1], wide[1], long[1], long[1], zero], axis=1)
    angle = random.uniform(0, 2 * np.pi, (count, 1))
    turned = np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], axis=2)
    return shapely.polygons(turned + _corners(random, count)[:, None])


SHAPES = {"boxes": _boxes, "discs": _discs, "L-shapes": _l_shapes}


def _seconds(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """The shortest of a few runs, and of their CPU seconds: what the machine can do when nothing else disturbs it."""
    times, cpu = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        work()
        times.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    return min(times), min(cpu)


def _peak() -> float:
    """The most memory that this process has held, in MB."""
    status = Path("/proc/self/status")  # where there is one: a new process inherits the maximum of its parent
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    what, _, shape = sys.argv[1].rpartition(":")
    if what == "write":
        _write(shape, int(sys.argv[2]), sys.argv[3])
    else:
        print(json.dumps((_job if what == "job" else _line)(shape, int(sys.argv[2]))))
