"""Blocks searched by the workers of a Dask cluster.

Blocks are tasks; what a worker sees in them comes back as plain bytes, in order, to the same stitcher as from this machine.
Dask gives the tasks of a worker that is lost to another. Only some tasks are with the cluster at any time, so that what waits
here stays small, and nothing is left there afterwards.
"""

from __future__ import annotations

import copy
import os
import pickle  # nosec B403  for the name of its error
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch

from ...errors import DeviceError, EnvironmentMissing, InvalidParameter, WorkerDied, error_from_code
from ...imagery import Raster
from ...packages import ModelCard, Package
from ...reporting import Reporter
from ..inference.predictor import Inference
from ..tiles import Tile
from . import shipping
from .blocks import Block, Seen, from_bytes
from .crew import HEARTBEAT
from .fingerprint import package_digest
from .remote import Task

if TYPE_CHECKING:
    from distributed import Client, Future

_AT_ONCE = 2  # blocks of a task: between tasks a worker's network rests
_TASKS = 2  # per thread of the workers, that are with the cluster at a time
_CONNECT = 20  # seconds
_PATIENCE = 30  # heartbeats without any worker, after which the user is told


class Cluster:
    """A Dask cluster that searches blocks.

    Args:
        address: of its scheduler, such as ``tcp://server:8786``.
        raster, model, card, how, tile_size, block_size, skip, device, parallel: see
            :class:`core.detection.sightings.remote.Task`.
        report: is told what the workers say, and knows whether the user cancelled.
    """

    def __init__(
        self, address: str, raster: Raster, model: torch.nn.Module | Package, card: ModelCard, how: Inference, *,
        tile_size: int, block_size: int, skip: bool, device: str, parallel: int | None, report: Reporter,
    ) -> None:  # fmt: skip
        self._address, self._report = address, report
        model = replace(model, path=model.path.absolute()) if isinstance(model, Package) else copy.deepcopy(model).cpu()
        files = tuple(os.path.abspath(it) for it in raster.sources if os.path.exists(it))  # noqa: PTH100, PTH110
        self._task = Task(
            copy.deepcopy(raster), model, card, how, tile_size, block_size, skip, device, parallel, files,
            package_digest(model) if isinstance(model, Package) else "", uuid.uuid4().hex,
        )  # fmt: skip

    def work(self, blocks: Iterator[Block], tell: Callable[[], None]) -> Generator[tuple[Sequence[Tile], Seen]]:
        """Yield what was seen in each block, in order.

        Args:
            blocks: what to search.
            tell: called every now and then.

        When the user cancels, what is finished is yielded as far as it follows on, and the rest is dropped.

        Raises:
            EnvironmentMissing: Dask is not installed here, or something that Kestrel needs is not on a worker.
            InvalidParameter: not an address.
            DeviceError: no scheduler answers, the connection broke, or a worker lacks the GPU that was asked for.
            InputError, ModelError, OutOfMemory: a worker cannot read the raster or load the model, or the search failed there.
            WorkerDied: the same blocks have killed several workers.
        """
        _import()
        parcel = shipping.parcel(_pickled(self._task))
        client, work = self._connect(), shipping.by_value(shipping.work)
        waiting: deque[tuple[list[Block], Future]] = deque()
        try:
            self._check_versions(client)
            sent = client.submit(shipping.by_value(shipping.same), parcel.plain(), pure=False)
            room = self._room(client)
            while True:
                while len(waiting) < room and not self._report.cancelled:
                    some = list(islice(blocks, _AT_ONCE))
                    if not some:
                        break
                    waiting.append((some, client.submit(work, sent, _pickled(some), pure=False)))
                if not waiting:
                    return
                some, future = waiting[0]
                seen = self._result(client, future, tell)
                if seen is None:
                    return
                waiting.popleft()
                room = max(room, self._room(client))
                for block, data in zip(some, seen, strict=True):
                    yield block.tiles, from_bytes(data)
        finally:
            with suppress(Exception):  # a cluster that is gone has nothing to clean up
                client.cancel([future for _, future in waiting])
                waiting.clear()
                client.run(shipping.by_value(shipping.forget), parcel.name, on_error="ignore")
            with suppress(Exception):
                client.close(timeout=5)

    def _connect(self) -> Client:
        import distributed

        try:
            return distributed.Client(self._address, timeout=_CONNECT, set_as_default=False, name="kestrel")
        except ValueError as error:
            raise InvalidParameter(
                f"SCHEDULER is {self._address!r}, which is no address: {error}.", "It looks like tcp://server:8786."
            ) from error
        except OSError as error:
            raise DeviceError(
                f"No Dask scheduler answers at {self._address}.",
                "Start one with `dask scheduler`, or check the address and whether a firewall lets it through.",
            ) from error

    def _check_versions(self, client: Client) -> None:
        """Refuse workers with another Python, which cannot take code of this one, and warn of another PyTorch."""
        mine = "{}.{}".format(*sys.version_info)
        found = client.get_versions(packages=["torch"])
        own = found["client"]["packages"].get("torch")
        for address, about in found["workers"].items():
            theirs = ".".join(str(about["host"]["python"]).split(".")[:2])
            if theirs != mine:
                raise EnvironmentMissing(
                    f"The Dask worker {address} runs Python {theirs}, but Kestrel here runs {mine}.",
                    "All need the same version: start the workers in an environment like Kestrel's.",
                )
            version = about["packages"].get("torch")
            if version is not None and version != own:
                self._report.warning(
                    f"The Dask worker {address} has PyTorch {version}, this machine {own}: results may differ a little."
                )

    def _room(self, client: Client) -> int:
        """Return how many tasks are with the cluster at a time; a cluster may grow once it has something to do."""
        return _TASKS * max(1, sum(client.nthreads().values()))

    def _result(self, client: Client, future: Future, tell: Callable[[], None]) -> list[bytes] | None:
        """Wait for what was seen in the blocks of a task; None when the user cancelled before it was there."""
        import distributed

        try:
            answer = self._answer(client, future, tell)
        except distributed.KilledWorker as error:
            raise WorkerDied(
                f"The Dask workers that searched the same blocks died one after the other: {error}.",
                "Look into the workers' logs; perhaps their memory is too small. A smaller Batch Size needs less.",
            ) from error
        except (distributed.CancelledError, OSError) as error:
            raise DeviceError(
                f"The Dask cluster {self._address} dropped the search: the connection to it broke, or it was restarted.",
                "Run the tool again, with Resume to go on from what is finished.",
            ) from error
        if answer is None:
            return None
        for text, level in answer.get("said", ()):
            (self._report.info if level == "info" else self._report.warning)(text)
        if "failure" in answer:
            code, message, hint, details = answer["failure"]
            raise error_from_code(code, message, hint, details)
        return list(answer["seen"])

    def _answer(self, client: Client, future: Future, tell: Callable[[], None]) -> dict[str, Any] | None:
        """Wait for a task; None when the user cancelled before it was done."""
        done, lonely = threading.Event(), 0
        future.add_done_callback(lambda _: done.set())
        while not (done.wait(HEARTBEAT) or self._report.cancelled):
            tell()
            lonely = 0 if client.nthreads() else lonely + 1
            if lonely == _PATIENCE:
                self._report.warning(f"The Dask cluster {self._address} has no workers; waiting for one.")
        tell()
        return dict(future.result()) if future.done() else None


def _import() -> None:
    """Look for Dask."""
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise EnvironmentMissing(
            "A Dask cluster needs the package distributed, which is not installed here.",
            f"Install it: {sys.executable} -m pip install distributed",
        ) from error


def _pickled(value: Any) -> bytes:
    """Pickle a task; classes of a notebook go along."""
    import cloudpickle

    try:
        return bytes(cloudpickle.dumps(value))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise InvalidParameter(f"The network cannot be sent to a cluster: {error}.", "Search on this machine.") from error
