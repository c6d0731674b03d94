"""The zip of `make package`, installed as QGIS installs it: unpacked into a plugin folder, enabled, run."""

import configparser
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from package import find_lrelease  # noqa: E402


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, ROOT / "scripts" / "package.py", folder], check=True, capture_output=True)
    return next(folder.glob("kestrel-*.zip"))


def test_zip_holds_what_the_plugin_site_wants(zip_file):
    assert zip_file.stat().st_size < 25 * 1024 * 1024
    with zipfile.ZipFile(zip_file) as archive:
        names = archive.namelist()
        metadata = configparser.ConfigParser()
        metadata.read_string(archive.read("kestrel/metadata.txt").decode("utf-8"))
    assert {name.split("/")[0] for name in names} == {"kestrel"}
    assert {"kestrel/LICENSE", "kestrel/README.md", "kestrel/requirements.txt", "kestrel/core/worker.py"} <= set(names)
    unwanted = [name for name in names if name.split("/")[1] in ("tests", "scripts", "benchmarks", ".ci", "Makefile")]
    assert not unwanted
    general = metadata["general"]
    assert zip_file.name == f"kestrel-{general['version']}.zip"
    for key in ("name", "description", "about", "author", "email", "tracker", "repository", "icon", "tags"):
        assert general[key].strip(), key
    assert (general["hasProcessingProvider"], general["qgisMinimumVersion"], general["qgisMaximumVersion"]) == (
        "yes",
        "3.40",
        "4.99",
    )
    assert f"kestrel/{general['icon']}" in names
    if find_lrelease():
        assert {f"kestrel/i18n/kestrel_{language}.qm" for language in ("de", "es", "fr")} <= set(names)


def test_unpacked_zip_runs_in_qgis(zip_file, tmp_path):
    with zipfile.ZipFile(zip_file) as archive:
        archive.extractall(tmp_path / "plugins")
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(tmp_path / "plugins"),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    (tmp_path / "profile").mkdir()

    def qgis_process(*arguments):
        return subprocess.run(
            ["qgis_process", *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False
        )

    enabled = qgis_process("plugins", "enable", "kestrel")
    assert enabled.returncode == 0, enabled.stderr
    report = tmp_path / "environment.html"
    run = qgis_process("--json", "run", "kestrel:checkenvironment", f"--OUTPUT_REPORT={report}")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["results"]["READY"] == 1
    assert "torch" in report.read_text("utf-8").lower()
