"""The command line: one subcommand for each job, made from the same descriptions as the QGIS algorithms.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled, 130 stopped at once by a second Ctrl+C. The outputs go to stdout as
JSON, everything for people to stderr. Under ``torchrun`` (with ``--in-process``) the first process speaks for all; the others
say errors only.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import re
import signal
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from .console import Console
from .errors import Cancelled, InvalidParameter, KestrelError
from .jobs import JOBS, CheckEnvironment, Job, Kind, Parameter
from .jobs.arguments import table_rows, value_text
from .jobs.conversion import split_paths
from .outputs import refuse_same_paths
from .replacing import replacing
from .reporting import Reporter
from .run import run
from .sharing import is_first, is_shared

DONE, FAILED, USAGE, CANCELLED, STOPPED = 0, 1, 2, 3, 130
_SHORT = {"detectobjects": ["detect"]}  # other names of tools
_LONGEST_METAVAR = 60  # characters
_METAVARS = {
    Kind.FIELD: "FIELD",
    Kind.FOLDER: "FOLDER",
    Kind.FOLDERS: "FOLDER",
    Kind.NEW_FOLDER: "FOLDER",
    Kind.TABLE: "NAME=VALUE",
    Kind.NUMBERS: "N,N,...",
    Kind.DECIMALS: "NUMBER,...",
    Kind.TEXT: "TEXT",
    Kind.TEXTS: "NAME;NAME;...",
    Kind.CRS: "EPSG:CODE",
    Kind.INTEGER: "N",
    Kind.NUMBER: "NUMBER",
    Kind.BOOLEAN: "true|false",
    Kind.EXTENT: "XMIN,XMAX,YMIN,YMAX",
    Kind.BANDS: "N,N,...",
}
_SEVERAL = {  # how to give more than one
    Kind.RASTERS: "several: give the option again, or put ; between them",
    Kind.FOLDERS: "several: give the option again, or put ; between them",
    Kind.TABLE: 'several: give the option again, or "a=1; b=2"; the names stand below',
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: the words after the program's name; those of this process if None.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path that the console cannot show must not end the program
            stream.reconfigure(errors="replace")
    console = Console(sys.stderr, quiet=not is_first())
    options = _parse(join_negative_values(sys.argv[1:] if arguments is None else arguments))
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
        if is_shared() and not options.in_process:
            raise InvalidParameter("Each of several processes would do the whole job.", "Add --in-process after torchrun.")
        refuse_same_paths(job)
        overwriting = replacing(job, console.tell) if options.overwrite and is_first() else contextlib.nullcontext()
        with _cancelled_by_signal(console) as cancel, overwriting:
            outputs = _run(job, console, cancel, options.in_process)
        console.close()
        if is_first():
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
        tool = tools.add_parser(
            name, aliases=_SHORT.get(name, []), description=_description(job), allow_abbrev=False, usage=_usage(name, job),
            epilog=_more(job), formatter_class=_Formatter,
        )  # fmt: skip
        tool.set_defaults(tool=name)
        _add_options(tool, job)
    return parser


class _Formatter(argparse.HelpFormatter):
    """Wraps each line of a text by itself, with what follows indented."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(
            textwrap.fill(line, width, subsequent_indent="      " if line.startswith(" ") else "") for line in text.splitlines()
        )


def _parse(words: list[str]) -> argparse.Namespace:
    """Return what ``words`` say; ends the program with a text when they cannot be understood."""
    parser = make_parser()
    options, unknown = parser.parse_known_args(words)
    if unknown:
        meant = ""
        if options.tool:
            known = ["--" + name.replace("_", "-") for name in JOBS[options.tool].parameters()]
            near = [difflib.get_close_matches(word.partition("=")[0], known, 1) for word in unknown if word.startswith("--")]
            meant = "".join(f". Did you mean {found[0]}?" for found in near[:1] if found)
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")
    return options


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
        elif described.kind in (Kind.RASTERS, Kind.FOLDERS):
            details = {"action": "extend", "type": lambda text: list(split_paths(text))}
        elif described.kind is Kind.TABLE:
            details = {"action": "append"}
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


def _usage(name: str, job: type[Job]) -> str:
    """Return what has to be given; the rest is told below it."""
    needed = [
        f"--{attribute.replace('_', '-')} {_metavar(described)}"
        for attribute, described in job.parameters().items()
        if job.default(attribute) is None and not described.optional
    ]
    return " ".join(["python3 -m core", name, *needed, "[options]"])


def _description(job: type[Job]) -> str:
    return f"{job.title}. {job.summary}".replace("%", "%%")


def _more(job: type[Job]) -> str:
    """Return what ``job`` returns, and the names that its tables may hold."""
    lines = ["The outputs, as JSON:", *(f"  {output.name}: {output.label}." for output in job.returns), ""]
    if not job.returns:
        lines = []
    for described in job.parameters().values():
        if rows := table_rows(described.known):
            lines += [f"{described.label}:", *(f"  {row.text()}" for row in rows), ""]
    return "\n".join(lines).replace("%", "%%")


def _metavar(described: Parameter) -> str:
    if described.kind is Kind.CHOICE:
        words = ",".join(described.choices)
        return "{" + words + "}" if len(words) <= _LONGEST_METAVAR else "WORD"
    return _METAVARS.get(described.kind, "PATH")


def _help(described: Parameter, default: object) -> str:
    """Return label, help, limits and default in one text."""
    notes = [_SEVERAL[described.kind]] if described.kind in _SEVERAL else []
    if described.choices and _metavar(described) == "WORD":
        notes.append(f"one of {', '.join(described.choices)}")
    if described.minimum or described.maximum is not None:
        notes.append(described.limits())
    if default is not None:
        notes.append(f"default {value_text(default)}")
    return f"{described.label}. {described.help}" + (f" ({'; '.join(notes)})" if notes else "")


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
