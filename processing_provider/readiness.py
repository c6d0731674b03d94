"""Whether the tools can run: asked before each run, so it looks at files only."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider

from ..core.errors import EnvironmentMissing
from ..core.runtime.resolve import find_python


def ready(provider: QgsProcessingProvider | None) -> tuple[bool, str]:
    """Return whether there is an environment, and if not how to get one.

    Args:
        provider: is told when there is none, so that the desktop can offer one; None for nobody.
    """
    try:
        find_python(check=False)
    except EnvironmentMissing as error:
        if provider is not None:
            provider.environmentMissing.emit(str(error))
        return False, str(error)
    return True, ""
