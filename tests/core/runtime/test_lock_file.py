from pathlib import Path

from core.runtime import lock_file
from core.runtime.managed import REQUIREMENTS

LOCK = """# made by uv
affine==3.0.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via rasterio
Typing_Extensions==4.16.0 ; python_full_version < '3.12' \\
    --hash=sha256:cc
    # via torch
nvidia-cublas==13.1 ; sys_platform == 'linux' \\
    --hash=sha256:dd
nvidia-ml-py==13.6 \\
    --hash=sha256:ee
torch==2.14.1 \\
    --hash=sha256:ff
    # via
    #   -r requirements.in
    #   torchvision
"""


def write(tmp_path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(LOCK)
    return path


def test_entries_keep_their_text_and_lose_comments(tmp_path):
    entries = lock_file.read_lock(write(tmp_path))
    assert [(e.name, e.version, e.marker) for e in entries] == [
        ("affine", "3.0.1", ""), ("typing-extensions", "4.16.0", "python_full_version < '3.12'"),
        ("nvidia-cublas", "13.1", "sys_platform == 'linux'"), ("nvidia-ml-py", "13.6", ""), ("torch", "2.14.1", ""),
    ]  # fmt: skip
    assert entries[0].text == "affine==3.0.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb"


def test_torch_and_what_it_brings_is_taken_out_but_not_what_reads_the_driver(tmp_path):
    rest = lock_file.without_torch(lock_file.read_lock(write(tmp_path)))
    assert [entry.name for entry in rest] == ["affine", "typing-extensions", "nvidia-ml-py"]
    text = lock_file.as_requirements(rest)
    assert "sha256:ee" in text
    assert "sha256:ff" not in text
    assert lock_file.as_constraints(rest) == (
        "affine==3.0.1\ntyping-extensions==4.16.0 ; python_full_version < '3.12'\nnvidia-ml-py==13.6\n"
    )


def test_the_shipped_lock_is_whole():
    entries = lock_file.read_lock(REQUIREMENTS)
    names = {entry.name for entry in entries}
    assert {"torch", "torchvision", "numpy", "rasterio", "shapely", "pyogrio", "matplotlib", "faster-coco-eval"} <= names
    assert all("--hash=sha256:" in entry.text for entry in entries)
    assert lock_file.version_of(entries, "torch") == "2.14.1"
    assert {"nvidia-ml-py", "filelock", "sympy"} <= {entry.name for entry in lock_file.without_torch(entries)}
    assert not any(entry.name.startswith(("cuda-", "nvidia-c")) for entry in lock_file.without_torch(entries))
