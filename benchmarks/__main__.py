"""Measure each tool against the physical limit of this machine, in one run, and print the table."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import platform
import sys

import benchmarks


def hardware() -> str:
    """Say what the figures were measured on."""
    import torch

    card = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no GPU"
    return f"{platform.machine()}, {torch.get_num_threads()} threads, {card}, torch {torch.__version__}"


def main() -> None:
    """Run the modules ``bench_*`` that were asked for, or all."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"which to run: {', '.join(name[6:] for name in names)}; all without")
    parser.add_argument("--quick", action="store_true", help="small inputs: to see that the benchmarks work")
    asked = parser.parse_args()

    print(hardware())
    print(f"{'tool':46} {'Kestrel':>12} {'limit':>12}  {'unit':12} {'ratio':>6}  limit is")
    for name in names:
        if asked.only and name[6:] not in asked.only:
            continue
        measured = importlib.import_module(f"benchmarks.{name}").measure(asked.quick)
        for row in measured if isinstance(measured, list) else [measured]:
            print(
                f"{row['tool']:46} {row['kestrel']:12.1f} {row['limit']:12.1f}  {row['unit']:12} {row['ratio']:6.2f}  "
                f"{row['limit_is']}"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
