# What a developer needs: generate, test, check, fuzz, mutate, bench. CI runs check.

GO ?= go
# Executions, not seconds: up to Go 1.26 a fuzzing run that a deadline ends may
# fail with "context deadline exceeded" and no input (golang/go issue 75804).
FUZZTIME ?= 300000x
CHECKFUZZTIME ?= 10000x
BIN := $(CURDIR)/.bin

# Changed instructions that the tests must notice, and what draws them.
N ?= 60
SEED ?= 1

# Tests make and drop many buffers: a collector that runs a quarter as often takes a third off
# their time.
export GOGC ?= 400

.PHONY: all test lapack check generate golden functions functions-table fuzz soak blocks blocks-neon mutate bench peers report pictures fmt vet builds legs v3 purego fuzz-short distributed distributed-tools lab lab-tools lab-size clean

all: test

# Every test on this machine's levels.
test:
	$(GO) test -timeout 30m ./...
	$(GO) -C examples/training test ./...
	$(GO) -C bench/plot test ./...

# Training on several ranks: a module of its own, built without cgo as one binary for both MPIs,
# which must be there. So many ranks are killed in steps, and as many in saves, under each.
KILLS ?= 3
distributed: distributed-tools
	@for target in linux/arm64 darwin/arm64 windows/amd64; do \
		echo "vet $$target optim/distributed"; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) -C optim/distributed vet ./... || exit 1; \
	done
	CGO_ENABLED=0 $(GO) -C optim/distributed vet ./...
	STEEPEST_MPI=required STEEPEST_KILLS=$(KILLS) CGO_ENABLED=0 $(GO) -C optim/distributed test ./...

# The two MPIs, and a compiler that makes libraries which are none.
distributed-tools:
	@missing=; for tool in mpirun.openmpi:openmpi-bin mpirun.mpich:mpich gcc:gcc; do \
		command -v $${tool%:*} >/dev/null || missing="$$missing $${tool#*:}"; \
	done; \
	if [ -n "$$missing" ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing libc6-dev; fi

# All of gonum's suite for LAPACK on the backend; make test has a choice of it.
lapack:
	STEEPEST_LAPACK=all $(GO) test ./kernels/gonumblas -run '^TestLAPACK$$'

# Everything CI asks for, so many things at a time, the output of each in one piece. The
# longest that keeps one core alone comes first.
JOBS ?= 2
check: fmt
	@start=$$(date +%s); \
	$(MAKE) --no-print-directory -j$(JOBS) --output-sync=target blocks-neon vet builds test distributed lapack legs purego v3 blocks fuzz-short || exit 1; \
	echo "check: $$(($$(date +%s) - start)) s"

# Rewrites asm/ and the tables of kernels/ from gen/catalog.
generate:
	$(GO) run ./gen

fmt:
	@out=$$(gofmt -l .); test -z "$$out" || { echo "gofmt would change:"; echo "$$out"; exit 1; }

# Vet also checks the assembly's argument offsets against the Go declarations. The tag purego
# chooses the same files on every machine.
vet:
	@for target in linux/amd64 linux/arm64 linux/riscv64 linux/386 js/wasm; do \
		echo "vet $$target"; GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) vet ./... || exit 1; \
	done
	@echo "vet purego"; $(GO) vet -tags purego ./...
	@for module in bench/peers bench/plot examples/training optim/distributed; do \
		echo "vet $$module"; $(GO) -C $$module vet ./... || exit 1; \
	done

# What depends on the system alone; vet has seen the architectures.
builds:
	@for target in darwin/arm64 windows/amd64; do \
		echo "build $$target"; GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) build ./... || exit 1; \
		GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) vet ./kernels/... ./optim/... || exit 1; \
	done

# The build without assembly, as other machines have it: all tests of the kernels. What stands
# on them is the same Go in every build, and there the golden hashes see the calls through.
# Pools of workers, which multiply large matrices, are the same as well.
purego:
	export STEEPEST_EXPECT_LEVEL=generic; \
	$(GO) test -short -tags purego $$($(GO) list ./kernels/... | grep -v /parallel) && \
	$(GO) test -short -tags purego ./optim -run '$(TESTS)' && \
	$(GO) test -short -tags purego ./optim/train ./optim/checkpoint ./optim/gonumopt

# From GOAMD64=v3 the compiler contracts a*b + c unless the source forbids it. Assembly is the
# same there, so its loops and the memory around them are not asked again: all that is computed
# in Go is, by hashes and oracles, and the update rules by their hashes.
v3:
	@if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then \
		echo "test GOAMD64=v3"; export GOAMD64=v3; \
		$(GO) test -short ./kernels -skip 'SameBits|GuardPages|Aliases|WritesOnly|NoAllocation' && \
		$(GO) test -short ./optim -run '$(TESTS)|Formulas' && \
		$(GO) test -short $$($(GO) list ./kernels/... ./optim/... | grep -v -e '/kernels$$' -e '/optim$$') && \
		$(GO) test -run '^TestSameEverywhere$$' $(LAB_HASHED:%=./examples/%); \
	else echo "this machine cannot run GOAMD64=v3"; exit 1; fi

# Other machines: each leg builds the tests for one and runs them there, shortened.
# It asserts the level it got, so that none passes by running nothing; vet runs apart. A
# machine is a system, an architecture and the level that its tests must find; RUN_ is what
# runs its binaries here, nothing for 386, which an amd64 runs itself.
LEGS ?= arm64 s390x riscv64 haswell nehalem wasm 386
LEG_PACKAGES ?= kernels kernels/internal/dispatch kernels/generic optim

# Trainings whose last bits are the same on every machine, and the legs that run them.
EXAMPLES ?= digits factorization logistic network regression wordvectors
EXAMPLE_LEGS ?= arm64 s390x wasm

# The lab's plain Go. Some legs run all its tests, and others the hashes of its experiments,
# which are the same on every machine.
LAB_HASHED ?= lab/formula lab/neural lab/race lab/surface lab/tour
LAB ?= lab/inspect lab/spec lab/engine $(LAB_HASHED)
LAB_LEGS ?= wasm 386
LAB_HASH_LEGS ?= arm64 s390x

# What is plain Go on top of these runs where it may differ: all of it where ints have 32 bits,
# and BLAS and the shapes that fuzzing found; runs and their files where bytes lie the other way
# round; runs in WebAssembly, as the page of the lab has them. Haswell and Nehalem leave out
# optim, which this machine runs itself. And arm64 leaves out the kernels and their fuzz targets,
# whose tests blocks-neon runs.
RUNS := optim/schedule optim/train
FILES := optim/checkpoint optim/checkpoint/regular
PACKAGES_386 := $(LEG_PACKAGES) $(RUNS) $(FILES) optim/gradcheck kernels/gonumblas fuzz
PACKAGES_s390x := $(LEG_PACKAGES) $(RUNS) $(FILES)
PACKAGES_wasm := $(LEG_PACKAGES) $(RUNS)
PACKAGES_arm64 := kernels/internal/dispatch optim $(RUNS) $(FILES) optim/gradcheck optim/gonumopt
PACKAGES_haswell := kernels kernels/internal/dispatch
PACKAGES_nehalem := $(PACKAGES_haswell)

# Which tests of kernels and optim run where the code is that of another leg. Golden hashes
# prove that a machine computes the same bits, in every kernel, loss, layer and rule: that its
# compiler contracts nothing, and that its square roots, conversions and NaN are the others'.
# Then what other tests ask of those bits, purego and make test have answered. On s390x, whose
# bytes lie the other way round, random numbers and saved states are asked for themselves, too,
# and 386 has ints of 32 bits. Haswell runs the AVX2 code of this machine, all blocks of it
# beside guard pages: an instruction that it lacks would end the test.
TESTS := Golden|Level|KnownAnswers|Correctly|Misuse
TESTS_riscv64 := $(TESTS)
TESTS_nehalem := $(TESTS)
TESTS_wasm := $(TESTS)
TESTS_s390x := $(TESTS)|Permutation|Random|Resume|Snapshot
TESTS_386 := $(TESTS)|Permutation|Random|CrossEntropy|Unfit|Rows|Restore
TESTS_haswell := $(TESTS)|GuardPages

# But the page of the lab runs optim as WebAssembly.
WHOLE_wasm := optim

MACHINE_arm64 := linux arm64 neon
RUN_arm64 = qemu-aarch64-static
MACHINE_s390x := linux s390x generic
RUN_s390x = qemu-s390x-static
MACHINE_riscv64 := linux riscv64 generic
RUN_riscv64 = qemu-riscv64-static
MACHINE_haswell := linux amd64 avx2
RUN_haswell = qemu-x86_64-static -cpu Haswell-noTSX,-invpcid,-pcid,-x2apic,-tsc-deadline
MACHINE_nehalem := linux amd64 generic
RUN_nehalem = qemu-x86_64-static -cpu Nehalem
MACHINE_wasm := js wasm generic
# Little room for an environment there.
RUN_wasm = env -i PATH="$$PATH" HOME="$$HOME" GOGC=$(GOGC) STEEPEST_EXPECT_LEVEL=$$level $$($(GO) env GOROOT)/lib/wasm/go_js_wasm_exec
MACHINE_386 := linux 386 generic
RUN_386 =

legs: $(LEGS:%=leg-%)

.PHONY: $(LEGS:%=leg-%)
$(LEGS:%=leg-%): leg-%:
	@mkdir -p $(BIN); start=$$(date +%s); set -- $(MACHINE_$*); \
	run() { \
		echo "leg $*: $$1"; package=$$1; binary=$(BIN)/$*-$$(basename $$1).test; shift; \
		GOOS=$$system GOARCH=$$arch $(GO) test -c -vet=off -o $$binary ./$$package && \
		(cd $$package && STEEPEST_EXPECT_LEVEL=$$level $(RUN_$*) $$binary -test.short "$$@"); \
	}; \
	tests() { case $$1 in $(or $(WHOLE_$*),none)) ;; kernels|optim) echo '$(TESTS_$*)';; esac; }; \
	system=$$1 arch=$$2 level=$$3; \
	for package in $(or $(PACKAGES_$*),$(LEG_PACKAGES)); do run $$package -test.run "$$(tests $$package)" || exit 1; done; \
	for example in $(if $(filter $*,$(EXAMPLE_LEGS)),$(EXAMPLES)) $(if $(filter $*,$(LAB_HASH_LEGS)),$(LAB_HASHED)); do \
		run examples/$$example -test.run '^TestSameEverywhere$$' || exit 1; \
	done; \
	for room in $(if $(filter $*,$(LAB_LEGS)),$(LAB)); do run examples/$$room || exit 1; done; \
	echo "leg $*: $$(($$(date +%s) - start)) s"

# Writes the table of golden hashes anew, from what this machine computes.
golden:
	$(GO) test -count=1 -p 1 ./kernels ./optim -run '^TestGolden' -update

# The correctly rounded functions over all 2^32 inputs, and the others at a million
# points; a minute of one core or more each.
functions:
	STEEPEST_FUNCTIONS=all $(GO) test -count=1 -timeout 0 -v ./kernels ./kernels/kerneltest/functions -run 'Correct|Bound'

# Writes the table of correctly rounded values anew, and the values in many bits that
# prove the tests' own oracle. It needs a C compiler and MPFR (Debian: libmpfr-dev).
FUNCTIONS := kernels/kerneltest/functions/testdata
functions-table:
	@mkdir -p $(BIN)
	for program in reference values; do \
		$(CC) -O2 -Wall -Wextra -fopenmp -o $(BIN)/$$program $(FUNCTIONS)/$$program.c -lmpfr -lgmp -lm || exit 1; \
	done
	$(BIN)/values >$(BIN)/values.bin
	$(BIN)/reference >$(BIN)/functions.bin
	gzip -9n <$(BIN)/values.bin >$(FUNCTIONS)/values.bin.gz
	gzip -9n <$(BIN)/functions.bin >$(FUNCTIONS)/functions.bin.gz

# Each fuzz target in turn.
fuzz:
	@for pkg in fuzz kernels/gonumblas optim/checkpoint optim/distributed; do \
		for target in $$($(GO) -C $$pkg test . -list '^Fuzz' | grep '^Fuzz'); do \
			echo "$$target for $(FUZZTIME)"; \
			$(GO) -C $$pkg test . -run '^$$' -fuzz "^$$target\$$" \
				-fuzztime $(FUZZTIME) -fuzzminimizetime 100x || exit 1; \
		done; \
	done

# Fuzzes all targets in turn for a time and counts the elements that are compared.
T ?= 10m
soak:
	$(GO) run ./fuzz/soak -t $(T)

# The lab's page in a browser: what it weighs, and all tests of examples/lab/e2e,
# LABFLAGS='-run Controls' runs some; LABFLAGS='-run Pictures -pictures DIR' has pictures to
# look at.
lab: lab-tools
	@$(MAKE) --no-print-directory lab-size
	$(GO) -C examples/lab/e2e test -count=1 -v -timeout 30m . -axe $(AXE) $(LABFLAGS)

# What that needs and what is missing here: a browser, and axe-core, which finds faults of
# accessibility (MPL-2.0; it stays out of this repository).
AXE := $(BIN)/axe-4.14.1.min.js
AXE_SHA256 := 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
lab-tools:
	@missing=; for tool in chromium brotli npm; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; fi
	@test -f $(AXE) || { mkdir -p $(BIN) && cd $(BIN) && npm pack --silent axe-core@4.14.1 >/dev/null && \
		tar -xzOf axe-core-4.14.1.tgz package/axe.min.js >axe.new && rm axe-core-4.14.1.tgz && \
		echo "$(AXE_SHA256)  axe.new" | sha256sum -c --quiet && mv axe.new $(AXE); }

# What the lab's page weighs on the way, in bytes, its largest files first; at most 1.31 MB.
lab-size:
	@dir=$$(mktemp -d) && $(GO) run ./examples/lab -export $$dir >/dev/null && cd $$dir && \
	find . -type f ! -name '*.md' ! -name LICENSE | while read -r file; do \
		echo "$$(brotli -q 11 -c "$$file" | wc -c) $$file"; \
	done | sort -rn | awk '{ sum += $$1; print } END { print sum " all"; exit sum > 1310000 }'; \
	status=$$?; rm -r $$dir; exit $$status

fuzz-short:
	@$(MAKE) --no-print-directory fuzz FUZZTIME=$(CHECKFUZZTIME)

# Every basic block of the kernels' assembly is reached by the test beside guard pages:
# what leaves its slices does so in its own block.
blocks:
	$(GO) run ./fuzz/blocks -packages ./kernels -run '^TestGuardPages$$'

# Every block of NEON's is reached by some test, under qemu. These are all tests of the kernels
# on arm64, but for those of the tests' own tools, and what bounds and statistics ask of bits
# that TestSameBits has found to be those of plain Go: make test asks it of these.
NEON_SKIPS := FormatOracles|FunctionBounds|CorrectlyRounded|FormatErrors|Unbiased|RandomBitsTogether|RandomBitsOfNeighbours|SecondMomentDecays|SmallUpdatesArrive|SeldomTouched|Outlier|GreatestStep
blocks-neon:
	QEMU_ARM64="$(RUN_arm64)" $(GO) run ./fuzz/blocks -levels neon -skip '$(NEON_SKIPS)' \
		-packages "$$($(GO) list ./kernels/... ./fuzz | grep -v /kerneltest | tr '\n' ' ')"

# Random changes of single instructions: see fuzz/mutate. MUTATEFLAGS="-levels neon".
mutate:
	QEMU_ARM64="$(RUN_arm64)" $(GO) run ./fuzz/mutate -n $(N) -seed $(SEED) $(MUTATEFLAGS)

bench:
	$(GO) test -run '^$$' -bench . ./bench

# OpenBLAS, BLIS, SLEEF and libmvec beside this module: see bench/peers.
peers:
	cd bench/peers && $(GO) run .

report:
	$(GO) run ./bench/report

# The pictures of README.md, in a minute; best on a machine that does nothing else.
PICTURES := $(CURDIR)/bench/plot/pictures
PICTURED := Scal|Axpy|Dot|Rot|Asum|Nrm2|Gemv|SumRows|Exp|Tanh|Momentum|Adam|LayerNorm/64x512|CrossEntropy/64x1000|Gemm/NN/(16x16x16|64x64x64|256x256x256|1024x1024x1024)
pictures:
	@mkdir -p $(BIN) $(PICTURES)
	$(GO) run ./bench/report -quick -ops '^($(PICTURED))$$' -json $(BIN)/speeds.json
	$(GO) -C bench/plot run . roofline -in $(BIN)/speeds.json -out $(PICTURES)/roofline.svg
	$(GO) -C bench/plot run . ratios -in $(BIN)/speeds.json -out $(PICTURES)/ratios.svg
	$(GO) -C examples/training run . -data none -history $(BIN)/training.csv
	$(GO) -C bench/plot run . loss -title 'examples/training' -in $(BIN)/training.csv -out $(PICTURES)/loss.svg

clean:
	rm -rf $(BIN)
