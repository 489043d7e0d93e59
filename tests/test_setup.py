"""The set-up files agree with each other and with the README."""

import json
import os
import re
import runpy
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from opslab.exercises.mistake_report import OFFER, report
from opslab.explore import PLOTLY

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")


ASKED = PROJECT["dependencies"] + [
    item for group in PROJECT["optional-dependencies"].values() for item in group
]


LOCKS = ("requirements.lock", "requirements-engines.lock")


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), flags=re.M))


def name_of(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def test_conda_and_pip_name_the_same_packages_and_ranges():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {item for item in listed if isinstance(item, str)} - {"pip"}
    assert conda == {*PROJECT["dependencies"], f"python{PROJECT['requires-python']}"}


def test_the_lock_files_hold_every_package_that_is_asked_for():
    extras = PROJECT["optional-dependencies"]
    engines = {name_of(item) for item in extras["engines"]}
    assert {name_of(item) for item in ASKED} - engines <= {*pinned(LOCKS[0])}
    assert engines <= {*pinned(LOCKS[1])}


def test_the_engines_are_added_without_another_version_of_anything():
    course, engines = map(pinned, LOCKS)
    assert {name: engines[name] for name in course.keys() & engines} == {
        name: course[name] for name in course.keys() & engines
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_files_pin_by_hash_and_name_no_registry(lock):
    text = (ROOT / lock).read_text()
    assert text.count("--hash=sha256:") > text.count("==")
    assert "://" not in text


def test_every_library_has_its_reason_in_the_readme():
    table = README.partition("## What we use and why")[2].partition("\n## ")[0].lower()
    missing = [name_of(item) for item in ASKED if f"`{name_of(item)}`" not in table]
    assert missing == []


@pytest.mark.parametrize(
    ("page", "needed"),
    [
        ("README.md", {"lab", "test", "build"}),
        ("docs/teaching.md", {"lab", "slides", "pages"}),
        ("docs/engines.md", {"engines"}),
    ],
)
def test_the_commands_of_a_page_are_targets_of_the_makefile(page, needed):
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^  make (\w+)", listed, flags=re.M))
    named = set(re.findall(r"\bmake (\w+)", (ROOT / page).read_text(encoding="utf-8")))
    assert needed <= named <= targets


def test_the_readmes_shell_lines_are_understood_by_make():
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.S)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    makes = [line for line in lines if line.startswith("make ")]
    assert makes
    for line in makes:
        subprocess.run([*line.split(), "--dry-run"], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "datasets/README.md",
        "docs/teaching.md",
        "docs/engines.md",
    ],
)
def test_links_to_files_of_the_repository_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", text) + re.findall(r'src="([^"]+)"', text)
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_readmes_picture_can_be_made_again():
    assert "(docs/lesson.png)" in README
    cells = runpy.run_path(str(ROOT / "docs" / "picture.py"))["excerpt"]().cells
    assert "you are here" in cells[0].source
    assert any(PLOTLY in output.get("data", {}) for output in cells[2].outputs)


def test_ci_runs_the_readmes_test_command():
    assert "make test" in README
    commands = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line and line[0] not in "#"]
    assert commands[-1] == "exec make test"
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    steps = workflow["jobs"]["test"]["steps"]
    *prepares, tests = [step["run"] for step in steps if "run" in step]
    assert tests == "make test"
    assert all("sudo" in line for line in "".join(prepares).splitlines())
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


def test_the_pythons_of_the_package_are_those_that_were_run():
    named = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if " :: Python :: 3." in line}
    told = (ROOT / "docs/teaching.md").read_text(encoding="utf-8").partition("## What we ran")[2]
    run, _, not_run = told.partition("**Not run by us:**")
    assert named == set(re.findall(r"\b3\.1\d\b", run))
    assert named.isdisjoint(re.findall(r"Python (3\.\d+)", not_run))


def test_an_older_python_is_refused_with_advice(tmp_path):
    old = tmp_path / "oldpython"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    for file in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    run = subprocess.run(
        ["make", "lab", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "needs Python 3.11 or newer, found Python 3.9.2" in run.stdout


def test_one_version_stands_in_package_citation_and_changelog():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.M)
    assert headings[0] == "Unreleased"
    assert headings[1] == f"{PROJECT['version']} · {citation['date-released']}"
    assert citation["version"] == PROJECT["version"]


@pytest.fixture(scope="module")
def release():
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    return [step for step in workflow["jobs"]["release"]["steps"] if "run" in step]


@pytest.mark.parametrize(("tag", "passes"), [(PROJECT["version"], True), ("0.0.7", False)])
def test_a_release_has_the_words_of_its_version_and_of_no_other(release, tmp_path, tag, passes):
    for file in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / file, tmp_path)
    run = subprocess.run(
        ["bash", "-e", "-c", release[0]["run"]],
        cwd=tmp_path,
        env={**os.environ, "GITHUB_REF_NAME": f"v{tag}"},
    )
    assert (run.returncode == 0) is passes
    if passes:
        notes = (tmp_path / "notes.md").read_text(encoding="utf-8")
        assert re.findall(r"^## (\S+)", notes, flags=re.M) == [tag]


def test_a_release_attaches_what_make_release_makes(release):
    assert [step["run"] for step in release[1:-1]] == ["make release"]
    assert release[-1]["run"].endswith("dist/*")
    recipe = subprocess.run(
        ["make", "release", "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for made in ("build -t wheel", "git archive --format=zip", "slides handouts"):
        assert made in recipe


FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*-*.yml"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_has_the_parts_that_github_asks_for(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert all(form[part] for part in ("name", "description", "title", "labels"))
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    assert {part["type"] for part in fields} <= {"input", "textarea", "dropdown"}
    assert len({part["id"] for part in fields}) == len(fields)
    assert len({part["attributes"]["label"] for part in fields}) == len(fields)
    for part in fields:
        assert part["type"] != "dropdown" or len(set(part["attributes"]["options"])) > 1
    assert any(part.get("validations", {}).get("required") for part in fields)


def test_the_form_for_an_unnamed_answer_shows_what_the_check_offers():
    (form,) = [yaml.safe_load(path.read_text()) for path in FORMS if path.stem == "unnamed-answer"]
    assert OFFER.partition("?")[0] in form["body"][0]["attributes"]["value"]
    shown = form["body"][1]["attributes"]["placeholder"]
    keys = re.findall(r"^(\w+):", report("06-retention", "q3", 0, 0.25), flags=re.M)
    assert re.findall(r"^(\w+):", shown, flags=re.M) == keys


def test_a_container_and_a_cluster_have_what_the_teaching_page_says():
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    tried = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert re.search(r"^FROM python:([\d.]+)", recipe, flags=re.M)[1] in tried
    assert "prepare.py" in recipe  # the lock file's versions and hashes
    values = yaml.safe_load((ROOT / "docs/hub/values.yaml").read_text())
    memory = values["singleuser"]["memory"]
    page = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
    said = re.search(r"Memory for each student: (\d+) GB", page)[1]
    assert memory["limit"] == f"{said}G"
    assert float(memory["guarantee"].removesuffix("M")) <= 1000 * float(said)
    # The volume lies where the image's user and the server are, or a culled server takes the work with it.
    (user,) = re.findall(r"useradd .*?(\w+) &&", recipe)
    assert values["singleuser"]["storage"]["homeMountPath"] == f"/home/{user}"
    assert values["hub"]["config"]["KubeSpawner"]["working_dir"] == f"/home/{user}"


def test_no_text_calls_a_pip_that_the_environment_does_not_have():
    texts = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob(".github/**/*.yml"),
        *ROOT.glob("lessons/*/*.md"),
    ]
    assert [
        path for path in texts if re.search(r"\.venv/bin/(pip|python -m pip)", path.read_text("utf-8"))
    ] == []


def test_the_rehearsal_uses_the_link_of_the_teaching_page():
    link = runpy.run_path(str(ROOT / "docs" / "hub" / "rehearse.py"))["link"]
    page = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^ +(https://HUB/\S+)", page, flags=re.M)
    assert link("https://HUB", "REPO", "notebooks/00-start-here.ipynb") == shown


def test_in_vs_code_a_sentence_wider_than_the_page_wraps():
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    assert settings["notebook.output.wordWrap"] is True
