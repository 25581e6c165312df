"""How much is made at once: on machines and in containers that the files of a Linux describe."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.capacity import GIB, Machine, this_machine

KIB = 1024


def linux(root: Path, available_gib: float, groups: str = "", **files: str) -> Path:
    """A file system with that much memory free; `files` are named by their path below /sys/fs/cgroup, / written as __."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/meminfo").write_text(f"MemTotal: 99999999 kB\nMemAvailable: {int(available_gib * GIB / KIB)} kB\n")
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name.replace("-", ".")).write_text(text)
    return root


def memory_in(root: Path) -> float:
    memory = this_machine(root).memory_bytes
    assert memory is not None
    return memory / GIB


def test_without_containers_the_memory_that_is_free_counts(tmp_path: Path) -> None:
    assert memory_in(linux(tmp_path, 4.0)) == 4.0


@pytest.mark.parametrize("name", ["memory-max", "memory-high", "app__memory-max", "app__bot__memory-max"])
def test_the_limit_of_any_group_above_us_counts(tmp_path: Path, name: str) -> None:
    files = {"memory-max": "max\n", "app__bot__memory-high": "max\n", name: f"{GIB}\n"}
    assert memory_in(linux(tmp_path, 8.0, "0::/app/bot\n", **files)) == 1.0


@pytest.mark.parametrize("name", ["memory__bot__memory-limit_in_bytes", "memory__memory-limit_in_bytes"])
def test_so_does_that_of_an_older_kind_of_group(tmp_path: Path, name: str) -> None:
    files = {"memory__memory-limit_in_bytes": "9223372036854771712\n", name: f"{GIB}\n"}
    assert memory_in(linux(tmp_path, 8.0, "3:cpuset:/\n4:memory:/bot\n0::/\n", **files)) == 1.0


def test_in_a_container_that_sees_its_group_as_the_top_its_limit_counts(tmp_path: Path) -> None:
    assert memory_in(linux(tmp_path, 8.0, "4:memory:/docker/0123\n", **{"memory__memory-limit_in_bytes": f"{GIB}\n"})) == 1.0


def test_a_limit_above_what_is_free_is_none(tmp_path: Path) -> None:
    assert memory_in(linux(tmp_path, 2.0, "0::/\n", **{"memory-max": f"{64 * GIB}"})) == 2.0


@pytest.mark.parametrize("files", [{"cpu-max": "100000 100000\n"}, {"cpu-max": "50000 100000\n"}])
def test_a_share_of_the_processor_is_so_many_cores_and_never_none(tmp_path: Path, files: dict[str, str]) -> None:
    assert this_machine(linux(tmp_path, 8.0, "0::/\n", **files)).cores == 1


def test_a_share_of_an_older_kind_counts_too_and_none_is_none(tmp_path: Path) -> None:
    one = {"cpu__cpu-cfs_quota_us": "100000\n", "cpu__cpu-cfs_period_us": "100000\n"}
    assert this_machine(linux(tmp_path / "one", 8.0, "2:cpu,cpuacct:/\n", **one)).cores == 1
    free = one | {"cpu__cpu-cfs_quota_us": "-1\n"}
    assert this_machine(linux(tmp_path / "free", 8.0, "2:cpu:/\n", **free)) == this_machine(linux(tmp_path / "bare", 8.0))


@pytest.mark.parametrize("damage", ["", "0::/../../etc\n", "::::\n", "4:memory\n", "\x00\xff"])
def test_files_that_say_nothing_limit_nothing(tmp_path: Path, damage: str) -> None:
    assert memory_in(linux(tmp_path, 3.0, damage, **{"memory-max": "lots\n"})) == 3.0
    (tmp_path / "proc/meminfo").write_text("")
    assert this_machine(tmp_path).memory_bytes is None


@pytest.mark.parametrize(("memory", "cores", "workers", "is_small"), [
    (GIB, 4, 1, True), (GIB * 149 // 100, 4, 1, True), (GIB * 3 // 2, 4, 2, False), (64 * GIB, 32, 2, False),
    (4 * GIB, 1, 1, False), (None, 4, 2, False)])
def test_so_many_songs_are_made_at_once(memory: int | None, cores: int, workers: int, is_small: bool) -> None:
    machine = Machine(memory, cores)
    assert (machine.workers(), machine.is_small) == (workers, is_small)


def test_a_machine_says_what_it_is() -> None:
    assert str(Machine(GIB, 1)) == "1.0 GiB of memory and 1 core"
    assert str(Machine(None, 2)) == "memory of unknown size and 2 cores"
