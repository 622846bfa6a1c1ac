# `make demo` serves the app and `make test` checks everything. Both first set up what they need.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
CHROMIUM = $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: demo setup test lint format types audit docs image package lock oldest scale figures clean

demo: $(VENV)/demo
	@echo "Starting the app. It opens in your browser in a few seconds."
	$(BIN)/streamlit run streamlit_app.py

# Install what the checks need, and Chromium unless a browser is on the PATH.
setup: $(VENV)/test
	$(if $(CHROMIUM),,$(BIN)/playwright install chromium)

# Tests start many processes, which need not compile the same modules again, even where the environment says not to write bytecode.
test: setup lint types
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet

format: $(VENV)/test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(VENV)/test
	$(BIN)/mypy --num-workers 2

audit: $(VENV)/test
	$(BIN)/python .ci/audit

# Build the documentation into site/. A warning, such as one about a broken link, ends the build.
docs: $(VENV)/test
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "Open site/index.html in a browser."

# Build the container image without Docker, run it and check it. Needs mmdebstrap, bubblewrap and root. See docs/hosting/docker.md.
IMAGE ?= /tmp/semblance-image
image: $(VENV)/test
	$(if $(filter 0,$(shell id -u)),,sudo) $(BIN)/python -m benchmarks.container $(IMAGE)

# Lock the newest versions that requirements.txt allows, with hashes, for every system and Python. Then write docs/LICENCES.md.
LOCKED = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv --no-config pip compile --quiet --upgrade --universal --python-version 3.11 \
  --generate-hashes --default-index https://pypi.org/simple --no-emit-index-url
lock: $(VENV)/test
	$(LOCKED) requirements.txt -o requirements.lock
	echo setuptools | $(LOCKED) - -c requirements.lock -o requirements-build.lock
	grep -E '^(fastapi|httptools|uvloop)' requirements-dev.txt | $(LOCKED) - -c requirements.lock -o requirements-api.lock
	grep ^pymilvus requirements-dev.txt | $(LOCKED) - -c requirements.lock -o requirements-milvus.lock
	grep ^onnx requirements-dev.txt | $(LOCKED) - -c requirements.lock -o requirements-onnx.lock
	grep ^numkong requirements-dev.txt | $(LOCKED) - -c requirements.lock -o requirements-large.lock
	mkdir -p build-cache
	$(BIN)/python -m devise_core.bundle.licences > build-cache/LICENCES.md
	mv build-cache/LICENCES.md docs/LICENCES.md

# Install the last commit as a package into new environments and run the README's lines. Needs no environment, so PYTHON=python3.13 works.
package:
	$(PYTHON) -m benchmarks.clean_install

# Install the oldest versions that pyproject.toml allows, and run the tests that need no browser and train no model.
OLDEST = build-cache/oldest
oldest: $(VENV)/test
	$(BIN)/uv --no-config venv --quiet --clear --python 3.11 $(OLDEST)
	$(BIN)/uv --no-config pip compile --quiet --resolution lowest-direct --python-version 3.11 --extra app --extra api --extra train \
	  --extra onnx --extra umap --extra tables pyproject.toml -o $(OLDEST)/requirements.txt
	$(BIN)/uv --no-config pip install --quiet --python $(OLDEST)/bin/python -r $(OLDEST)/requirements.txt $(TEST_TOOLS)
	$(OLDEST)/bin/python -m pytest -m "not browser" $(OLDEST_TESTS)
TEST_TOOLS = pytest hypothesis pyyaml packaging playwright axe-playwright-python setuptools schemathesis
OLDEST_TESTS = tests/test_engine.py tests/test_cli.py tests/test_index.py tests/test_indexing.py tests/test_images.py tests/test_ranking.py \
  tests/test_query_parser.py tests/test_pages.py tests/test_settings.py tests/test_faults.py tests/test_train_accuracy.py \
  tests/test_api_search.py tests/test_api_images.py tests/test_api_errors.py tests/test_api_access.py tests/test_client.py \
  tests/test_arguments.py tests/test_model_runtime.py tests/test_projection.py tests/test_cli_output.py

# Write a collection of 100,000 images, measure it, and compare its files with what benchmarks.capacity computes. Needs 0.4 GB.
# Then start a Milvus server that only this machine reaches, test it, and measure a copy of the collection in it. Needs 3 GB of memory.
SCALE ?= /tmp/semblance-scale
scale: $(VENV)/test
	$(BIN)/python -m benchmarks.scale $(SCALE) --count 100000
	$(BIN)/python -m benchmarks.capacity --check $(SCALE)/scale-100000
	$(BIN)/uv --no-config pip install --quiet --python $(BIN)/python --target $(MILVUS) --no-deps milvus==2.3.5
	$(WITH_MILVUS) pytest tests/test_collection_contract.py tests/test_milvus_oracle.py tests/test_milvus_bulk.py -k milvus
	$(WITH_MILVUS) benchmarks.milvus $(SCALE)/scale-100000
	PYTHONPATH=$(MILVUS) $(BIN)/python -m benchmarks.milvus_bulk $(SCALE)/scale-100000
MILVUS = build-cache/milvus
WITH_MILVUS = PYTHONPATH=$(MILVUS) $(BIN)/python -m benchmarks.milvus_server $(BIN)/python -m

figures: $(VENV)/test
	$(BIN)/python -m benchmarks.index
	$(BIN)/python -m benchmarks.candidates
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.calls
	$(BIN)/python -m benchmarks.seed
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.map
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.heat

clean:
	rm -rf $(VENV)

$(VENV)/demo: requirements.txt | $(BIN)/python
	@echo "Installing the packages of the app. This takes a few minutes, once."
	$(BIN)/pip install --progress-bar on -r requirements.txt
	touch $@

$(VENV)/test: requirements.txt requirements-dev.txt | $(BIN)/python
	@echo "Installing the packages of the app and of the tests. This takes a few minutes, once."
	$(BIN)/pip install --progress-bar on -r requirements-dev.txt
	touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is required. Name one: make demo PYTHON=python3.12"; exit 1; }
	@command -v c++ >/dev/null \
	  || { echo "Annoy needs a C++ compiler. Install g++ (Debian) or the Xcode command line tools (macOS)."; exit 1; }
	@echo "Making the environment $(VENV)."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade pip
