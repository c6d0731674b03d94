"""A worker that misbehaves in the way its job asks for. Standard library only; see FAULTS for the ways."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def say(**event):
    print(json.dumps(event), flush=True)


def progress(fraction=0.5):
    say(event="progress", fraction=fraction, stage="Faking", rate="", remaining=None)


def result(**outputs):
    say(event="result", outputs=outputs)


def forever():
    while True:
        time.sleep(0.05)
        progress()


def raw(data):
    sys.stdout.flush()
    os.write(1, data)


def normal(values):
    progress(0.0)
    say(event="message", text="Using the CPU", level="info")
    say(event="metric", name="loss", value=0.25, epoch=1)
    say(event="artifact", name="OUTPUT", path="somewhere.gpkg")
    progress(1.0)
    result(COUNT=3, OUTPUT="somewhere.gpkg")


def says_what_it_got(values):
    result(ARGUMENTS=sys.argv, FLAGS=[sys.flags.isolated, sys.flags.utf8_mode], VALUES=values, FOLDER=str(Path.cwd()))


def fails(values):
    say(event="failure", code="input", message="The raster a.tif is empty.", hint="Choose another.", details="Traceback ...")
    sys.exit(1)


def exits(values):
    print("ValueError: the last words", file=sys.stderr, flush=True)
    print("   and something after them", file=sys.stderr, flush=True)
    sys.exit(values["number"])


def dies_by_signal(values):
    progress()
    print("a word before the end", file=sys.stderr, flush=True)
    os.kill(os.getpid(), values["number"])
    time.sleep(60)


def floods_stderr(values):
    line = b"x" * 1023 + b"\n"
    for _ in range(100 * 1024):
        os.write(2, line)
    print("the very last word", file=sys.stderr, flush=True)
    if values["number"]:
        sys.exit(values["number"])
    result(DONE=1)


def floods_events(values):
    for i in range(values["number"]):
        say(event="message", text=f"message {i}", level="info")
    result(DONE=1)


def floods_stdout(values):
    for _ in range(20 * 1024):
        raw(b"y" * 1023 + b"\n")
    result(DONE=1)


def prints_one_huge_line(values):
    for _ in range(20 * 1024):
        raw(b"z" * 1024)
    raw(b"\n")
    result(DONE=1)


def prints_garbage(values):
    raw(b"\x00\xff\xfe\x80 garbage \xc3\x28\n")
    raw(b'\n\n\r\n[1, 2]\nnull\n{}\n{"event": []}\n{"event": "progress"}\n{"event": "unheard", "a": 1}\n')
    raw(b'{"event": "progress", "fraction": NaN}\n{"event": "progress", "fraction": "half"}\n')
    raw(b"[" * 200_000 + b"\n")
    raw(b"x" * 70_000 + b"\n")
    raw(b'{"event": "message", "text": "caf\xff", "level": "info"}\n')
    result(DONE=1)
    raw(b"\xff\xfe after the end\n")


def never_reads(values):
    """Started with a job larger than a pipe: the rest of it is never read."""
    progress()
    forever()


def says_nothing(values):
    print("waiting for a driver", file=sys.stderr, flush=True)
    time.sleep(60)


def falls_silent(values):
    progress()
    print("waiting for a disk", file=sys.stderr, flush=True)
    time.sleep(60)


def closes_stdout(values):
    progress()
    os.close(1)
    time.sleep(60)


def obeys(values):
    progress()
    for line in sys.stdin:
        if line.strip() == "cancel":
            say(event="failure", code="cancelled", message="Cancelled.", hint="", details="")
            sys.exit(3)


def keeps_its_part(values):
    progress()
    for line in sys.stdin:
        if line.strip() == "cancel":
            result(EPOCHS=2)
            return


def ignores_cancel(values):
    Path(values["path"]).write_text(str(os.getpid()))
    forever()


def ignores_everything(values):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ignores_cancel(values)


def answers_to_terminate(values):
    answers = {
        "result": b'{"event": "result", "outputs": {"SAVED": 1}}',
        "failure": b'{"event": "failure", "code": "internal", "message": "My child was killed."}',
    }

    def answer(*_):
        os.write(1, b"\n" + answers[values["then"]] + b"\n")  # the job may be in the middle of a line
        os._exit(0)

    signal.signal(signal.SIGTERM, answer)
    forever()


def stays_after_its_answer(values):
    Path(values["path"]).write_text(str(os.getpid()))
    result(DONE=1)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def has_children(values):
    """Children that hold all pipes; then ends as ``then`` says."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('child', flush=True); time.sleep(60)"
    children = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    Path(values["path"]).write_text(" ".join(str(child.pid) for child in children))
    time.sleep(0.3)
    {"result": lambda: result(DONE=1), "crash": lambda: os.kill(os.getpid(), 9), "hang": forever}[values["then"]]()
    os._exit(0)


def crashes_beside_a_daemon(values):
    """A child that left the process group and holds all pipes."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    Path(values["path"]).write_text(str(child.pid))
    progress()
    sys.exit(5)


if __name__ == "__main__":
    if "UNREAD" in os.environ:
        never_reads({})
    request = json.loads(sys.stdin.readline())
    values = {name.lower(): value for name, value in request["values"].items()}
    globals()[values.pop("fault")](values)
