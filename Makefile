# Two commands are enough: "make demo" runs the whole site, "make test" checks everything.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON := .venv/bin/python
# Tests of the browser share one database, so they run apart and one after another.
TESTS ?=

# The type checker reads the settings, which have no defaults; it connects to nothing.
DUMMY := DATABASE_URL=postgres://nobody@//nowhere/none REDIS_URL=unix:///nowhere/none?db=0 \
	DJANGO_SECRET_KEY=only-for-the-type-checker \
	FIELD_KEYS=1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

.PHONY: help demo dev shell test lint look bench lock clean environment test-environment

help: ## 列出全部命令
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: environment ## 启动演示网站 http://127.0.0.1:8000（换端口：make demo PORT=8001），Ctrl-C 停止
	@exec $(PYTHON) -m config.demo $(PORT)

dev: environment ## 开发服务器，显示调试信息，改代码后自动重启
	@DJANGO_DEBUG=1 exec $(PYTHON) manage.py runserver 127.0.0.1:$(PORT)

shell: environment ## Django 命令行
	@exec $(PYTHON) manage.py shell

test: test-environment lint ## 全部检查和测试（只跑一部分：make test TESTS=tests/config）
	@echo "== pytest"
	@if [ -n "$(TESTS)" ]; then $(PYTHON) -m pytest $(TESTS); \
	else $(PYTHON) -m pytest -n 2 --ignore=tests/browser && $(PYTHON) -m pytest tests/browser; fi \
	|| { echo "未通过：pytest"; exit 1; }

lint: environment ## 代码格式、类型、模块依赖方向
	@stage() { echo "== $$*"; "$$@" || { echo "未通过：$$*"; exit 1; }; }; \
	export $(DUMMY); \
	stage .venv/bin/ruff check . && \
	stage .venv/bin/ruff format --check . && \
	stage .venv/bin/mypy && \
	stage .venv/bin/lint-imports

look: test-environment ## 给每个角色的每个页面拍照，放在 var/look/
	@$(PYTHON) -m tests.look

bench: environment ## 月度核算的用时与下限之比
	@$(PYTHON) -m benchmarks

lock: ## 按 pyproject.toml 重新锁定依赖（需要 uv）
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 \
		pyproject.toml -o requirements/production.txt
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra dev \
		-c requirements/production.txt pyproject.toml -o requirements/development.txt

clean: ## 删除可重新生成的文件；演示数据和密钥（var/）保留
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache var/look var/static
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

environment:
	@deploy/prepare.sh

test-environment:
	@deploy/prepare.sh test
