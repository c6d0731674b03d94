"""The real worker with jobs of its own: one function for each thing that a job can do to it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core import worker
from core.errors import InputError
from core.jobs import Job, Kind
from core.jobs.parameters import parameter


def _job(function):
    @dataclass(frozen=True, kw_only=True)
    class OddJob(Job):
        name = function.__name__
        title = "Odd Job"
        runner = f"{__name__}:{function.__name__}"

        path: str | None = parameter(Kind.FIELD, "Path", "A file to leave a trace in.", None)

    JOBS[function.__name__] = OddJob
    return function


JOBS = {}


@_job
def talk(job, report):
    report.info("Using the CPU")
    report.progress(0.25, "Talking", "3 words/s", 1.5)
    report.metric("loss", 0.5, 1)
    report.artifact("OUTPUT", Path("a.gpkg"))
    return {"COUNT": 2}


@_job
def chatter(job, report):
    """Write to standard output in every way there is."""
    import ctypes

    print("Python says hello")
    os.write(1, b"a descriptor says hello\n")
    c = ctypes.CDLL(None)
    c.puts(b"C says hello")
    c.fflush(None)
    subprocess.run([sys.executable, "-c", "print('a child says hello')"], check=True)
    raise InputError("Now the log is looked at.") from ValueError("no reason")


@_job
def steal_input(job, report):
    """A child that reads standard input must not get the client's orders."""
    got = subprocess.run([sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"], capture_output=True, check=True)
    return {"READ": int(got.stdout)}


@_job
def look_around(job, report):
    return {"PATH": sys.path, "FOLDER": str(Path.cwd())}


@_job
def sleep_unreported(job, report):
    """Say something once, then nothing."""
    report.progress(0.5, "Dozing")
    time.sleep(2.6)
    return {}


@_job
def sleep_at_once(job, report):
    time.sleep(1.6)
    return {}


@_job
def break_down(job, report):
    raise ValueError("nobody thought of this")


@_job
def return_nonsense(job, report):
    return {"THING": object()}


@_job
def return_odd_values(job, report):
    class Scalar:
        def item(self):
            return 7

    return {"PATH": Path("a") / "b", "NAN": float("nan"), "INFINITE": float("inf"), "SCALAR": Scalar(), "TEXT": "\ud800"}


@_job
def obey(job, report):
    """Clean up when asked to stop."""
    Path(job.path).write_text(str(os.getpid()))
    try:
        while True:
            report.check_cancelled()
            report.progress(0.5, "Waiting")
            time.sleep(0.02)
    finally:
        Path(job.path).unlink()


@_job
def keep_a_part(job, report):
    while not report.cancelled:
        report.progress(0.5, "Waiting")
        time.sleep(0.02)
    return {"EPOCHS": 2}


@_job
def ignore_cancel(job, report):
    """Never look whether somebody wants it to stop; clean up all the same."""
    Path(job.path).write_text(str(os.getpid()))
    report.progress(0.5, "Ignoring")
    try:
        time.sleep(120)
    finally:
        Path(job.path).unlink()


@_job
def raise_a_family(job, report):
    """Start children that nobody stops, then ignore everything."""
    children = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"]) for _ in range(2)]
    Path(job.path).write_text(" ".join(str(pid) for pid in (os.getpid(), *(child.pid for child in children))))
    report.progress(0.5, "Ignoring")
    time.sleep(120)


@_job
def obey_with_a_child(job, report):
    """Stop when asked to, but leave a child behind."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    Path(job.path).write_text(f"{os.getpid()} {child.pid}")
    while True:
        report.check_cancelled()
        time.sleep(0.02)


@_job
def hold_the_lock(job, report):
    """Never return from C, with the interpreter's lock held: no thread of Python can do anything."""
    import ctypes

    Path(job.path).write_text(str(os.getpid()))
    report.progress(0.5, "Holding")
    ctypes.PyDLL(None).sleep(120)


made = []


@_job
def count(job, report):
    """Say who does it, and how often the thing had to be made that a worker keeps."""
    from core.keeping import kept

    kept("thing", job.path, lambda: made.append(job.path))
    return {"PID": os.getpid(), "MADE": len(made)}


@_job
def compute(job, report):
    return {}


@dataclass(frozen=True, kw_only=True)
class Compute(JOBS["compute"]):
    """A job that uses a graphics card if there is one."""

    processor: str = parameter(Kind.FIELD, "Processor Type", "", "AUTO")


JOBS["compute"] = Compute


def double(number):
    import core.errors  # the path goes to the children too

    assert core.errors
    return 2 * number


@_job
def use_processes(job, report):
    import multiprocessing

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        return {"DOUBLED": pool.map(double, [1, 2, 3])}


if __name__ == "__main__":
    worker.HANG = float(os.environ.get("ODD_JOBS_HANG", worker.HANG))
    sys.exit(worker.main(JOBS))
