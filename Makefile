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

.PHONY: demo test test-core test-quick test-extras test-scale test-web web package-web lint determinism fuzz soak scaling package docs clean

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

# llc batch on Ray clusters and against an S3 server, with workers that are killed; llc train from shards.
test-scale: $(VENV)/scale-installed
	$(BIN)/pytest tests/batch tests/stores tests/data/test_shard_window.py tests/data/test_streaming.py \
		tests/training/test_shards.py

web/node_modules/installed: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

GOLDEN_MODELS := tests/golden/v1/tiny.safetensors tests/golden/v1/tiny-serial.safetensors
WEB_EXAMPLES := lantern blue_hour fern
LLC := $(VENV)/core/bin/llc

# Models as browsers read them: the shipped codecs, and those of the golden files.
web/build/models/made: $(VENV)/core/installed $(wildcard weights/*.safetensors) $(GOLDEN_MODELS)
	mkdir -p $(@D)
	for model in fast fast-2 fast-3 fast-4 fast-5 base base-2 $(GOLDEN_MODELS); do \
		$(LLC) models web $$model -o $(@D)/$$(basename $$model .safetensors).web.safetensors \
			--force || exit 1; \
	done
	touch $@

# Photographs as .llc files, and one of them as Python decodes it, with its look as well.
web/build/examples/made: $(VENV)/core/installed $(WEB_EXAMPLES:%=examples/%.jpg) \
		$(wildcard weights/*.safetensors weights/looks/*.safetensors) Makefile
	mkdir -p $(@D)
	$(LLC) encode $(WEB_EXAMPLES:%=examples/%.jpg) -o $(@D)/ --force
	$(LLC) decode $(@D)/lantern.llc $(@D)/lantern.png --force
	$(LLC) decode $(@D)/lantern.llc $(@D)/lantern-detailed.png --detail 1 --force
	touch $@

# The npm package, with the page and all that it loads.
web/dist/made: web/node_modules/installed web/build/models/made web/package.json \
		$(wildcard web/*.ts web/tsconfig*.json web/page/* web/scripts/* web/src/*.ts web/src/*/*)
	cd web && npm run build
	touch $@

web/build/pages/made: web/dist/made web/build/examples/made $(wildcard llcodec/sharing/*) Makefile
	mkdir -p $(@D)
	$(LLC) share web/build/examples/lantern.llc -o $(@D)/linked.html --library ./ --force
	$(LLC) share web/build/examples/lantern.llc -o $(@D)/alone.html --force \
		--standalone --library web/dist/page
	$(LLC) share web/build/examples/lantern.llc -o $(@D)/detailed.html --force \
		--standalone --library web/dist/page --detail 1
	touch $@

web: web/dist/made

# The decoder for browsers: the library in Node.js, then the page and shared pages in Chromium.
# Without Chromium, the latter say that they are not tested.
test-web: web/build/pages/made
	cd web && npm run check && npm test && npm run test:browser

# What `npm publish` would publish, installed in an empty project.
package-web: web/dist/made
	cd web && npm run test:package

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

# The documentation as a site, in site-build/, and its tests; any warning is an error. Its first
# page decodes examples, for which it needs Node.js.
docs: $(VENV)/docs/installed web/dist/made web/build/examples/made
	$(VENV)/docs/bin/pytest tests/website
	$(VENV)/docs/bin/python -m website.build site-build --viewer web/dist/page web/build/examples

$(VENV)/package/installed:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check "build>=1.2" "twine>=6.1"
	touch $@

# Wheels and source archive in dist/: their contents, and an environment of each Python that is found.
package: $(VENV)/package/installed
	rm -rf dist
	$(VENV)/package/bin/python -m build
	$(VENV)/package/bin/python -m build --wheel --outdir dist weights
	$(VENV)/package/bin/twine check --strict dist/*
	$(PYTHON) -m release.check dist --photograph examples/lantern.jpg

clean:
	rm -rf $(VENV) demo build dist site-build .mypy_cache .ruff_cache .pytest_cache
