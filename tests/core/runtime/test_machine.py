"""How much memory there is to count on."""

import pytest

from core.runtime.machine import available_memory, main_memory


def test_there_is_some_and_no_more_than_all():
    assert 0 < available_memory() <= main_memory()


def put(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


MEMINFO = "MemTotal:       1000 kB\nMemAvailable:      600 kB\n"
LIMIT, USED, STAT = "sys/fs/cgroup/a/b/memory.max", "sys/fs/cgroup/a/b/memory.current", "sys/fs/cgroup/a/b/memory.stat"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 600 * 1024),
        ({LIMIT: "400000\n"}, 400_000),
        ({LIMIT: "max\n"}, 600 * 1024),
        ({LIMIT: "400000\n", USED: "150000"}, 250_000),
        ({LIMIT: "400000\n", USED: "150000", STAT: "anon 50000\ninactive_file 100000\n"}, 350_000),
        ({"sys/fs/cgroup/a/memory.max": "300000\n"}, 300_000),  # a group above
        ({"sys/fs/cgroup/memory.max": "200000\n"}, 200_000),  # as it is seen inside a container
        ({LIMIT: "100\n", USED: "150000"}, 0),
    ],
)
def test_limits_of_groups_count(tmp_path, files, expected):
    put(tmp_path, **{"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/a/b\n", **files})
    assert available_memory(tmp_path) == expected


def test_limits_of_the_first_version_of_groups_count(tmp_path):
    put(tmp_path, **{
        "proc/meminfo": MEMINFO, "proc/self/cgroup": "5:cpu:/x\n4:cpuset,memory:/job\n",
        "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "300000",
        "sys/fs/cgroup/memory/job/memory.usage_in_bytes": "50000",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": str(2**63 - 4096),
    })  # fmt: skip
    assert available_memory(tmp_path) == 250_000


def test_without_any_of_it_the_main_memory_counts(tmp_path):
    assert available_memory(tmp_path) == main_memory()
