from core.runtime import install_progress
from core.runtime.install_progress import InstallProgress

PIP = """Ignoring six: markers "python_full_version < '3.11'" don't match your environment
Collecting affine==3.0.1 (from -r requirements.txt (line 2))
  Downloading affine-3.0.1-py3-none-any.whl (18 kB)
Collecting torch==2.14.1
  Downloading torch-2.14.1-cp311-cp311-manylinux_2_28_x86_64.whl (555.2 MB)
"""
UV = """Using Python 3.11.2 environment at: /x
Resolved 4 packages in 33ms
Downloading torch (500.0MiB)
Downloading numpy (20.0MiB)
 Downloaded numpy
"""


def follow(tmp_path, text, packages=5, expected=1000):
    progress = InstallProgress(tmp_path / "site", tmp_path / "tmp", packages, expected)
    for line in text.splitlines():
        progress.line(line)
    return progress


def test_pip_is_followed_by_the_bytes_in_its_temporary_folder(tmp_path):
    progress = follow(tmp_path, PIP)
    folder = tmp_path / "tmp" / "pip-unpack-x"
    folder.mkdir(parents=True)
    (folder / "torch.whl").write_bytes(bytes(500))
    fraction, stage, _, _ = progress.look()
    assert fraction == 0.7 * 0.5
    assert stage == "Downloading, 0 MB of about 0 MB (torch, 555.2 MB)"


def test_installing_is_followed_by_the_packages_that_are_there(tmp_path):
    progress = follow(tmp_path, PIP + "Installing collected packages: affine, numpy, torch\n")
    for name in ("affine-3.dist-info", "numpy-2.dist-info", "numpy"):
        (tmp_path / "site" / name).mkdir(parents=True)
    fraction, stage, _, _ = progress.look()
    assert stage == "Installing, 2 of 4 packages"  # one of the five was not for this Python
    assert fraction == 0.7 + 0.3 * 2 / 4


def test_uv_is_followed_by_what_it_says(tmp_path):
    progress = follow(tmp_path, UV, expected=520 * 2**20)
    fraction, stage, _, _ = progress.look()
    assert stage == "Downloading, 21 MB of about 545 MB (torch)"
    assert fraction == 0.7 * 20 / 520
    progress.line("Prepared 4 packages in 9.9s")
    assert progress.look()[1] == "Installing, 0 of 4 packages"
    progress.line("Installed 4 packages in 33ms")
    assert progress.look()[:2] == (0.97, "Compiling the packages")


def test_the_bar_never_goes_back(tmp_path):
    progress = follow(tmp_path, "")
    folder = tmp_path / "tmp"
    folder.mkdir()
    (folder / "a").write_bytes(bytes(800))
    before = progress.look()[0]
    (folder / "a").unlink()
    assert progress.look()[0] == before > 0


def test_the_speed_and_the_time_left_are_taken_over_the_last_seconds(tmp_path, monkeypatch):
    clock = iter([0.0, 4.0])
    monkeypatch.setattr(install_progress.time, "monotonic", lambda: next(clock))
    progress = follow(tmp_path, "", expected=80 * 10**6)
    assert progress.look()[2:] == ("", None)
    folder = tmp_path / "tmp"
    folder.mkdir()
    with (folder / "a").open("wb") as file:
        file.truncate(40 * 10**6)
    assert progress.look()[2:] == ("10.0 MB/s", 4.0)
