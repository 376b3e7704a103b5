# What a developer needs: generate, test, check, fuzz, mutate, bench. CI runs check.

GO ?= go
# Executions, not seconds: up to Go 1.26 a fuzzing run that a deadline ends may
# fail with "context deadline exceeded" and no input (golang/go issue 75804).
FUZZTIME ?= 300000x
CHECKFUZZTIME ?= 20000x
QEMU_ARM64 ?= qemu-aarch64-static
QEMU_AMD64 ?= qemu-x86_64-static
BIN := $(CURDIR)/.bin

# Changed instructions that the tests must notice, and what draws them.
N ?= 60
SEED ?= 1

.PHONY: all test lapack check generate golden fuzz soak blocks mutate bench report fmt vet builds legs v3 purego fuzz-short clean

all: test

# Every test on this machine's levels.
test:
	$(GO) test ./...

# All of gonum's suite for LAPACK on the backend; make test has a choice of it.
lapack:
	STEEPEST_LAPACK=all $(GO) test ./kernels/gonumblas -run '^TestLAPACK$$'

# Everything CI asks for.
check: fmt vet builds test lapack purego v3 legs blocks fuzz-short

# Rewrites asm/ and the tables of kernels/ from gen/catalog.
generate:
	$(GO) run ./gen

fmt:
	@out=$$(gofmt -l .); test -z "$$out" || { echo "gofmt would change:"; echo "$$out"; exit 1; }

# Vet also checks the assembly's argument offsets against the Go declarations.
vet:
	@for arch in amd64 arm64 riscv64; do for tags in "" purego; do \
		echo "vet linux/$$arch $$tags"; GOOS=linux GOARCH=$$arch $(GO) vet -tags "$$tags" ./... || exit 1; \
	done; done
	@for tags in "" purego; do \
		echo "vet js/wasm $$tags"; GOOS=js GOARCH=wasm $(GO) vet -tags "$$tags" ./... || exit 1; \
	done

builds:
	@for target in darwin/arm64 darwin/amd64 windows/amd64 windows/arm64; do \
		echo "build $$target"; GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) build ./... || exit 1; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) vet ./kernels/... ./optim/... || exit 1; \
	done

purego:
	STEEPEST_EXPECT_LEVEL=generic $(GO) test -tags purego ./kernels/... ./optim/...

# From GOAMD64=v3 the compiler contracts a*b + c unless the source forbids it.
v3:
	@if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then \
		echo "test GOAMD64=v3"; GOAMD64=v3 $(GO) test ./kernels/... ./optim/...; \
	else echo "this machine cannot run GOAMD64=v3"; exit 1; fi

# Other machines, emulated: leg(name, command, GOARCH, expected level). Each leg
# asserts the level it got, so that none passes by running nothing.
define leg
	@for pkg in kernels kernels/gonumblas optim optim/checkpoint fuzz; do \
		echo "leg $(1): $$pkg"; \
		binary=$(BIN)/$(1)-$$(basename $$pkg).test; \
		GOARCH=$(3) $(GO) test -c -o $$binary ./$$pkg && \
		(cd $$pkg && STEEPEST_EXPECT_LEVEL=$(4) $(2) $$binary -test.short) || exit 1; \
	done
endef

legs:
	@mkdir -p $(BIN)
	$(call leg,arm64,$(QEMU_ARM64),arm64,neon)
	$(call leg,haswell,$(QEMU_AMD64) -cpu Haswell,amd64,avx2)
	$(call leg,nehalem,$(QEMU_AMD64) -cpu Nehalem,amd64,generic)

# Writes the table of golden hashes anew, from what this machine computes.
golden:
	$(GO) test -count=1 -p 1 ./kernels ./optim -run '^TestGolden' -update

# Each fuzz target in turn.
fuzz:
	@for pkg in ./fuzz ./kernels/gonumblas ./optim/checkpoint; do \
		for target in $$($(GO) test $$pkg -list '^Fuzz' | grep '^Fuzz'); do \
			echo "$$target for $(FUZZTIME)"; \
			$(GO) test $$pkg -run '^$$' -fuzz "^$$target\$$" \
				-fuzztime $(FUZZTIME) -fuzzminimizetime 100x || exit 1; \
		done; \
	done

# Fuzzes all targets in turn for a time and counts the elements that are compared.
T ?= 10m
soak:
	$(GO) run ./fuzz/soak -t $(T)

fuzz-short:
	@$(MAKE) --no-print-directory fuzz FUZZTIME=$(CHECKFUZZTIME)

# Every basic block of the kernels' assembly is reached by some test.
blocks:
	$(GO) run ./fuzz/blocks
	QEMU_ARM64="$(QEMU_ARM64)" $(GO) run ./fuzz/blocks -levels neon

# Random changes of single instructions: see fuzz/mutate. MUTATEFLAGS="-levels neon".
mutate:
	QEMU_ARM64="$(QEMU_ARM64)" $(GO) run ./fuzz/mutate -n $(N) -seed $(SEED) $(MUTATEFLAGS)

bench:
	$(GO) test -run '^$$' -bench . ./bench

report:
	$(GO) run ./bench/report

clean:
	rm -rf $(BIN)
