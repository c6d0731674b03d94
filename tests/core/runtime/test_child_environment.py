import os
import subprocess
import sys

import pytest

from core.runtime.child_environment import child_environment, use_proxy


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "PYTHONUSERBASE", "PYTHONSTARTUP", "VIRTUAL_ENV", "PIP_TARGET",
        "PIP_PREFIX", "PIP_USER", "PIP_ROOT", "UV_SYSTEM_PYTHON", "UV_PYTHON", "QGIS_PREFIX_PATH", "PROJ_LIB", "PROJ_DATA",
        "GDAL_DATA", "GDAL_DRIVER_PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "OSGEO4W_ROOT", "QT_PLUGIN_PATH",
        "CONDA_PREFIX",
    ],
)  # fmt: skip
def test_what_points_into_another_python_goes(name):
    assert name not in child_environment({name: "/somewhere", "HOME": "/home/me"})


@pytest.mark.parametrize(
    "name",
    ["HTTPS_PROXY", "http_proxy", "NO_PROXY", "PIP_INDEX_URL", "PIP_CERT", "SSL_CERT_FILE", "PIP_DEFAULT_TIMEOUT", "PIP_PROXY",
     "UV_INDEX_URL", "UV_CACHE_DIR", "HOME", "SYSTEMROOT", "CUDA_VISIBLE_DEVICES", "KESTREL_CACHE", "LANG"],
)  # fmt: skip
def test_what_the_user_set_for_the_network_and_the_machine_stays(name):
    assert child_environment({name: "value"}, [])[name] == "value"


def test_certificates_and_path_entries_of_qgis_go_and_others_stay(tmp_path):
    qgis, own = tmp_path / "QGIS", tmp_path / "company"
    path = os.pathsep.join([str(qgis / "bin"), str(own), str(tmp_path / "QGIS-tools")])
    given = {"SSL_CERT_FILE": str(qgis / "bin" / "curl-ca-bundle.crt"), "PIP_CERT": str(own / "ca.pem"), "PATH": path}
    child = child_environment(given, [qgis])
    assert "SSL_CERT_FILE" not in child
    assert child["PIP_CERT"] == given["PIP_CERT"]
    assert child["PATH"] == os.pathsep.join([str(own), str(tmp_path / "QGIS-tools")])


def test_this_process_is_not_touched(monkeypatch):
    monkeypatch.setenv("PROJ_LIB", "/qgis/proj")
    before = dict(os.environ)
    child = child_environment()
    assert dict(os.environ) == before
    assert "PROJ_LIB" not in child
    assert child["PYTHONUTF8"] == "1"


def test_a_child_starts_where_the_parents_variables_would_stop_it(monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/there/is/no/python/here")
    broken = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, text=True)
    assert broken.returncode != 0
    assert "encodings" in broken.stderr
    clean = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, text=True, env=child_environment())
    assert clean.stdout == "1\n"


def test_the_bundle_of_qgis_on_macos_is_known(monkeypatch, tmp_path):
    bundle = tmp_path / "QGIS.app"
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(sys, "executable", str(bundle / "Contents" / "MacOS" / "QGIS"))
    child = child_environment({"PATH": f"{bundle}/Contents/MacOS/bin:/usr/bin", "SSL_CERT_FILE": f"{bundle}/ca.pem"})
    assert child["PATH"] == "/usr/bin"
    assert "SSL_CERT_FILE" not in child


@pytest.fixture
def no_proxy_afterwards():
    yield
    use_proxy("")


def test_a_proxy_reaches_the_children_and_one_of_the_user_goes_first(no_proxy_afterwards):
    use_proxy("http://qgis:1", ["intranet", "localhost"])
    child = child_environment({"HOME": "/home/me"}, [])
    assert child["HTTPS_PROXY"] == child["http_proxy"] == "http://qgis:1"
    assert child["NO_PROXY"] == child["no_proxy"] == "intranet,localhost"
    assert {name for name in child_environment({"https_proxy": "http://user:2"}, []) if "PROXY" in name.upper()} == {
        "https_proxy"
    }
    use_proxy("")
    assert not any("PROXY" in name.upper() for name in child_environment({"HOME": "/home/me"}, []))
