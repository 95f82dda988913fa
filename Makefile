# What to do with this repository: make help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo 0.1.0-dev)
FUZZTIME ?= 30s
SOAK ?= 1h
BIOME := sdk/js/node_modules/.bin/biome

.PHONY: help build run test scenarios soak lint format bench house generate fuzz audit ci tools node_modules

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/manytill
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/manytill ./cmd/server
	@mkdir -p bin/extensions/loyalty
	CGO_ENABLED=0 go build -trimpath -o bin/extensions/loyalty/loyalty ./plugins/example/loyalty
	@cp plugins/example/loyalty/*.yaml plugins/example/loyalty/*.json bin/extensions/loyalty/

run: build ## Build, and start a demo server with two tills to try
	@exec bin/manytill demo

test: tools ## Run every suite, one after another, with the time of each
	@.ci/suites

scenarios: tools ## Play what has gone wrong elsewhere, and print each with its verdicts
	@list="$$(mktemp)"; trap 'rm -f "$$list"' EXIT; failed=0; \
	go test -count=1 -timeout 20m -run TestScenarios ./cmd/server/faults -verdicts "$$list" || failed=1; \
	cat "$$list"; exit $$failed

soak: node_modules ## Live simulations of chance seeds for SOAK (1h); each seed is printed, and how to repeat one that fails
	CGO_ENABLED=0 go test -v -count=1 -timeout 0 -vet=off ./cmd/server/faults -run 'TestSeededRun$$' -soak $(SOAK) | grep --line-buffered -v '^ *--- PASS'

lint: node_modules ## Formatting, go vet, staticcheck and biome
	@bad="$$(go tool gofumpt -l $$(git ls-files -co --exclude-standard '*.go'))"; \
	if [ -n "$$bad" ]; then echo "not formatted; run: make format"; echo "$$bad"; exit 1; fi
	$(BIOME) ci --error-on-warnings
	go vet ./...
	go tool staticcheck ./...

format: node_modules ## Format Go, TypeScript and JavaScript
	go tool gofumpt -w $$(git ls-files -co --exclude-standard '*.go')
	$(BIOME) format --write

bench: ## Run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

house: ## Measure the source: files of a push, largest types, shapes, lengths
	go run ./internal/house

generate: node_modules ## Write generated files anew (pages, scripts, TypeScript types, OpenAPI)
	go generate ./...

node_modules:
	@for d in sdk/js core/web; do \
		if [ ! $$d/node_modules/.package-lock.json -nt $$d/package-lock.json ]; then (cd $$d && npm ci --no-audit --no-fund --loglevel=error); fi; \
	done

fuzz: ## Run every fuzz test for FUZZTIME (30s)
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x "$$package"; \
		done; \
	done

audit: node_modules ## Look for known vulnerabilities in what is built in; without a way to the databases it says so
	@.ci/audit

ci: lint test ## What must pass before a change lands

# What the tests need beside Go: a C compiler for the race detector, a browser,
# PostgreSQL, what stands before a server in deploy, and the packages of the pages and of
# the TypeScript client.
tools: node_modules
	@command -v gcc >/dev/null || .ci/install gcc libc6-dev
	@command -v chromium >/dev/null && command -v chromium-headless-shell >/dev/null || .ci/install chromium chromium-headless-shell
	@command -v curl >/dev/null || .ci/install curl
	@command -v git >/dev/null || .ci/install git
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || [ -n "$${MANYTILL_TEST_POSTGRES:-}" ] || .ci/install postgresql
	@command -v openssl >/dev/null || .ci/install openssl
	@command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || .ci/install nginx
	@command -v caddy >/dev/null || .ci/install --program caddy caddy
	@command -v promtool >/dev/null || .ci/install --program prometheus promtool
	@command -v systemd-analyze >/dev/null || .ci/install systemd
