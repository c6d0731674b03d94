"""The job of looking at the machine: Python environment, GPU, versions."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .parameters import Kind, Output, boolean, parameter


@dataclass(frozen=True, kw_only=True)
class CheckEnvironment(Job):
    """Check, and if wanted build, the environment that deep learning runs in."""

    name = "checkenvironment"
    title = "Check Deep Learning Environment"
    summary = (
        "Shows what deep learning runs on: the Python environment, the graphics card with its memory and driver, the versions. "
        "Can build the environment first (with CUDA: downloads about 3 GB, needs about 10 GB of disk meanwhile)."
    )
    returns = (
        Output("READY", "number", "1 when the environment works, else 0"),
        Output("GPU_COUNT", "number", "Number of CUDA cards that work"),
        Output("GPU_MEMORY", "number", "Memory of the first card in GiB"),
        Output("GPU_NAME", "text", "Name of the first card"),
        Output("DRIVER", "text", "Version of the NVIDIA driver"),
        Output("COMPUTE_CAPABILITY", "number", "Compute capability of the first card, such as 8.9"),
        Output("TORCH_VERSION", "text", "Version of PyTorch"),
    )
    runner = "core.environment_check:run"

    build: bool = boolean("Build the environment", "Create the managed environment when it is not there yet.", False)
    wheels: str | None = parameter(
        Kind.FOLDER, "Folder of wheels",
        "For machines without a network: a folder with all wheels of requirements.txt. Empty: that of the settings, if any.",
        None, advanced=True,
    )  # fmt: skip
    output_report: str = parameter(Kind.NEW_HTML, "Environment Report", "HTML page with what was found.")
