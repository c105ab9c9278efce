"""The built wheel holds the three packages with their data, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "qa", "ui")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build the wheel from a copy of the checkout, offline, and return the names in it."""
    # A copy: a build leaves files behind, and files of an earlier one would slip into the wheel.
    checkout = tmp_path_factory.mktemp("checkout")
    for name in (*PACKAGES, "tests", "seeds"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, checkout / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    built = checkout / "built"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(built), "."]
    ran = subprocess.run(
        [*pip, *options], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    [file] = built.glob("kutip-*-py3-none-any.whl")
    with zipfile.ZipFile(file) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_packages(wheel: list[str]) -> None:
    """Every file of the packages is in the wheel, the seeds too, and no other: no tests."""
    wanted = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    wanted |= {f"ui/seeds/{file.name}" for file in (ROOT / "seeds").iterdir()}
    assert {name for name in wheel if ".dist-info/" not in name} == wanted


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_is_typed(package: str, wheel: list[str]) -> None:
    """Each package is a package, and says that it has types."""
    assert {f"{package}/__init__.py", f"{package}/py.typed"} <= set(wheel)


def test_the_wheel_carries_its_license_and_command(wheel: list[str]) -> None:
    """The licence and the entry point are where installers look."""
    endings = {name.split(".dist-info/")[1] for name in wheel if ".dist-info/" in name}
    assert {"licenses/LICENSE", "entry_points.txt", "METADATA"} <= endings
