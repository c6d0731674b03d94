"""The command line as people and scripts use it: options, texts, exit codes, Ctrl+C."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.command_line import join_negative_values, main, make_parser
from core.errors import Cancelled, InputError, WorkerDied
from core.events import Message
from core.jobs import JOBS, ExportTrainingData
from core.jobs.augmentations import AUGMENTATIONS
from core.jobs.model_arguments import MODEL_ARGUMENTS
from core.runtime import client

ROOT = Path(__file__).resolve().parents[2]
NMS = ["nonmaximumsuppression", "--input", "in.gpkg", "--output"]


@pytest.fixture
def run_job(monkeypatch):
    """Put another function in the place of the worker's client; gives the jobs that it was asked to do."""
    jobs = []

    def replace(function):
        def instead(job, on_event, is_cancelled):
            jobs.append(job)
            return function(on_event, is_cancelled)

        monkeypatch.setattr(client, "run_job", instead)
        return jobs

    return replace


def crowns(path, number=2):
    """Write ``number`` boxes, each over the next."""
    shapely = pytest.importorskip("shapely")
    pyogrio = pytest.importorskip("pyogrio")
    import numpy as np

    boxes = shapely.to_wkb([shapely.box(i, 0, i + 10, 10) for i in range(number)])
    scores = np.linspace(90, 50, number)
    pyogrio.raw.write(path, boxes, [scores], ["Confidence"], geometry_type="Polygon", crs="EPSG:32612")


def test_without_words_it_lists_the_tools(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    for name, job in JOBS.items():
        assert f"{name} " in out
        assert job.title in out


@pytest.mark.parametrize("name", JOBS)
def test_help_tells_everything(name, capsys):
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    out = " ".join(capsys.readouterr().out.split())
    for attribute, described in JOBS[name].parameters().items():
        assert f"--{attribute.replace('_', '-')} " in out
        assert described.label in out
        for word in described.choices:
            assert word in out
    for output in JOBS[name].returns:
        assert output.name in out


def test_help_tells_limits_and_defaults(capsys):
    with pytest.raises(SystemExit):
        main(["trainmodel", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert "(from 1 to 50; default 10)" in out
    assert "(from 0 to 2147483647; default 42)" in out
    assert "(default true)" in out
    assert "Validation %." in out


def test_help_reads_well_in_100_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit):
        main(["trainmodel", "--help"])
    out = capsys.readouterr().out
    assert out.startswith("usage: python3 -m core trainmodel --input FOLDER --output FOLDER [options]\n")
    assert max(map(len, out.splitlines())) <= 100
    assert "\n  AP50: Average precision at IoU 0.5" in out
    assert "\nAugmentation Parameters:\n" in out
    for argument in (*AUGMENTATIONS, *(each for arguments in MODEL_ARGUMENTS.values() for each in arguments)):
        assert f"\n  {argument.name}" in out
    assert "--additional-inputs FOLDER\n" in out and "--gpu-id N,N,..." in out
    assert "--augmentation-parameters NAME=VALUE\n" in out
    assert '(several: give the option again, or "a=1; b=2"; the names stand below)' in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["fly"], "invalid choice: 'fly'"),
        (["nonmaximumsuppression", "--input", "a"], "the following arguments are required: --output"),
        ([*NMS, "o.gpkg", "--wings", "2"], "unrecognized arguments: --wings 2"),
        ([*NMS, "o.gpkg", "--max", "0.5"], "unrecognized arguments: --max"),
    ],
)
def test_wrong_usage(words, text, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert text in capsys.readouterr().err


def test_a_wrong_value_is_wrong_usage_in_one_sentence(capsys):
    assert main([*NMS, "o.gpkg", "--max-overlap", "2"]) == 2
    assert capsys.readouterr().err == "Error: MAX_OVERLAP (Max Overlap Ratio) is 2; it must be from 0 to 1.\n"


@pytest.mark.parametrize(
    ("words", "value"),
    [([], False), (["--nms"], True), (["--nms", "true"], True), (["--nms=false"], False), (["--nms", "no"], False)],
)
def test_yes_and_no(words, value, run_job, tmp_path):
    jobs = run_job(lambda on_event, is_cancelled: {})
    (tmp_path / "m.dlpk").touch()
    required = ["detectobjects", "--input", "a.tif", "--model", str(tmp_path / "m.dlpk"), "--output", "o.gpkg"]
    assert main([*required, *words]) == 0
    assert jobs[0].nms is value


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        (["--extent", "-10.5,-9,50,51"], ["--extent=-10.5,-9,50,51"]),
        (["--cell-size", "-.5", "--nms"], ["--cell-size=-.5", "--nms"]),
        (["--extent=1,2", "-3"], ["--extent=1,2", "-3"]),
        (["-1"], ["-1"]),
        (["--nms", "--extent", "1,2,3,4"], ["--nms", "--extent", "1,2,3,4"]),
    ],
)
def test_values_may_begin_with_a_minus(words, joined):
    assert join_negative_values(words) == joined


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ([], None),
        (["--additional-rasters", "a.tif", "--additional-rasters=b.tif"], ("a.tif", "b.tif")),
        (["--additional-rasters", "a.tif;b.tif;", "--additional-rasters", "c.tif"], ("a.tif", "b.tif", "c.tif")),
        (["--additional-rasters", "semi;colon.tif"], ("semi;colon.tif",)),
    ],
)
def test_several_rasters(words, paths, run_job, tmp_path, monkeypatch):
    jobs = run_job(lambda on_event, is_cancelled: {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "semi;colon.tif").touch()
    assert main(["exporttrainingdata", "--input-raster=i", "--input-labels=l", "--output=o", "--bands", "4,3,2", *words]) == 0
    assert jobs[0].additional_rasters == paths
    assert jobs[0].bands == (4, 3, 2)


def test_help_tells_how_to_give_lists(capsys):
    with pytest.raises(SystemExit):
        main(["exporttrainingdata", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert "--additional-rasters PATH Additional Input Rasters." in out
    assert "(several: give the option again, or put ; between them)" in out
    assert "--bands N,N,... Bands. Numbers of the bands" in out


def test_tables_folders_and_numbers(run_job, tmp_path, monkeypatch):
    jobs = run_job(lambda on_event, is_cancelled: {})
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c;d"):
        (tmp_path / name).mkdir()
    words = [
        "--additional-inputs", "a;b", "--additional-inputs=c;d", "--augmentation", "CUSTOM", "--augmentation-parameters",
        "scale=0.5 2; blur=1.5", "--augmentation-parameters=dihedral=yes", "--gpu-id", "0,1",
    ]  # fmt: skip
    assert main(["trainmodel", "--input=a", "--output=o", *words]) == 0
    job = jobs[0]
    assert job.additional_inputs == ("a", "b", "c;d")
    assert job.augmentation_parameters == {"scale": "0.5 2", "blur": "1.5", "dihedral": "yes"}
    assert job.gpu_id == (0, 1)
    again = shlex.split(client.command_of(job)) if sys.platform != "win32" else []
    if again:
        assert main(again[3:]) == 0
        assert jobs[1] == job


@pytest.mark.skipif(sys.platform == "win32", reason="quoted differently")
def test_detect_is_short_for_detectobjects(run_job, tmp_path):
    jobs = run_job(lambda on_event, is_cancelled: {})
    (tmp_path / "m.dlpk").touch()
    assert main(["detect", "--input", "a.tif", "--model", str(tmp_path / "m.dlpk"), "--output", "o.gpkg"]) == 0
    assert jobs[0].name == "detectobjects"


def test_the_command_that_qgis_shows_gives_the_same_job():
    job = ExportTrainingData(
        input_raster="a b's.tif", input_labels="l.gpkg|layername=x", output="out", extent="-10,-9,50,51", stride_x=64,
        no_feature_tiles=True, image_format="PNG", additional_rasters=("c d.tif", "-e.tif"), bands=(3, 1), append=True,
    )  # fmt: skip
    words = shlex.split(client.command_of(job))
    options = make_parser().parse_args(words[3:])
    assert options.tool == job.name
    assert ExportTrainingData.from_values({name: getattr(options, name) for name in job.parameters()}) == job


def test_results_go_to_stdout_and_the_rest_to_stderr(run_job, capsys):
    def work(on_event, is_cancelled):
        on_event(Message("Using the CPU"))
        return {"OUTPUT": "straße.gpkg", "COUNT": 3}

    run_job(work)
    assert main([*NMS, "o.gpkg"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"OUTPUT": "straße.gpkg", "COUNT": 3}
    assert captured.err == "Using the CPU\n"


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (InputError("The layer is empty.", "Choose another."), 1, "Error: The layer is empty.\nChoose another.\n"),
        (WorkerDied("It died."), 1, "Error: It died.\n"),
        (Cancelled(), 3, "Cancelled.\n"),
    ],
)
def test_failures(error, code, text, run_job, capsys):
    def work(on_event, is_cancelled):
        raise error

    run_job(work)
    assert main([*NMS, "o.gpkg"]) == code
    assert capsys.readouterr() == ("", text)


def processes(monkeypatch, rank, number=2):
    """Make this process the ``rank``-th of several, as torchrun does."""
    monkeypatch.setenv("WORLD_SIZE", str(number))
    monkeypatch.setenv("RANK", str(rank))


@pytest.fixture
def run_here(monkeypatch):
    """Put another function in the place of what --in-process runs."""
    return lambda function: monkeypatch.setattr("core.command_line.run", lambda job, report: function(report))


@pytest.mark.parametrize("rank", [0, 1])
def test_one_of_several_processes_speaks_for_all(rank, run_here, monkeypatch, capsys):
    def work(report):
        report.progress(0.5, "Training")
        report.info("Using 2 cards")
        report.warning("They differ")
        return {"OUTPUT": "o.gpkg"}

    run_here(work)
    processes(monkeypatch, rank)
    assert main([*NMS, "o.gpkg", "--in-process"]) == 0
    captured = capsys.readouterr()
    if rank:
        assert captured == ("", "")
    else:
        assert json.loads(captured.out) == {"OUTPUT": "o.gpkg"}
        assert "Using 2 cards" in captured.err and "They differ" in captured.err and "Training" in captured.err


def test_an_error_of_any_process_is_said(run_here, monkeypatch, capsys):
    def work(report):
        raise InputError("The card is gone.", "Restart.")

    run_here(work)
    processes(monkeypatch, 1)
    assert main([*NMS, "o.gpkg", "--in-process"]) == 1
    assert capsys.readouterr() == ("", "Error: The card is gone.\nRestart.\n")


def test_a_cancel_is_said_once(run_here, monkeypatch, capsys):
    def work(report):
        raise Cancelled()

    run_here(work)
    processes(monkeypatch, 1)
    assert main([*NMS, "o.gpkg", "--in-process"]) == 3
    assert capsys.readouterr() == ("", "")


def test_only_the_first_process_replaces_what_is_there(run_here, monkeypatch, tmp_path):
    path = tmp_path / "o.gpkg"
    path.write_text("begun by the first process")
    run_here(lambda report: {})
    processes(monkeypatch, 1)
    assert main([*NMS, str(path), "--overwrite", "--in-process"]) == 0
    assert path.read_text() == "begun by the first process"


def test_several_processes_need_to_run_in_process(run_job, monkeypatch, capsys):
    jobs = run_job(lambda on_event, is_cancelled: {})
    processes(monkeypatch, 0)
    assert main([*NMS, "o.gpkg"]) == 2
    assert "Add --in-process" in capsys.readouterr().err and not jobs
    processes(monkeypatch, 0, number=1)
    assert main([*NMS, "o.gpkg"]) == 0


def after(seconds, *numbers):
    """Send signals to this process, as a person at a keyboard would."""

    def send():
        for number in numbers:
            time.sleep(seconds)
            os.kill(os.getpid(), number)

    threading.Thread(target=send, daemon=True).start()


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_cancels_politely(number, run_job, capsys):
    def work(on_event, is_cancelled):
        after(0.1, number)
        wait_for(is_cancelled)
        raise Cancelled()

    run_job(work)
    before = signal.getsignal(number)
    assert main([*NMS, "o.gpkg"]) == 3
    assert "Cancelling" in capsys.readouterr().err
    assert signal.getsignal(number) == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_cancelled_tool_may_still_have_a_result(run_job, capsys):
    def work(on_event, is_cancelled):
        after(0.1, signal.SIGINT)
        wait_for(is_cancelled)
        return {"MODEL": "a.dlpk"}

    run_job(work)
    assert main([*NMS, "o.gpkg"]) == 3
    assert json.loads(capsys.readouterr().out) == {"MODEL": "a.dlpk"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_second_signal_stops_at_once_and_brings_back_what_was_there(run_job, tmp_path):
    path = tmp_path / "o.gpkg"
    path.write_text("old")

    def work(on_event, is_cancelled):
        assert not path.exists()
        after(0.1, signal.SIGINT, signal.SIGINT)
        wait_for(lambda: False)

    run_job(work)
    assert main([*NMS, str(path), "--overwrite"]) == 130
    assert path.read_text() == "old"


def test_an_output_is_never_an_input(tmp_path, capsys):
    path = tmp_path / "a.gpkg"
    path.write_text("precious")
    assert main(["nonmaximumsuppression", "--input", str(path), "--output", str(path), "--overwrite"]) == 2
    assert "are the same path" in capsys.readouterr().err
    assert path.read_text() == "precious"


def command(*words, folder, **environment):
    """Run the real command line in a process, with this Python as the environment."""
    return subprocess.run(
        [sys.executable, "-m", "core", *words], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "KESTREL_PYTHON": sys.executable, **environment},
    )  # fmt: skip


def test_the_whole_way_through_the_worker(tmp_path):
    crowns(tmp_path / "in.gpkg")
    words = ["nonmaximumsuppression", "--input", "in.gpkg", "--output", "out.gpkg"]
    done = command(*words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"OUTPUT": "out.gpkg", "REMOVED": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.gpkg", "out.gpkg"]

    again = command(*words, folder=tmp_path)
    assert again.returncode == 1
    assert again.stdout == ""
    assert again.stderr == "Error: The output out.gpkg exists already.\nChoose another name or delete it first.\n"

    more = command(*words, "--overwrite", "--max-overlap", "0.9", folder=tmp_path)
    assert json.loads(more.stdout)["REMOVED"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.gpkg", "out.gpkg"]

    here = command(*words[:-1], "here.gpkg", "--in-process", folder=tmp_path)
    assert json.loads(here.stdout) == {"OUTPUT": "here.gpkg", "REMOVED": 1}


def test_a_missing_input_leaves_the_old_output(tmp_path):
    (tmp_path / "out.gpkg").write_text("old")
    done = command("nonmaximumsuppression", "--input", "no.gpkg", "--output", "out.gpkg", "--overwrite", folder=tmp_path)
    assert done.returncode == 1
    assert "no.gpkg" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out.gpkg").read_text() == "old"


def test_no_environment(tmp_path):
    done = command(*NMS, "o.gpkg", folder=tmp_path, KESTREL_PYTHON="", KESTREL_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 1
    assert done.stderr.startswith("Error: There is no Python environment with the deep-learning packages yet.\n")


def test_it_prints_its_python(tmp_path):
    assert command("--python", folder=tmp_path).stdout.strip() == sys.executable


def test_it_needs_the_standard_library_only(tmp_path):
    code = (
        "import sys; from core.command_line import main; from core.runtime.client import run_job; main([]);"
        "print(sorted({'numpy', 'torch', 'torchvision', 'rasterio', 'shapely', 'pyogrio', 'qgis'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
