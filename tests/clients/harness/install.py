"""Packages from PyPI and npm, at pinned versions, in a folder of their own each."""

import hashlib
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import List

from .places import CLIENTS, INSTALLED


@dataclass(frozen=True)
class Venv:
    """A Python environment with what a requirements file pins, all of it, dependencies included."""

    name: str
    requirements: str

    @property
    def folder(self) -> Path:
        return INSTALLED / self.name

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def locks(self) -> List[Path]:
        return [CLIENTS / self.requirements]

    def make(self) -> None:
        _run([sys.executable, "-m", "venv", str(self.folder)])
        pip = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Only what is imported is ever compiled: az alone has thousands of modules.
        _run([*pip, "--no-compile", "--no-deps", "--requirement", str(self.locks[0])])


@dataclass(frozen=True)
class NodeModules:
    """A folder with what a package-lock.json pins."""

    name: str
    package: str

    @property
    def folder(self) -> Path:
        return INSTALLED / self.name

    @property
    def locks(self) -> List[Path]:
        return [CLIENTS / self.package / file for file in ("package.json", "package-lock.json")]

    def make(self) -> None:
        self.folder.mkdir(parents=True)
        for file in self.locks:
            shutil.copy(file, self.folder)
        # No package's own script runs.
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=self.folder)


def ensure(environment) -> float:
    """Installs an environment unless it is there as its lock files say; returns the seconds that it took."""
    begun = time.monotonic()
    locked = hashlib.sha256(b"".join(file.read_bytes() for file in environment.locks)).hexdigest()
    stamp = environment.folder / "installed.sha256"
    if not stamp.is_file() or stamp.read_text() != locked:
        shutil.rmtree(environment.folder, ignore_errors=True)
        environment.make()
        stamp.write_text(locked)
    return time.monotonic() - begun


def _run(command: List[str], **options) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}")
