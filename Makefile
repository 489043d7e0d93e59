# The course's commands. `make help` lists them. Each prepares what it needs and is quick the second time.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
QUICK  := $(VENV)/.quick
ENGINES := $(VENV)/.engines
# Jupyter refuses to run as root unless told to; containers often have no other user.
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate pyproject.toml
NBVAL  := --nbval --nbval-cell-timeout=60 --nbval-sanitize-with tests/nbval.cfg -p no:cacheprovider

.DEFAULT_GOAL := help
.PHONY: help lab test lesson build slides pages handouts picture site release grade data lint lock benchmark engines browser sandbox spark clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(READY)  ## open the course in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" $(ROOT) $(LAB) notebooks/00-start-here.ipynb

# Who looks into a browser waits: three workers fill two cores, and linear algebra in threads would wait for them.
test: export OPENBLAS_NUM_THREADS = 1
# Memory that a table gave back is asked for again by the next one.
test: export MALLOC_MMAP_THRESHOLD_ = 1000000000
test: export MALLOC_TRIM_THRESHOLD_ = 1000000000
test: export PYTHONDONTWRITEBYTECODE =
test: $(QUICK) browser sandbox spark  ## run every test, as CI does
	$(BIN)/ruff check -q .
	$(BIN)/ruff format -q --check .
	$(BIN)/ty check -q
	$(BIN)/python -m pytest $(NBVAL) -n 3 --dist loadfile --no-loadscope-reorder tests notebooks solutions exercises

lesson: $(READY)  ## lay a new lesson's texts to begin with: make lesson NN=05-experiments
	$(BIN)/python -m opslab.authoring.new_lesson "$(NN)"

build: $(READY)  ## build the notebooks whose text, package or data changed; one lesson's: LESSON=06-retention
	$(BIN)/python -m opslab.authoring.build $(if $(LESSON),"$(LESSON)")

slides: $(READY)  ## export each lesson as slides, one file that needs no network (in exported/)
	$(BIN)/python -m opslab.authoring.export slides

pages: $(READY)  ## export each lesson as a page, for phones too (in exported/)
	$(BIN)/python -m opslab.authoring.export pages

handouts: $(READY) browser  ## print each lesson to PDF (in exported/)
	$(BIN)/python -m opslab.authoring.export handouts

picture: $(READY) browser  ## make the README's picture again (docs/lesson.png)
	$(BIN)/python docs/picture.py

site: $(READY)  ## build the course's site (in _site/)
	$(BIN)/python -m opslab.authoring.export site

release: $(READY) browser  ## make what a release carries: zip of the course, wheel, decks and hand-outs (in dist/)
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel -d dist
	git archive --format=zip --prefix=opslab/ -o dist/opslab-course.zip HEAD
	for kind in slides handouts; do \
	  $(BIN)/python -m opslab.authoring.export $$kind --output dist/$$kind && \
	  $(BIN)/python -m zipfile -c dist/opslab-$$kind.zip dist/$$kind && rm -r dist/$$kind || exit 1; done

grade: $(QUICK) sandbox  ## grade a class: make grade LESSON=06-retention SUBMISSIONS=folder SEED=4711
	$(BIN)/opslab grade "$(LESSON)" "$(SUBMISSIONS)" --seed "$(SEED)" $(if $(OUTPUT),--output "$(OUTPUT)")

data: $(READY)  ## generate datasets/ again and verify it
	$(BIN)/python -m opslab.datasets
	$(BIN)/python -m opslab.datasets --verify

lint: $(READY)  ## format the code, check its style and its types
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ty check

benchmark: $(READY) browser  ## measure the budgets again (minutes; tables in benchmarks/)
	@for script in benchmarks/*.py; do echo "$$script"; $(BIN)/python $$script || exit 1; done

engines: $(ENGINES)  ## add Spark and Dask (half a gigabyte), to call the same functions there (docs/engines.md)

lock: $(READY)  ## resolve the lock files again from pyproject.toml
	$(COMPILE) --extra export --extra grade --extra dev --upgrade -o requirements.lock
	$(COMPILE) --extra engines --constraint requirements.lock --upgrade -o requirements-engines.lock

clean:  ## remove the virtual environment and all caches
	rm -rf $(VENV) .build exported _site .pytest_cache .ruff_cache .hypothesis

# The environment: from the lock file alone, without any tool beyond Python and pip.
# A marker file says that it is complete, so an interrupted installation is taken up again.
# Jupyter's share of the package is copied, not linked: a change of it installs again, too.
$(READY): requirements.lock pyproject.toml $(wildcard jupyter_nbconvert_config.py ipython_kernel_config.py) \
          $(shell find src/opslab -path '*/export/*' -prune -o \( -name '*.js*' -o -name map.css \) -print)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "opslab needs Python 3.11 or newer, found `$(PYTHON) --version 2>&1`; try: make PYTHON=python3.12"; exit 1; }
	@echo "preparing $(VENV) (once) ..."
	@$(PYTHON) prepare.py $(VENV)
	@touch $@

$(ENGINES): requirements-engines.lock | $(READY)
	@echo "adding Spark and Dask (once) ..."
	@$(PYTHON) prepare.py $(VENV) requirements-engines.lock
	@touch $@

# Tests and the grader start Python hundreds of times: all modules are compiled for them, once.
$(QUICK): $(READY)
	@echo "compiling (once) ..."
	-@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib src >/dev/null 2>&1
	@touch $@

# Some tests want a chromium, Firefox, bubblewrap or Spark. CI must have them; elsewhere their absence only skips those tests.
browser:
	@test -n "$$OPSLAB_BROWSER" || $(call have,chromium-headless-shell) || \
	$(call in_ci,chromium-headless-shell) || $(call have,chromium chromium-browser google-chrome) || \
	echo "no chromium found: hand-outs need one, browser tests will be skipped (Debian: apt-get install chromium)"
	@test -n "$$OPSLAB_FIREFOX" || $(call have,firefox-esr firefox) || \
	$(call in_ci,firefox-esr) || \
	echo "no Firefox found: its tests will be skipped (Debian: apt-get install firefox-esr)"

sandbox:
	@$(call have,bwrap) || $(call in_ci,bubblewrap) || \
	echo "no bubblewrap found: grading needs it, its tests will be skipped (Debian: apt-get install bubblewrap)"

spark:
	@$(call have,java) || $(call in_ci,default-jre-headless) || \
	echo "no Java found: Spark needs one, its tests will be skipped (Debian: apt-get install default-jre-headless)"
	@if test -n "$$CI"; then $(MAKE) --no-print-directory engines; \
	elif test ! -e $(ENGINES); then echo "no Spark, no Dask: their tests will be skipped (make engines)"; fi

# Whether one of several programs is there.
have = { false$(foreach name,$(1), || command -v $(name) >/dev/null); }

# Install a Debian package where CI may do so.
in_ci = { test -n "$$CI" && test "`id -u`" = 0 && command -v apt-get >/dev/null && \
	  apt-get -qq update && apt-get -qq install -y $(1) >/dev/null; }
