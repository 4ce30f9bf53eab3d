# Every target sets up what it needs; `make help` lists them.
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 2
STAMP := .venv/.ready
.DEFAULT_GOAL := help
.PHONY: help setup run test check train bench wechat-sim shell lock clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

setup: $(STAMP) ## install into .venv (done by every other target)

$(STAMP): requirements.txt requirements-dev.txt scripts/setup
	@scripts/setup
	@touch $@

run: $(STAMP) ## train if something changed, start everything, print the addresses
	@$(PYTHON) -m kefu run

test: $(STAMP) ## the whole suite: unit, contract, story and end-to-end tests
	@$(PYTHON) -m kefu train
	@$(PYTHON) -m pytest -n 4 --dist loadgroup

check: $(STAMP) ## lint the trainers' YAML and the Python code, in seconds
	@$(PYTHON) -m kefu check
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

train: $(STAMP) ## train a model now
	@$(PYTHON) -m kefu train --force

bench: $(STAMP) ## measure, and write bench/RESULTS.md: engine and FAQ search (FULL=1: everything, 20 minutes)
	@$(PYTHON) -m bench $(if $(FULL),--full)

wechat-sim: $(STAMP) ## the product with a simulated WeChat: chat as a WeChat user in the browser
	@$(PYTHON) -m sim.wechat

shell: $(STAMP) ## talk to the bot in the terminal (start `rasa run actions` beside it)
	@$(PYTHON) -m kefu train
	@.venv/bin/rasa shell

lock: $(STAMP) ## requirements*.in → requirements*.txt, with hashes, without addresses
	@.venv/bin/uv pip compile --quiet --generate-hashes --python-version 3.10 requirements.in --output-file requirements.txt
	@.venv/bin/uv pip compile --quiet --generate-hashes --python-version 3.10 requirements-dev.in --output-file requirements-dev.txt

clean: ## remove the environment, models and caches (keeps var/: databases and secrets)
	rm -rf .venv .rasa models/*.tar.gz models/fingerprint .pytest_cache .mypy_cache .ruff_cache
