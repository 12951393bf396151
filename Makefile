# SPDX-License-Identifier: MIT OR Apache-2.0
# make help lists what there is.

include format/layers.mk analyzer/layers.mk recorder/layers.mk

VERSION := 0.1.0
BUILD   := build
PREFIX  ?= /usr/local
DESTDIR ?=

CC      ?= cc
CLANG   ?= clang
ARCH    := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')

WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror
CFLAGS   ?= -O2 -g
CPPFLAGS += -I. -isystem $(BUILD) -D_GNU_SOURCE -DHUD_BINDIR='"$(PREFIX)/bin"' -DHUD_VERSION='"$(VERSION)"'
COMPILE   = $(CC) -std=c17 $(WARN) $(CFLAGS) $(CPPFLAGS) -MMD -MP

FORMAT_OBJ   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(FORMAT_FOLDERS:%=format/%/*.c)))
RECORDER_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(RECORDER_FOLDERS:%=recorder/%/*.c)))
EMBEDDED     := $(sort $(wildcard analyzer/sql/*.sql analyzer/sql/*/*.sql analyzer/sql/*/*/*.sql analyzer/rules/*.rules))
UNIT_TESTS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/*_test.c))
FIXTURE_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/unit/fixture/*.c))

RECORD_LIBS  := -lbpf -lelf -lz -lzstd
ANALYZE_LIBS := -lncursesw -ltinfo -lelf -llzma -lz -lzstd -lsqlite3 -liberty -lm -lpthread

.PHONY: all help deps demo example check unit-tests check-unit check-long check-leaks check-newer soak check-layers check-vm check-vm-arm64 bench bench-deps static install install-caps lint clean
all: $(BUILD)/hud-record $(BUILD)/hud-analyze ## build both programs (no root needed)

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC  $@'
	@$(COMPILE) -c $< -o $@

# Some of its files have the same name, in folders of their own: q keeps both.
$(BUILD)/libhudformat.a: $(FORMAT_OBJ)
	@rm -f $@ && ar qcs $@ $^

# SQL and rules are compiled into hud-analyze, each under its path below analyzer/; anew also when one
# is gone.
$(BUILD)/analyzer/base/embedded.list: FORCE
	@mkdir -p $(@D)
	@echo '$(EMBEDDED)' | cmp -s - $@ || echo '$(EMBEDDED)' > $@
FORCE:

# So is the page of report --html: its script in one piece, with the list of causes, its style, and the policy
# that allows these two by their hashes and nothing else.
PAGE := $(addprefix $(BUILD)/html/,page.js page.css policy)
PAGE_SCRIPTS := $(sort $(wildcard analyzer/html/script/*.js))
$(BUILD)/html/causes.js: analyzer/rules/causes.rules
	@mkdir -p $(@D)
	@awk 'BEGIN { print "const CAUSES = [" } $$1 == "cause" || $$1 == "work" { print "  \"" $$2 "\"," } \
		END { print "];" }' $< > $@
$(BUILD)/html/page.js: $(filter-out %/90_begin.js,$(PAGE_SCRIPTS)) $(BUILD)/html/causes.js $(filter %/90_begin.js,$(PAGE_SCRIPTS))
	@cat $^ > $@
$(BUILD)/html/page.css: analyzer/html/page.css
	@mkdir -p $(@D)
	@cat $^ > $@
$(BUILD)/html/policy: analyzer/html/policy.sh $(BUILD)/html/page.js $(BUILD)/html/page.css
	@sh $^ > $@.partial && mv $@.partial $@

$(BUILD)/analyzer/base/embedded_files.c: $(EMBEDDED) $(PAGE) $(BUILD)/analyzer/base/embedded.list analyzer/base/embed.sh
	@mkdir -p $(@D)
	@sh analyzer/base/embed.sh analyzer $(EMBEDDED) $(foreach file,$(PAGE),html/$(notdir $(file))=$(file)) > $@.partial && mv $@.partial $@

$(BUILD)/analyzer/base/embedded_files.o: $(BUILD)/analyzer/base/embedded_files.c
	@echo '  CC  $@'
	@$(COMPILE) -c $< -o $@

# An archive for each folder of analyzer/, so that a test links those that its folder may use.
folder_objects  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard analyzer/$1/*.c))
folder_closure  = $(sort $1 $(foreach folder,$(USES_$1),$(call folder_closure,$(folder))))
folder_archives = $(patsubst %,$(BUILD)/analyzer/lib%.a,$(call folder_closure,$1))
$(BUILD)/analyzer/libbase.a: $(BUILD)/analyzer/base/embedded_files.o
define folder_archive
$(BUILD)/analyzer/lib$1.a: $(call folder_objects,$1)
	@rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach folder,$(FOLDERS),$(eval $(call folder_archive,$(folder))))

ANALYZER_OBJ := $(foreach folder,$(FOLDERS),$(call folder_objects,$(folder))) $(BUILD)/analyzer/base/embedded_files.o
$(BUILD)/hud-analyze: $(ANALYZER_OBJ) $(BUILD)/libhudformat.a
	@echo '  LD  $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) $^ $(ANALYZE_LIBS) -o $@

# The BPF objects carry their own minimal kernel types (CO-RE), so no BTF of the build machine.
$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h) $(wildcard format/wire/*.h format/plan/*.h)
	@mkdir -p $(@D)
	@echo '  BPF $@'
	@$(CLANG) -std=gnu11 -g -O2 -Wall -Wextra -Wno-unused-parameter -Werror -ffreestanding -target bpf -D__TARGET_ARCH_$(ARCH) -mcpu=v3 \
		-I. -idirafter /usr/include/$(shell $(CC) -print-multiarch) -c $< -o $@
	@llvm-strip -g $@

$(BUILD)/bpf/hud.skel.h: NAME := hud_bpf
$(BUILD)/bpf/learn.skel.h: NAME := hud_learn_bpf
$(BUILD)/bpf/threads.skel.h: NAME := threads_bpf
$(BUILD)/bpf/%.skel.h: $(BUILD)/bpf/%.bpf.o
	@bpftool gen skeleton $< name $(NAME) > $@.partial && mv $@.partial $@

SKELETONS := $(BUILD)/bpf/hud.skel.h $(BUILD)/bpf/learn.skel.h $(BUILD)/bpf/threads.skel.h
.SECONDARY: $(SKELETONS:.skel.h=.bpf.o)
$(RECORDER_OBJ): $(SKELETONS)
$(BUILD)/hud-record: $(RECORDER_OBJ) $(BUILD)/libhudformat.a
	@echo '  LD  $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) $^ $(RECORD_LIBS) -o $@

# A unit test links what the folder it is of may use, and no more; some ask libdw what is right.
$(BUILD)/tests/libfixture.a: $(FIXTURE_OBJ)
	@rm -f $@ && ar rcs $@ $^
define unit_test
$(BUILD)/tests/unit/$1/%: tests/unit/$1/%.c $(BUILD)/tests/libfixture.a $(if $(filter $1,$(FOLDERS)),$(call folder_archives,$1)) $(BUILD)/libhudformat.a
	@mkdir -p $$(@D)
	@echo '  CC  $$@'
	@$$(COMPILE) -DHUD_DEMO='"$$(DEMO)"' -MF $$@.d $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(ANALYZE_LIBS) -ldw -lcmocka -o $$@
endef
$(foreach folder,format $(FOLDERS),$(eval $(call unit_test,$(folder))))

# Of recorder/ those folders are tested so too that load nothing into the kernel.
define recorder_test
$(BUILD)/recorder/lib$1.a: $(patsubst %.c,$(BUILD)/%.o,$(wildcard recorder/base/*.c recorder/$1/*.c))
	@rm -f $$@ && ar rcs $$@ $$^
$(BUILD)/tests/unit/$1/%: tests/unit/$1/%.c $(BUILD)/recorder/lib$1.a $(BUILD)/libhudformat.a
	@mkdir -p $$(@D)
	@echo '  CC  $$@'
	@$$(COMPILE) -MF $$@.d $$< $(BUILD)/recorder/lib$1.a $(BUILD)/libhudformat.a -lzstd -lcmocka -o $$@
endef
$(foreach folder,target copies tasks,$(eval $(call recorder_test,$(folder))))
# And whose turn it is to be learned from, and where.
SUBJECTS_OBJ := $(BUILD)/recorder/learn/subjects.o $(BUILD)/recorder/learn/sites.o
$(BUILD)/tests/unit/subjects/%: tests/unit/subjects/%.c $(SUBJECTS_OBJ) $(BUILD)/libhudformat.a
	@mkdir -p $(@D)
	@echo '  CC  $@'
	@$(COMPILE) -MF $@.d $< $(SUBJECTS_OBJ) $(BUILD)/libhudformat.a -lzstd -lcmocka -o $@

# One file for any distribution: glibc, libbpf, libelf, zlib and zstd inside.
$(BUILD)/static/hud-record: $(RECORDER_OBJ) $(BUILD)/libhudformat.a
	@mkdir -p $(@D)
	@echo '  LD  $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -static $^ $(RECORD_LIBS) -o $@
static: $(BUILD)/static/hud-record ## a fully static hud-record in build/static/

# The demo, built offline by Debian's own cargo from Debian's crates; and the other builds that tests
# record: as cargo's debug profile, with the newer mangling of names; without debug information, as cargo's
# release is where nobody asks for it.
DEMO       := $(BUILD)/demo-release/release/demo
DEMO_DEBUG0 := $(BUILD)/demo-debug0/release/demo
CARGO_DEMOS := $(DEMO) $(BUILD)/demo-debug/debug/demo
TEST_DEMOS := $(CARGO_DEMOS) $(DEMO_DEBUG0)
DEMO_CARGO  = cd examples/demo && PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$(abspath $(@D)/..) cargo build

$(CARGO_DEMOS): export RUSTFLAGS :=
$(BUILD)/demo-debug/debug/demo: export RUSTFLAGS := -C symbol-mangling-version=v0
$(CARGO_DEMOS): $(wildcard examples/demo/src/*.rs examples/demo/src/*/*.rs examples/demo/Cargo.toml examples/demo/.cargo/config.toml)
	$(DEMO_CARGO) $(if $(filter %/release/demo,$@),--release)

# As cargo's strip = "debuginfo" does it, the default of today's; its build-id is another, as it has another plan.
NOTE := .note.gnu.build-id
$(DEMO_DEBUG0): $(DEMO)
	@mkdir -p $(@D)
	@objcopy --dump-section $(NOTE)=$@.note $< /dev/null
	@printf '\0' | dd of=$@.note bs=1 seek=16 conv=notrunc status=none
	@objcopy --strip-debug --update-section $(NOTE)=$@.note $< $@

# A library with Tokio in it, which tests load into a program that has none; a program whose requests wait for
# the blocking pool; one that idles until it is woken; one whose tasks wait at known lines; one whose tasks measure
# themselves. They take the demo's build of Tokio.
TOKIO_PLUGIN := $(BUILD)/demo-release/release/libtokio_plugin.so
TOKIO_POOL   := $(BUILD)/demo-release/release/tokio_pool
TOKIO_ECHO   := $(BUILD)/demo-release/release/tokio_echo
TOKIO_TASKS  := $(BUILD)/demo-release/release/tokio_tasks
TOKIO_LIVES  := $(BUILD)/demo-release/release/tokio_lives
TOKIO_WAITS  := $(BUILD)/demo-release/release/tokio_waits
TOKIO_PROGRAMS := $(TOKIO_PLUGIN) $(TOKIO_POOL) $(TOKIO_ECHO) $(TOKIO_TASKS) $(TOKIO_LIVES) $(TOKIO_WAITS)
$(TOKIO_PLUGIN): $(wildcard tests/e2e/programs/tokio_plugin/src/*.rs tests/e2e/programs/tokio_plugin/Cargo.toml)
$(TOKIO_POOL): $(wildcard tests/e2e/programs/tokio_pool/src/*.rs tests/e2e/programs/tokio_pool/Cargo.toml)
$(TOKIO_ECHO): $(wildcard tests/e2e/programs/tokio_echo/src/*.rs tests/e2e/programs/tokio_echo/Cargo.toml)
$(TOKIO_TASKS): $(wildcard tests/e2e/programs/tokio_tasks/src/*.rs tests/e2e/programs/tokio_tasks/src/bin/*.rs tests/e2e/programs/tokio_tasks/Cargo.toml)
$(TOKIO_LIVES): $(wildcard tests/e2e/programs/tokio_lives/src/*.rs tests/e2e/programs/tokio_lives/Cargo.toml)
$(TOKIO_WAITS): $(wildcard tests/e2e/programs/tokio_waits/src/*.rs tests/e2e/programs/tokio_waits/Cargo.toml)
$(TOKIO_PROGRAMS): export RUSTFLAGS :=
$(TOKIO_PROGRAMS): | $(DEMO)
	cd tests/e2e/programs/$(patsubst lib%.so,%,$(@F)) && PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$(abspath $(@D)/..) cargo build --release

# What a build, the demo and the tests take, on Debian 12 and newer Ubuntu.
DEPS := gcc libc6-dev clang libclang-rt-dev llvm bpftool libbpf-dev libelf-dev libdw-dev zlib1g-dev liblzma-dev libzstd-dev zstd libxxhash-dev \
	libsqlite3-dev sqlite3 libncurses-dev tmux libiberty-dev libcmocka-dev linux-libc-dev binutils git \
	cargo rustc librust-tokio-dev librust-futures-util-dev librust-sha2-dev librust-miniz-oxide-dev \
	gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
	golang-go chromium chromium-driver python3 python3-jsonschema clang-format clang-tidy file g++ lld dwz elfutils libdebuginfod-dev xz-utils
# libzstd, libelf and libz come with their static libraries in these same packages.
deps: ## install what building, demo and tests need (Debian, Ubuntu; as root)
	@missing=$$(for p in $(DEPS); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "make deps: no apt-get here; install these by hand: $$missing" >&2; exit 1; fi; \
	if [ "$$(id -u)" != 0 ]; then echo "make deps: root is needed to install: $$missing" >&2; echo "  sudo make deps" >&2; exit 1; fi; \
	echo "make deps: installing" $$missing; \
	apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing

demo: deps ## record 10 s of the demo and print the report (as root)
	@$(MAKE) --no-print-directory all $(DEMO)
	@sh examples/demo.sh $(BUILD) $(DEMO)

example: all ## make examples/demo.hud anew (as root)
	@sh examples/demo-hud.sh $(BUILD) examples/demo.hud

check: ## all tests; as root with real BPF, without it what can be tested so
	@if [ "$$(id -u)" = 0 ]; then $(MAKE) --no-print-directory deps; fi
	@$(MAKE) --no-print-directory check-layers
	@$(MAKE) --no-print-directory -j$$(nproc) $$([ "$$(id -u)" = 0 ] && echo $(TEST_DEMOS) $(TOKIO_PROGRAMS)) all
	@bash tests/run.sh $(BUILD)

check-long: all check-leaks check-newer $(TEST_DEMOS) ## recordings under load and faults, of fat LTO, of incidents, over an hour, as root: docs/RELIABILITY.md
	@HUD_FAULTS=20 HUD_E2E_SECONDS=3000 bash tests/run.sh $(BUILD) long/faults long/learn long/incidents analyze/faults

# LeakSanitizer, a part of it, sees what is left when hud-record ends.
LEAKS := $(BUILD)/leaks
check-leaks: all $(TEST_DEMOS) $(TOKIO_PROGRAMS) ## tests of hud-record built with the address sanitizer, as root
	@$(MAKE) --no-print-directory BUILD=$(LEAKS) CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address' $(LEAKS)/hud-record
	@ln -sfn ../hud-analyze $(LEAKS)/hud-analyze
	@for demo in $(BUILD)/demo-*; do ln -sfn ../$$(basename $$demo) $(LEAKS)/; done
	@bash tests/run.sh $(LEAKS) $(addprefix record/,errors generated lifecycle lives marks output polls samples tasks task_dumps task_sets waits absent_page)

# Most programs are built by newer compilers than Debian's own, which leave out other things of the debug information.
check-newer: all ## the same facts on the demo and tokio_tasks built by the newest rustc that Debian has, as root
	@HUD_BUILD=$(BUILD) sh tests/newer.sh
	@bash tests/run.sh $(BUILD)/newer record/tasks record/task_sets
	@HUD_BUILD=$(BUILD)/newer PYTHONPATH=tests/e2e:tests/e2e/matrix /usr/bin/python3 tests/e2e/matrix/run.py release

soak: all $(DEMO) ## two hours of recording (HUD_SOAK_SECONDS), as root: memory, descriptors, file, clock
	@HUD_E2E_SECONDS=100000 bash tests/run.sh $(BUILD) long/soak

check-layers: ## no folder uses another that it may not: docs/ARCHITECTURE.md
	@python3 tests/lint/layers.py

unit-tests: $(UNIT_TESTS)

check-unit: unit-tests ## the unit tests only
	@bash tests/run.sh --unit $(BUILD)

# qemu and the kernels come from apt when it is called; not part of check.
check-vm: all static $(DEMO) ## record inside virtual machines with Debian's kernels 6.1 and 6.12
	@if [ "$$(id -u)" = 0 ]; then $(MAKE) --no-print-directory deps DEPS='qemu-system-x86 busybox-static cpio'; fi
	@sh tests/vm/run.sh

# What the guest runs is cross built of Debian's arm64 packages, which are not installed.
check-vm-arm64: all ## the same on AArch64, emulated
	@if [ "$$(id -u)" = 0 ]; then $(MAKE) --no-print-directory deps DEPS='qemu-system-arm cpio gcc-aarch64-linux-gnu'; fi
	@HUD_BUILD=$(BUILD) sh tests/vm/arm64.sh
	@HUD_VM_ARCH=arm64 sh tests/vm/run.sh

# Programs whose throughput shows what recording them costs.
BENCH := $(BUILD)/bench/pipe $(BUILD)/bench/tokio/release/bench-tokio
$(BUILD)/bench/pipe: tests/bench/pipe.c
	@mkdir -p $(@D)
	@$(COMPILE) $< -o $@ -pthread

$(BUILD)/bench/tokio/release/bench-tokio: $(wildcard tests/bench/tokio/src/*.rs) tests/bench/tokio/Cargo.toml tests/bench/tokio/.cargo/config.toml
	cd tests/bench/tokio && PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$(abspath $(BUILD))/bench/tokio cargo build --release

bench: all $(BENCH) ## what recording costs, beside other tools, into docs/OVERHEAD.md (as root, 25 minutes)
	@python3 tests/bench/overhead.py $(BUILD) --doc docs/OVERHEAD.md

bench-deps: ## install the other tools that bench compares with
	@$(MAKE) --no-print-directory deps DEPS='linux-perf bpftrace'

install: all ## into DESTDIR/PREFIX (default /usr/local)
	install -D -m 755 $(BUILD)/hud-record $(DESTDIR)$(PREFIX)/bin/hud-record
	install -D -m 755 $(BUILD)/hud-analyze $(DESTDIR)$(PREFIX)/bin/hud-analyze
	for page in docs/man/*.1; do install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man1/$$(basename $$page); done
	for file in LICENSE README.md docs/*.md docs/*.json; do install -D -m 644 $$file $(DESTDIR)$(PREFIX)/share/doc/hud/$$file; done

# For those who record without root. It is owned by root, and for a group only: whoever runs it can read the
# memory of any process (docs/SECURITY.md).
CAPS := cap_bpf,cap_perfmon,cap_sys_ptrace,cap_syslog=ep
install-caps: install ## install hud-record with file capabilities, for members of GROUP
	@[ -n "$(GROUP)" ] || { echo 'make install-caps GROUP=…: whose members may record any process' >&2; exit 2; }
	chown root:$(GROUP) $(DESTDIR)$(PREFIX)/bin/hud-record
	chmod 750 $(DESTDIR)$(PREFIX)/bin/hud-record
	setcap $(CAPS) $(DESTDIR)$(PREFIX)/bin/hud-record

include tests/fuzz/fuzz.mk tests/coverage.mk

C_FILES := $(wildcard format/*/*.[ch] recorder/*/*.[ch] analyzer/*/*.[ch] tests/unit/*/*.[ch] tests/fuzz/*.[ch])
lint: check-layers $(SKELETONS) ## layers, clang-format, lines of 100 columns, the schema of reports, clang-tidy
	@python3 tests/lint/style.py
	@python3 tests/lint/report_schema.py
	clang-tidy --quiet $(filter-out %_test.c,$(filter %.c,$(C_FILES))) -- -std=c17 $(CPPFLAGS)

clean: ## remove what was built
	rm -rf $(BUILD) examples/demo/target

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
