"""The algorithm that shows, and builds, what deep learning runs on."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingFeedback

from ..core.jobs import CheckEnvironment, Job
from .base import JobAlgorithm
from .relay import Relay


class CheckEnvironmentAlgorithm(JobAlgorithm):
    """Runs here and not in the worker, because it has to work when there is no environment yet."""

    job = CheckEnvironment
    page = "check-environment"
    group_id = "environment"
    group_name = "Environment"
    words = ("GPU", "CUDA", "NVIDIA", "install", "setup", "PyTorch", "diagnostics", "driver")

    def canExecute(self) -> tuple[bool, str]:
        """Return that it can, always."""
        return True, ""

    def execute(self, job: Job, relay: Relay, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Look at the machine, building the environment first when asked to."""
        from ..core.runtime.checkup import check_environment

        return check_environment(job, relay.show, relay.is_cancelled)
