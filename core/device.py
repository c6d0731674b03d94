"""Which processor the network runs on."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .errors import DeviceError
from .reporting import Reporter
from .runtime.folders import setting


def choose_device(processor: str, gpu_id: int, report: Reporter) -> torch.device:
    """Choose the processor and tell the user which one it is and why.

    Args:
        processor: ``"AUTO"`` takes the card if there is one that works, ``"GPU"`` insists on it, ``"CPU"`` does not look.
        gpu_id: number of the card, counted from 0.
        report: gets one line.

    Raises:
        DeviceError: GPU was asked for and there is none, or not that one, or it does not work.
    """
    if _only_cpu(processor):
        by = "asked" if processor == "CPU" else "Kestrel's settings say"
        report.info(f"Device: CPU ({torch.get_num_threads()} threads), as {by}.")
        return torch.device("cpu")
    trouble, hint = _trouble(gpu_id)
    if trouble:
        if processor == "GPU":
            raise DeviceError(trouble, hint)
        report.info(f"Device: CPU ({torch.get_num_threads()} threads). {trouble}")
        return torch.device("cpu")
    card = torch.cuda.get_device_properties(gpu_id)
    report.info(f"Device: GPU {gpu_id}, {card.name}, {card.total_memory / 2**30:.1f} GB, PyTorch {torch.__version__}.")
    return torch.device("cuda", gpu_id)


def _only_cpu(processor: str) -> bool:
    """Whether cards are left alone: as asked for, or, where nothing is, by the setting."""
    return processor == "CPU" or (processor == "AUTO" and setting("processor") == "CPU")


def choose_devices(processor: str, gpu_ids: Sequence[int] | None, report: Reporter) -> list[torch.device]:
    """Choose the processors that share the work; one line for each tells which they are.

    Args:
        processor: see :func:`choose_device`.
        gpu_ids: numbers of the cards, all of which must work; None for all that do.
        report: gets the lines.

    Raises:
        DeviceError: see :func:`choose_device`.
    """
    numbers = list(gpu_ids) if gpu_ids else list(range(torch.cuda.device_count() if torch.cuda.is_available() else 0))
    if _only_cpu(processor) or len(numbers) < 2:
        return [choose_device(processor, numbers[0] if numbers else 0, report)]
    if gpu_ids:
        return [choose_device("GPU", number, report) for number in numbers]
    troubles = {number: _trouble(number) for number in numbers}
    working = [number for number, (trouble, _) in troubles.items() if not trouble]
    for trouble, hint in troubles.values():
        if trouble and working:
            report.warning(f"{trouble} The work goes on with the other cards. {hint}")
    return [choose_device(processor, number, report) for number in working or numbers[:1]]


def describe_device(device: torch.device) -> str:
    """Return the device as the user knows it: ``"NVIDIA H100 (GPU 0)"`` or ``"CPU (8 threads)"``."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} (GPU {device.index or 0})"
    return f"CPU ({torch.get_num_threads()} threads)"


def half_precision(device: torch.device) -> torch.dtype | None:
    """Return the 16-bit type that a device computes in: bfloat16 where the card has it, else float16; None on the CPU."""
    if device.type != "cuda":
        return None
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def _trouble(gpu_id: int) -> tuple[str, str]:
    """Return why the card cannot be used and what to do; two empty texts when it can."""
    if torch.version.cuda is None:
        return (
            "This PyTorch was built without CUDA.",
            "Build the environment again on this machine, or set Processor Type to CPU.",
        )
    if not torch.cuda.is_available():
        return (
            "PyTorch finds no NVIDIA card that it can use.",
            "Check the card and its driver with Check Deep Learning Environment, or set Processor Type to CPU.",
        )
    count = torch.cuda.device_count()
    if gpu_id >= count:
        return f"There is no GPU {gpu_id}: this machine has {count}, counted from 0.", "Set GPU ID to one that exists."
    try:
        torch.ones(1, device=torch.device("cuda", gpu_id)).add_(1).item()
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        return f"GPU {gpu_id} ({torch.cuda.get_device_name(gpu_id)}) does not work: {reason}.", "Update its driver."
    return "", ""
