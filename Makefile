# Two commands for a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
# The version that the tests run with; set TORCH to another build or version if you need one.
TORCH ?= torch==2.13.0
# Other versions of PyTorch that files must decode alike with: the oldest that is supported, the newest.
TORCH_OTHERS ?= 2.9.0 2.14.1
FUZZ_SECONDS ?= 600
SOAK_PAIRS ?= 2000
# 100 megapixels take minutes and 3 GB; a stopped run continues with the next size.
MEGAPIXELS ?= 0.1 0.3 1 3 10 24 50 100
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: demo test test-core test-quick test-extras test-scale test-web lint determinism fuzz soak scaling package docs clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) "$(TORCH)" -e ".[dev]"
	touch $@

# What `pip install llcodec` brings, without PyTorch.
$(VENV)/core/installed: pyproject.toml
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -e .
	touch $@

demo: $(VENV)/core/installed
	$(VENV)/core/bin/python examples/demo.py

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/pytest -m "not scale"

$(VENV)/core/testable: $(VENV)/core/installed
	$(@D)/bin/pip install --quiet --disable-pip-version-check -e ".[tests]"
	touch $@

# The tests that need no extra, where there is no PyTorch.
test-core: $(VENV)/core/testable
	$(VENV)/core/bin/pytest

# Without the slow tests, and without those of bad inputs, full disks, signals and races.
test-quick: $(VENV)/installed
	$(BIN)/pytest -m "not slow and not hostile and not scale"

$(VENV)/extras/installed: pyproject.toml
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check "$(TORCH)" -e ".[dev,fuzz,compressai]"
	touch $@

# What `make test` skips: the fuzzers, CompressAI, and the report in Chromium, if that is installed.
test-extras: $(VENV)/extras/installed
	$(VENV)/extras/bin/pytest -rs tests/bench tests/tcm tests/measurements tests/fuzz

$(VENV)/scale-installed: $(VENV)/installed
	$(PIP) -e ".[scale]" "moto[server]>=5" "aiobotocore[boto3]"
	touch $@

# llc batch on Ray clusters and against an S3 server, with workers that are killed.
test-scale: $(VENV)/scale-installed
	$(BIN)/pytest tests/batch

web/node_modules/installed: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

WEB_MODELS := web/build/models
GOLDEN_MODELS := tests/golden/v1/tiny.safetensors tests/golden/v1/tiny-serial.safetensors

# Models as browsers read them: the shipped codecs, and those of the golden files.
$(WEB_MODELS)/made: $(VENV)/core/installed $(wildcard weights/*.safetensors) $(GOLDEN_MODELS)
	mkdir -p $(@D)
	for model in fast base $(GOLDEN_MODELS); do \
		$(VENV)/core/bin/llc models web $$model --force \
			-o $(@D)/$$(basename $$model .safetensors).web.safetensors || exit 1; \
	done
	touch $@

# The decoder for the browser, in Node.js.
test-web: web/node_modules/installed $(WEB_MODELS)/made
	cd web && npm run check && npm test

$(VENV)/torch-%/installed: pyproject.toml
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check "torch==$*" -e .
	touch $@

# Golden files in fresh processes under many settings; fails if any decodes otherwise.
determinism: $(VENV)/installed $(TORCH_OTHERS:%=$(VENV)/torch-%/installed)
	$(BIN)/python -m measurements.determinism --photograph examples/blue_hour.jpg \
		$(TORCH_OTHERS:%=--python $(VENV)/torch-%/bin/python) --out results/determinism.json

$(VENV)/fuzz-installed: $(VENV)/installed
	$(PIP) -e ".[fuzz]"
	touch $@

# Goes on from the corpora in runs/fuzz; adds its figures to results/fuzz.
fuzz: $(VENV)/fuzz-installed
	$(BIN)/python -m fuzz.run --seconds $(FUZZ_SECONDS)

# Random pictures through one process; fails if a result is wrong or if memory grows.
soak: $(VENV)/installed
	$(BIN)/python -m measurements.soak --pairs $(SOAK_PAIRS) --out results/soak.json

# Time and memory against pixels; fails if memory is above what is promised.
scaling: $(VENV)/installed
	$(BIN)/python -m measurements.scaling --megapixels $(MEGAPIXELS) --out results/scaling.json

$(VENV)/docs/installed: pyproject.toml
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -e ".[docs,tests]"
	touch $@

# The documentation as a site, in site-build/, and its tests; any warning is an error.
docs: $(VENV)/docs/installed
	$(VENV)/docs/bin/pytest tests/website
	$(VENV)/docs/bin/python -m website.build site-build

$(VENV)/package/installed:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check "build>=1.2" "twine>=6.1"
	touch $@

# Wheel and source archive in dist/: their contents, and an environment of each Python that is found.
package: $(VENV)/package/installed
	rm -rf dist
	$(VENV)/package/bin/python -m build
	$(VENV)/package/bin/twine check --strict dist/*
	$(PYTHON) -m release.check dist --photograph examples/lantern.jpg

clean:
	rm -rf $(VENV) demo build dist site-build .mypy_cache .ruff_cache .pytest_cache
