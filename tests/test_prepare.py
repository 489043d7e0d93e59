"""The environment is prepared by uv where it can be, and by pip as the user has set it up."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MIRROR = "https://mirror.example/simple"
OWN = sys.executable  # the environment's Python, beside its uv


@pytest.fixture
def prepare(monkeypatch, tmp_path):
    """Return the script as a module, with pip's settings empty but for those that a test gives."""
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    # The script is run by a Python that has pip; the environment's own has none.
    monkeypatch.setattr(sys, "executable", sys._base_executable)
    return module


@pytest.fixture
def settings(prepare, monkeypatch, tmp_path):
    """Return a function that writes pip's file and returns the settings as the script reads them."""

    def read(text, **environment):
        file = tmp_path / "pip.conf"
        file.write_text(text)
        monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return prepare.pip_settings()

    return read


def test_pips_file_and_its_environment_are_read_the_nearest_last(settings):
    lines = [
        "[global]",
        f"index-url = {MIRROR}",
        "timeout = 9",
        "[install]",
        "trusted-host =",
        "    a.example",
    ]
    found = settings("\n".join([*lines, "    b.example\n"]), PIP_TIMEOUT="20")
    assert (found["index-url"], found["timeout"]) == (MIRROR, "20")
    assert found["trusted-host"].split() == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("pip", "uv"),
    [
        ({}, {}),
        ({"index-url": MIRROR}, {"UV_DEFAULT_INDEX": MIRROR}),
        ({"extra-index-url": f"{MIRROR}\n{MIRROR}2"}, {"UV_INDEX": f"{MIRROR} {MIRROR}2"}),
        ({"extra-index-url": f"file:///no/such {MIRROR} file:///usr"}, {"UV_INDEX": f"{MIRROR} file:///usr"}),
        ({"extra-index-url": "file:///no/such /no/such/either"}, {}),
        ({"find-links": "/no/such"}, {}),
        ({"find-links": "/usr https://a.example/x"}, {"UV_FIND_LINKS": "/usr,https://a.example/x"}),
        ({"trusted-host": "a.example b.example:80"}, {"UV_INSECURE_HOST": "a.example b.example:80"}),
        ({"proxy": "proxy.example:3128"}, {"ALL_PROXY": "http://proxy.example:3128"}),
        ({"proxy": "socks5://proxy.example"}, {"ALL_PROXY": "socks5://proxy.example"}),
        ({"cert": "/a/file.pem"}, {"SSL_CERT_FILE": "/a/file.pem"}),
        ({"cert": "/usr"}, {"SSL_CERT_DIR": "/usr"}),
        ({"timeout": "30", "progress-bar": "off", "constraint": "c.txt"}, {"UV_HTTP_TIMEOUT": "30"}),
    ],
)
def test_uv_is_told_what_pip_knows(prepare, pip, uv):
    assert prepare.uv_settings(pip) == uv | {"UV_INDEX_STRATEGY": "unsafe-best-match"}


def test_uv_takes_the_settings_and_passes_over_what_is_not_there(prepare, tmp_path):
    """uv itself is asked: it must find the one wheel in a folder, though an index beside it is missing."""
    links = tmp_path / "links"
    links.mkdir()
    told = prepare.uv_settings(
        {"find-links": f"{links} /no/such", "extra-index-url": "file:///no/such/simple"}
    )
    uv = Path(OWN).with_name("uv")
    run = subprocess.run(
        [uv, "pip", "install", "--dry-run", "--offline", "--python", OWN, "no-such-package"],
        env=told | {"UV_CACHE_DIR": str(tmp_path / "cache")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "No solution found" in run.stderr


@pytest.fixture
def calls(prepare, monkeypatch):
    """Note what the script would run; a call whose words hold `fails` fails."""
    made = []

    def run(command, **options):
        words = " ".join(map(str, command))
        files = [Path(word).read_text() for word in command if str(word).endswith("requirements.txt")]
        made.append((words, *files))
        if run.fails and run.fails in words:
            raise subprocess.CalledProcessError(1, command)
        return subprocess.CompletedProcess(command, 0, stdout=run.listed)

    run.fails, run.listed, run.made = "", "", made
    monkeypatch.setattr(prepare.subprocess, "run", run)
    return run


def test_uv_comes_by_its_hash_and_installs_the_lock_file_by_hashes(prepare, calls):
    prepare.main("env")
    venv, _, (pip, wanted), (lock, *_), (package, *_) = calls.made
    assert "venv --without-pip env" in venv[0]
    assert "--only-binary=:all: --no-deps" in pip
    assert wanted.startswith("uv==")
    assert wanted.count("--hash=sha256:") > 5
    assert lock == "env/bin/uv pip install -q --python env --require-hashes -r requirements.lock"
    assert package.endswith("--no-deps --no-build-isolation -e .")


@pytest.mark.parametrize("fails", ["--only-binary", "env/bin/uv"])
def test_pip_does_it_where_uv_cannot(prepare, calls, fails, capsys):
    calls.fails = fails
    prepare.main("env")
    (lock, wanted), (package, *_) = calls.made[-2:]
    assert "-m pip --python env install -q --disable-pip-version-check --require-hashes -r" in lock
    assert "\nuv==" not in wanted
    assert wanted.count("==") == (ROOT / "requirements.lock").read_text().count("==") - 1
    assert package.endswith("--no-deps --no-build-isolation -e .")
    assert prepare.WITH_PIP in capsys.readouterr().out


def test_pip_does_it_all_where_no_index_is_to_be_asked(prepare, calls):
    calls.listed = ":env:.no-index='1'\n"
    prepare.main("env")
    assert not any(
        "uv" in Path(words.split()[0]).name or "--only-binary" in words for words, *_ in calls.made
    )


@pytest.mark.parametrize("fails", ["", "env/bin/uv"])
def test_another_lock_file_is_added_by_uv_and_by_pip_where_uv_cannot(prepare, calls, fails):
    calls.fails = fails
    prepare.add("env", "more.lock")
    _, (uv, *_), *by_pip = calls.made
    assert uv == "env/bin/uv pip install -q --python env --require-hashes -r more.lock"
    assert [words.endswith("--require-hashes -r more.lock") for words, *_ in by_pip] == [True] * bool(fails)
