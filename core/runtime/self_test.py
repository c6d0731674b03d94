"""Run by the Python of a new environment: imports the packages named on the command line and tries the GPU.

Prints one JSON object: ``versions`` by package; ``cuda``, the version PyTorch was built for, or null; ``gpu``, the name of the
card that computed, or null; ``gpu_problem``, why none did. A package that cannot be imported ends it with a traceback.
"""

import importlib
import json
import sys


def main(names: list[str]) -> None:
    """Import, compute, print."""
    versions = {name: str(getattr(importlib.import_module(name), "__version__", "")) for name in names}
    cuda = gpu = None
    problem = ""
    if "torch" in names:
        torch = importlib.import_module("torch")
        cuda = torch.version.cuda
        if cuda and torch.cuda.is_available():
            try:
                ones = torch.ones(64, 64, device="cuda")
                if float((ones @ ones).sum()) != 64.0**3:
                    problem = "it computes wrong results"
                gpu = torch.cuda.get_device_name(0)
            except RuntimeError as error:
                problem = str(error).strip().splitlines()[0]
    print(json.dumps({"versions": versions, "cuda": cuda, "gpu": gpu, "gpu_problem": problem}))


if __name__ == "__main__":
    main(sys.argv[1:])
