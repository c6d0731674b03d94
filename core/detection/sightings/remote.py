"""What a worker of a Dask cluster does: it opens raster and model once, and searches the blocks that it is given."""

from __future__ import annotations

import hashlib
import io
import os
import pickle  # nosec B403  as Dask does with every task
import re
import threading
from dataclasses import dataclass
from typing import Any

import torch

from ...errors import DeviceError, InputError, ModelError
from ...events import Event, Message
from ...imagery import Raster
from ...library_errors import translate
from ...packages import ModelCard, Package
from ...reporting import Reporter
from ..inference.predictor import Inference
from .blocks import Block, Seen, to_bytes
from .crew import Crew
from .fingerprint import package_digest
from .local import Network, fit_batch, thread_count
from .reader import Reader
from .shipping import ROOT


@dataclass(frozen=True)
class Task:
    """A search, as it is sent to the workers; pickled, with closed files.

    Attributes:
        raster, model, card, how, tile_size, parallel: see :func:`core.detection.pipeline.detect`; a network is on the CPU.
        block_size: tiles of a block.
        skip: whether tiles that cannot be read are left out.
        device: what each worker uses: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        files: files behind the raster, which the workers must see.
        model_digest: of the package's content; empty for a network.
        run: tells this run from any other of the same search.
    """

    raster: Raster
    model: torch.nn.Module | Package
    card: ModelCard
    how: Inference
    tile_size: int
    block_size: int
    skip: bool
    device: str
    parallel: int | None
    files: tuple[str, ...]
    model_digest: str
    run: str


def search(task: bytes, root: str, blocks: bytes, here: str) -> dict[str, Any]:
    """Search blocks on this worker.

    Args:
        task: pickled :class:`Task`.
        root: the name of the package ``core`` where it was pickled.
        blocks: pickled list of :class:`core.detection.sightings.blocks.Block`.
        here: the worker's name, for errors.

    Returns:
        ``"seen"``: for each block, what :func:`core.detection.sightings.blocks.to_bytes` makes of it; ``"said"``: messages for
        the user, as pairs of text and level. Or ``"failure"``: code, message, hint and details of an error.
    """
    try:
        return _desk_of(task, root, here).search(_load(blocks, root))
    except Exception as error:
        known = translate(error, f"The search on the Dask worker {here}")
        message = known.message if here in known.message else f"On the Dask worker {here}: {known.message}"
        return {"failure": (known.code, message, known.hint, known.details)}


def forget() -> None:
    """Let go of raster and model, and stop what is at work: nobody waits for it any more."""
    global _desk
    with _opening:
        if _desk is not None:
            _desk.stop()
        _desk = None
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


class _Desk:
    """Raster and model of one task, opened.

    Args:
        key: tells tasks apart.
        task: the task.
        here: the worker's name.

    Raises:
        InputError, ModelError, DeviceError: something is not there on this worker, or is another one.
    """

    def __init__(self, key: bytes, task: Task, here: str) -> None:
        self.key, self._task = key, task
        self._said: list[tuple[str, str]] = []
        self._report = Reporter(self._hear)
        self._lock = threading.Lock()  # a worker with several threads still has one network
        _check(task, here)
        self._device = _device(task.device, here)
        model = task.model if isinstance(task.model, Package) else task.model.to(self._device)
        self._predictor = Network(model).on([self._device], task.how, self._report)[0]
        self._batch_size = fit_batch([self._predictor], task.card, task.tile_size)
        self._reader = Reader(task.raster, task.card, task.skip)

    def search(self, blocks: list[Block]) -> dict[str, Any]:
        """Return what was seen in blocks, and what there is to say."""
        task, found, parts = self._task, list[bytes](), list[Seen]()
        ends = {block.tiles[-1].number for block in blocks}
        threads, gpu = thread_count(task.parallel), self._device.type == "cuda"
        crew = Crew([self._predictor], self._reader, self._batch_size, task.block_size, threads, gpu, self._report)
        with self._lock, crew:
            for tiles, seen in crew.work(blocks, lambda: None):
                parts.append(seen)
                if tiles[-1].number in ends:
                    found.append(to_bytes(Seen.join(parts)))
                    parts = []
            said, self._said = self._said, []
        return {"seen": found, "said": said}

    def stop(self) -> None:
        """Let a search that is at work end early."""
        self._report.cancel.set()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Message):
            self._said.append((event.text, event.level))


_desk: _Desk | None = None
_opening = threading.Lock()


def _desk_of(task: bytes, root: str, here: str) -> _Desk:
    """Return raster and model of a task, opened if the last task was another one."""
    global _desk
    key = hashlib.blake2b(task).digest()
    with _opening:
        if _desk is None or _desk.key != key:
            _desk = None  # before the next one is loaded: memory may hold one only
            _desk = _Desk(key, _load(task, root), here)
        return _desk


def _check(task: Task, here: str) -> None:
    for file in task.files:
        if not os.path.exists(file):  # noqa: PTH110, it may be no path
            raise InputError(
                f"The Dask worker {here} does not see the raster {file}.",
                "The workers need the imagery under the same path, for example in a folder of the network.",
            )
    if isinstance(task.model, Package):
        try:
            digest = package_digest(task.model)
        except OSError as error:
            raise ModelError(
                f"The Dask worker {here} cannot read the model package {task.model.path}: {error.strerror or error}.",
                "The workers need the model under the same path, for example in a folder of the network.",
            ) from error
        if digest != task.model_digest:
            raise ModelError(
                f"The model package {task.model.path} is another one on the Dask worker {here}.",
                "Copy the package to the worker again.",
            )


def _device(kind: str, here: str) -> torch.device:
    """Return this worker's processor.

    A worker that was given cards of its own, as dask-cuda does with ``CUDA_VISIBLE_DEVICES``, uses the first of them; others
    share the cards by the number in their names.
    """
    if kind == "cpu":
        return torch.device("cpu")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not count:
        if kind == "auto":
            return torch.device("cpu")
        raise DeviceError(
            f"The Dask worker {here} has no GPU that PyTorch can use.",
            "Set Processor Type to AUTO or CPU, or leave that worker out.",
        )
    return torch.device("cuda", 0 if os.environ.get("CUDA_VISIBLE_DEVICES") else _number() % count)


def _number() -> int:
    """Return a number that differs between the workers of a machine, as far as their names do."""
    from distributed import get_worker

    digits = re.findall(r"\d+", str(get_worker().name))
    return int(digits[-1]) if digits else os.getpid()


class _Unpickler(pickle.Unpickler):
    """Finds in this copy of the core what was pickled in another one."""

    def __init__(self, data: bytes, root: str) -> None:
        super().__init__(io.BytesIO(data))
        self._root = root

    def find_class(self, module: str, name: str) -> Any:
        if module == self._root or module.startswith(f"{self._root}."):
            module = ROOT + module[len(self._root) :]
        return super().find_class(module, name)


def _load(data: bytes, root: str) -> Any:
    return _Unpickler(data, root).load()
