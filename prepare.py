"""Prepare the course's environment: `python prepare.py FOLDER`, with nothing but Python and its pip.
`python prepare.py FOLDER LOCK` adds what another lock file lists.

The lock file says what is installed, by version and hash. uv installs it in a fraction of pip's time; pip
fetches uv as a wheel, by its hash in the same file. uv does not read pip's settings, so that they are told to
it: index, mirror, proxy, certificate. Where uv cannot do it, pip does all.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

LOCK = Path("requirements.lock")
TRUE = ("1", "true", "yes", "on")
# What pip and uv call the same setting. Lists are told apart by blanks.
ONE = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY",
       "timeout": "UV_HTTP_TIMEOUT", "default-timeout": "UV_HTTP_TIMEOUT"}  # fmt: skip
MANY = {"extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS", "trusted-host": "UV_INSECURE_HOST"}

# Words
USAGE = "usage: python prepare.py FOLDER [LOCK]"
WITH_PIP = "pip installs it all, which takes a minute or two"
FAILED = "uv could not install it"


def main(folder: str) -> None:
    """Make the environment, and fill it from the lock file."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    lock = LOCK.read_text("utf-8")
    [uv] = re.findall(r"^uv==.*(?:\n +--hash.*)*", lock, re.MULTILINE)
    settings = pip_settings()
    if settings.get("no-index", "").lower() in TRUE or not _with_uv(uv, Path(folder), settings):
        print(WITH_PIP, flush=True)
        _install_with_pip(folder, lock.replace(uv, ""))
        _pip(folder, "--no-deps", "--no-build-isolation", "-e", ".")


def add(folder: str, lock: str) -> None:
    """Add to the environment what another lock file lists."""
    settings = pip_settings()
    if settings.get("no-index", "").lower() in TRUE or not _added_by_uv(Path(folder), Path(lock), settings):
        _pip(folder, "--require-hashes", "-r", lock)


def pip_settings() -> dict[str, str]:
    """Return the settings that pip has for `install`: from its files, and over them from the environment."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for section, name, value in re.findall(r"^(global|install|:env:)\.([\w-]+)=(.*)$", listed, re.MULTILINE):
        found[section][name.replace("_", "-")] = str(ast.literal_eval(value))
    return {name: value for settings in found.values() for name, value in settings.items()}


def uv_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """Return uv's environment variables for pip's settings.

    Folders that are not there are left out: pip passes over them, uv does not. uv would take a package from
    the first index that knows it; pip looks at all.
    """
    told = {ours: pip[name] for name, ours in ONE.items() if pip.get(name)}
    for name, ours in MANY.items():
        if places := [place for place in pip.get(name, "").split() if not _is_missing(place)]:
            told[ours] = (" " if ours != "UV_FIND_LINKS" else ",").join(places)
    if "ALL_PROXY" in told and "://" not in told["ALL_PROXY"]:
        told["ALL_PROXY"] = f"http://{told['ALL_PROXY']}"
    if os.path.isdir(told.get("SSL_CERT_FILE", "")):
        told["SSL_CERT_DIR"] = told.pop("SSL_CERT_FILE")
    return told | {"UV_INDEX_STRATEGY": "unsafe-best-match"}


def _is_missing(place: str) -> bool:
    """Whether a place is a folder of this machine that does not exist."""
    address = urlsplit(place)
    if address.scheme == "file":
        return not Path(url2pathname(address.path)).exists()
    return "://" not in place and "/" in place and not Path(place).exists()


def _with_uv(pinned: str, folder: Path, settings: Mapping[str, str]) -> bool:
    """Install everything with uv; False where there is no uv for this machine, or it fails."""
    try:
        _install_with_pip(str(folder), pinned, "--only-binary=:all:", "--no-deps")
        _uv(folder, settings, "--require-hashes", "-r", str(LOCK))
        _uv(folder, settings, "--no-deps", "--no-build-isolation", "-e", ".")
    except (subprocess.CalledProcessError, OSError):
        print(FAILED, flush=True)
        return False
    return True


def _added_by_uv(folder: Path, lock: Path, settings: Mapping[str, str]) -> bool:
    """Install a further lock file with the environment's uv; False where it has none, or it fails."""
    try:
        _uv(folder, settings, "--require-hashes", "-r", str(lock))
    except (subprocess.CalledProcessError, OSError):
        print(FAILED, flush=True)
        return False
    return True


def _uv(folder: Path, settings: Mapping[str, str], *words: str) -> None:
    install = [str(folder / "bin" / "uv"), "pip", "install", "-q", "--python", str(folder)]
    subprocess.run([*install, *words], env={**uv_settings(settings), **os.environ}, check=True)


def _install_with_pip(folder: str, requirements: str, *options: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "requirements.txt")
        file.write_text(requirements, "utf-8")
        _pip(folder, "--require-hashes", *options, "-r", str(file))


def _pip(folder: str, *words: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        folder,
        "install",
        "-q",
        "--disable-pip-version-check",
    ]
    subprocess.run([*command, *words], check=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(USAGE)
    try:
        main(sys.argv[1]) if len(sys.argv) == 2 else add(*sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
