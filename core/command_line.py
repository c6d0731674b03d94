"""The command line: one subcommand for each job, made from the same descriptions as the QGIS algorithms.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled, 130 stopped at once by a second Ctrl+C. The outputs go to stdout as
JSON, everything for people to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from .console import Console
from .errors import Cancelled, InvalidParameter, KestrelError
from .jobs import JOBS, CheckEnvironment, Job, Kind, Parameter
from .outputs import refuse_same_paths
from .replacing import replacing
from .reporting import Reporter
from .run import run

DONE, FAILED, USAGE, CANCELLED, STOPPED = 0, 1, 2, 3, 130
_METAVARS = {
    Kind.FIELD: "FIELD",
    Kind.INTEGER: "N",
    Kind.NUMBER: "NUMBER",
    Kind.BOOLEAN: "true|false",
    Kind.EXTENT: "XMIN,XMAX,YMIN,YMAX",
    Kind.BANDS: "N,N,...",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: the words after the program's name; those of this process if None.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path that the console cannot show must not end the program
            stream.reconfigure(errors="replace")
    console = Console(sys.stderr)
    parser = make_parser()
    options = parser.parse_args(join_negative_values(sys.argv[1:] if arguments is None else arguments))
    try:
        if options.python:
            from .runtime.resolve import find_python

            print(find_python())
            return DONE
        if options.tool is None:
            print(_list_of_tools())
            return DONE
        given = {name: getattr(options, name) for name in JOBS[options.tool].parameters()}
        job = JOBS[options.tool].from_values(given)
        job.check()
        refuse_same_paths(job)
        overwriting = replacing(job, console.tell) if options.overwrite else contextlib.nullcontext()
        with _cancelled_by_signal(console) as cancel, overwriting:
            outputs = _run(job, console, cancel, options.in_process)
        console.close()
        print(json.dumps(outputs, indent=2, ensure_ascii=False), flush=True)
    except KestrelError as error:
        console.error(error, options.verbose)
        wrong = {Cancelled: CANCELLED, InvalidParameter: USAGE}
        return wrong.get(type(error), FAILED)
    except KeyboardInterrupt:
        console.tell("Stopped.")
        return STOPPED
    return CANCELLED if cancel.is_set() else DONE


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        "python3 -m core", description="Kestrel Object Detection without QGIS.", epilog=_list_of_tools(), allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--python", action="store_true", help="print the Python interpreter that runs the tools, and end")
    parser.set_defaults(tool=None, verbose=False)
    tools = parser.add_subparsers(metavar="TOOL", dest="tool", help="one of those below; TOOL --help tells its options")
    for name, job in JOBS.items():
        _add_options(tools.add_parser(name, description=_description(job), allow_abbrev=False), job)
    return parser


def join_negative_values(arguments: Sequence[str]) -> list[str]:
    """Write ``--extent -10,-9,50,51`` as ``--extent=-10,-9,50,51``: argparse takes what begins with a minus for an option."""
    joined: list[str] = []
    for word in arguments:
        if joined and re.match(r"-[\d.]", word) and re.fullmatch(r"--[a-z-]+", joined[-1]):
            joined[-1] += "=" + word
        else:
            joined.append(word)
    return joined


def _add_options(parser: argparse.ArgumentParser, job: type[Job]) -> None:
    """Add the parameters of ``job`` in groups, then how to run it."""
    needed, usual, rare = map(parser.add_argument_group, ("required", "optional", "advanced"))
    for name, described in job.parameters().items():
        default = job.default(name)
        required = default is None and not described.optional
        details: dict[str, Any] = {}
        if described.kind is Kind.BOOLEAN:
            details = {"nargs": "?", "const": "true"}
        elif described.kind is Kind.RASTERS:
            details = {"action": "extend", "type": _paths}
        (needed if required else rare if described.advanced else usual).add_argument(
            "--" + name.replace("_", "-"), required=required, dest=name, metavar=_metavar(described),
            help=_help(described, default).replace("%", "%%"), **details,
        )  # fmt: skip
    running = parser.add_argument_group("running")
    running.add_argument(
        "--overwrite", action="store_true",
        help="replace outputs that exist; the old ones come back when the tool fails. Folders are replaced only if Kestrel or "
        "ArcGIS wrote them (they hold an .emd file), and not where --append adds to them",
    )  # fmt: skip
    running.add_argument("--in-process", action="store_true", help="run in this Python, which must have the packages")
    running.add_argument("--verbose", action="store_true", help="show the traceback of every error")


def _paths(text: str) -> list[str]:
    """Return the paths in ``text``, with ``;`` between them."""
    whole = os.path.exists(text)  # noqa: PTH110, a data source may be longer than a path, which raises there
    return [text] if whole else [path for path in text.split(";") if path]


def _description(job: type[Job]) -> str:
    returns = "".join(f" {output.name} ({output.label})," for output in job.returns)
    text = f"{job.title}. {job.summary}" + (f" Returns{returns[:-1]}." if returns else "")
    return text.replace("%", "%%")


def _metavar(described: Parameter) -> str:
    if described.kind is Kind.CHOICE:
        return "{" + ",".join(described.choices) + "}"
    return _METAVARS.get(described.kind, "PATH")


def _help(described: Parameter, default: object) -> str:
    """Return label, help, limits and default in one text."""
    notes = ["several: give the option again, or put ; between them"] if described.kind is Kind.RASTERS else []
    if described.minimum is not None and described.maximum is not None:
        notes.append(f"from {described.minimum:g} to {described.maximum:g}")
    elif described.minimum:
        notes.append(f"at least {described.minimum:g}")
    if default is not None:
        notes.append(f"default {str(default).lower() if isinstance(default, bool) else default}")
    return f"{described.label}. {described.help}" + (f" ({', '.join(notes)})" if notes else "")


def _list_of_tools() -> str:
    width = max(map(len, JOBS))
    lines = [f"  {name:{width}}  {job.title}" for name, job in JOBS.items()]
    return "\n".join(["Tools:", *lines, "", "python3 -m core TOOL --help tells what a tool takes."])


def _run(job: Job, console: Console, cancel: threading.Event, in_process: bool) -> dict[str, Any]:
    """Run ``job`` in the worker, or here; the check of the environment always here, for there may be no worker yet."""
    if isinstance(job, CheckEnvironment):
        from .runtime.checkup import check_environment

        return check_environment(job, console.show, cancel.is_set)
    if in_process:
        with contextlib.redirect_stdout(sys.stderr):
            return run(job, Reporter(console.show, cancel))
    from .runtime.client import run_job

    return run_job(job, console.show, cancel.is_set)


@contextlib.contextmanager
def _cancelled_by_signal(console: Console) -> Iterator[threading.Event]:
    """Let the first Ctrl+C or SIGTERM cancel politely, the second one stop at once."""
    cancel = threading.Event()

    def interrupt(number: int, frame: object) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()
        console.tell("Cancelling, what is done is kept ... (Ctrl+C again stops at once)")

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
