# sunledger 阳光账本. `make help` lists the targets; ARGS="..." is handed to the command behind a target.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS  ?=
PIP    = $(BIN)/python -m pip --disable-pip-version-check -qq

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint format types imports dependencies bench lock clean
.SUFFIXES:

help: ## 列出命令 · list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s  %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## 建立 .venv · make .venv from requirements.lock

# pip checks every file against the hashes in the lock; then the project itself, from this folder, without the network.
$(STAMP): requirements.lock pyproject.toml
	@python=$$(sh .ci/find-python) && \
	  if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	    echo "建立环境 · making $(VENV) with $$python ($$($$python -V))" && \
	    "$$python" -m venv --clear $(VENV); \
	  fi
	@echo "安装依赖，首次需要一两分钟 · installing what requirements.lock pins, a minute or two the first time"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-index --no-build-isolation --no-deps --editable .
	@touch $@
	@echo "环境就绪 · ready: $(BIN)/sunledger"

demo: setup ## 示例村，http://127.0.0.1:8000 · the sample village (ARGS=--exit: all but stay up)
	@$(BIN)/sunledger demo $(ARGS)

test: setup ## 全部测试 · all tests, a process more than there are cores (ARGS="-k merkle", ...)
	@$(BIN)/python -m pytest $(or $(ARGS),-n auto --dist loadfile --no-loadscope-reorder)

# `make -k check` goes on after the first that fails.
check: lint format types imports dependencies ## 静态检查 · ruff, mypy, import-linter, deptry
	@echo "检查通过 · all checks passed"

lint: setup
	@echo "ruff check"
	@$(BIN)/ruff check --quiet --output-format concise .

format: setup
	@echo "ruff format"
	@report=$$($(BIN)/ruff format --check . 2>&1) || { echo "$$report"; exit 1; }

types: setup
	@echo "mypy --strict"
	@$(BIN)/mypy --no-error-summary

imports: setup
	@echo "import-linter"
	@report=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$report"; exit 1; }

dependencies: setup
	@echo "deptry"
	@report=$$($(BIN)/deptry . 2>&1) || { echo "$$report"; exit 1; }

bench: setup ## 速度，一次运行内的比值 · ratios in one run (ARGS=--quick: two minutes)
	@$(BIN)/python -m bench $(ARGS)

# One lock for Python 3.11-3.14 on Linux and macOS, with the hashes of all files, and no address in it. Versions that are
# in the lock stay (ARGS=--upgrade: the newest of all).
lock: setup ## 重写 requirements.lock · pin again (ARGS=--upgrade)
	@$(PIP) install --target $(VENV)/lock --upgrade uv
	@$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --extra server --extra pdf --extra dev $(ARGS) \
	  --output-file requirements.lock pyproject.toml
	@echo "已重写 · written: requirements.lock"

clean: ## 删除环境与缓存 · remove .venv and caches (never books)
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
