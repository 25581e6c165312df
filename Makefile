# Two commands set everything up: `make song` and `make test`. The rest is for those who stay.
.DEFAULT_GOAL := help
.PHONY: help song test lint types imports tests coverage tour run doctor lock clean

# Data stays in the checkout, unless the environment or .env names another folder.
ifeq (,$(shell grep -s '^ *\(export \)\{0,1\} *MUREKA_DATA *=' .env 2>/dev/null))
export MUREKA_DATA ?= data
endif

VENV    := .venv
BIN     := $(VENV)/bin
CLIP    ?= examples/hum.ogg
OUT     ?= out/song.mp4
WISH    ?=
export CLIP OUT WISH        # the recipes read them from there, so that spaces and quotes mean nothing

# The first interpreter that starts and is of a version we support; PYTHON=... overrides.
SUITS   := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
PYTHON  ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3.14 python3 python,$(shell $(p) -c "$(SUITS)" 2>/dev/null && echo $(p))))

help:
	@echo "make song    set up, and make out/song.mp4 of examples/hum.ogg (CLIP=... OUT=... WISH=... for your own)"
	@echo "make test    set up, then lint, types, import rules and tests"
	@echo "make run     run the Discord bot     make doctor  check this machine"
	@echo "make lock    renew requirements/     make clean   remove what the others made"
	@echo "make coverage  the tests once more, with the lines that none of them reaches"
	@echo "make tour    live through an evening on a simulated Discord, and leave its page: out/tour.html"

$(BIN)/python:
	@"$(PYTHON)" -c "$(SUITS)" 2>/dev/null || { echo "Mureka needs Python 3.11, 3.12, 3.13 or 3.14 with venv: install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# A set-up is done again when its lock changes; the stamp is written last, so a broken one is not taken for whole.
define install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endef

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	$(call install,requirements/run.txt)
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(call install,requirements/dev.txt)
	@touch $@ $(VENV)/run.stamp

song: $(VENV)/run.stamp
	$(BIN)/python -m bot song "$$CLIP" --out "$$OUT" --new --wish "$$WISH"

run: $(VENV)/run.stamp
	$(BIN)/python -m bot

doctor: $(VENV)/run.stamp
	$(BIN)/python -m bot doctor

# The checks run beside the tests, which leave a core idle at times.
test: lint
	@$(MAKE) --no-print-directory --jobs 2 imports types tests

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy

imports: $(VENV)/dev.stamp
	$(BIN)/lint-imports

tests: $(VENV)/dev.stamp
	$(BIN)/pytest --numprocesses 4 --dist loadfile

# Apart from the tests, since it doubles their time.
coverage: $(VENV)/dev.stamp
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 4 --dist loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Apart from the tests, since it makes twelve songs: the real bot and the real studio, a few minutes.
tour: $(VENV)/dev.stamp
	$(BIN)/python -m tests.tour

# Needs uv on the PATH; no index address is written.
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
lock:
	$(LOCK) --extra studio pyproject.toml requirements/build.in -o requirements/run.txt
	$(LOCK) --extra studio --extra dev pyproject.toml requirements/build.in -o requirements/dev.txt

clean:
	rm -rf $(VENV) out .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
