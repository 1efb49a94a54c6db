# Dockline: small programs that dock molecules from a shell. GNU make.
#
#   make                 build everything into build/
#   make deps            install what building, the demo and the tests need
#   make demo            dock real molecules into a real receptor
#   make check           build and test; `make check TESTS=tests/cmd/dock-box.bats` for one file
#   make check-asan      the same under the address and undefined behaviour sanitizers
#   make install         to PREFIX (default /usr/local; $HOME/.local needs no root)
#   make lint fmt        analyse; format
#   make report-assets   fetch 3Dmol.js, with which dock-report shows poses in 3D
#   make expect          rewrite expected test outputs, to be reviewed with git diff
#   make bench dist uninstall clean
#
# Settings: PREFIX DESTDIR BUILD CC CFLAGS LDFLAGS JOBS, DEV=1 (warnings are errors),
# SAN (sanitizers), V=1 (show commands).

PREFIX  ?= /usr/local
BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
TESTS   ?= tests/unit tests/tree tests/cmd tests/flow
VERSION := 0.1.0

# sqlite3 first: where most names are looked up, they are found at once. Those of LOADED are not
# linked but loaded by who needs them.
MODULES := sqlite3 jansson popt nettle libzstd zlib liblzma yaml-0.1 libpcre2-8
LOADED  := libarchive libcurl
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wvla -Wformat=2 -Wno-overlength-strings $(if $(DEV),-Werror)
FORMAT  := clang-format-14
CPPCHECK := -q -j $(JOBS) --std=c11 --language=c --library=posix --error-exitcode=1 --inline-suppr \
            --enable=warning,performance,portability --suppressions-list=scripts/cppcheck.suppress \
            --include=scripts/cppcheck.h -D_GNU_SOURCE -DDOCKLINE_VERSION='"$(VERSION)"' -Ilib
ASAN    := -fsanitize=address,undefined -fno-omit-frame-pointer

# pkg-config is asked when the first file is compiled: `make deps` must work without it
PKG_CFLAGS  = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(MODULES) $(LOADED)))$(PKG_CFLAGS)
PKG_LIBS    = $(eval PKG_LIBS := $$(shell pkg-config --libs $(MODULES)) -lbz2 -lm -lpthread -ldl)$(PKG_LIBS)
ALL_CFLAGS  = -std=gnu11 -D_GNU_SOURCE -DDOCKLINE_VERSION='"$(VERSION)"' -Ilib $(WARN) \
              $(PKG_CFLAGS) $(CFLAGS) $(SAN) -ffile-prefix-map=$(CURDIR)=. -MMD -MP
LINK        = $(CC) $(CFLAGS) $(SAN) -Wl,--as-needed $(LDFLAGS) -o $@ $< $(BUILD)/libdockline.a $(PKG_LIBS)

say = $(if $(V),,@$(if $(findstring s,$(firstword -$(MAKEFLAGS))),,echo '  $@' && ))
# the build inside check and demo uses all processors, unless -j was given
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

LIB_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard lib/*/*.c)))
PROGRAMS := $(sort $(patsubst cmd/%.c,%,$(wildcard cmd/*.c)))
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/*.c)))
BENCHES  := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/*.c)))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
C_FILES  := $(sort $(wildcard lib/*/*.[ch] cmd/*.c tests/*/*.[ch]))
SCRIPTS  := $(sort $(shell grep -sIlE '^.!/(bin/sh|usr/bin/env bash)' .ci/run scripts/* tests/bench/* tests/cluster/* tests/fakes/* tests/fakes/bin/*))
PAGES    := $(sort $(wildcard man/*.[1-8]))

all: $(BUILD)/libdockline.a $(PROGRAMS:%=$(BUILD)/bin/%) completions

units: $(UNITS)

$(BUILD)/gen/schema.c: $(wildcard lib/store/schema/*.sql) scripts/embed-schema
	@mkdir -p $(@D)
	$(say)scripts/embed-schema $(sort $(wildcard lib/store/schema/*.sql)) >$@.tmp && mv $@.tmp $@

$(BUILD)/gen/schema.o: $(BUILD)/gen/schema.c
	$(say)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/libdockline.a: $(LIB_OBJ) $(BUILD)/gen/schema.o
	@rm -f $@
	$(say)ar rcs $@ $^

$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(BUILD)/libdockline.a
	@mkdir -p $(@D)
	$(say)$(LINK)

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libdockline.a
	@mkdir -p $(@D)
	$(say)$(LINK)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libdockline.a
	@mkdir -p $(@D)
	$(say)$(LINK)

# a child that costs next to nothing to start
$(BUILD)/bench/doze: tests/bench/doze.c
	@mkdir -p $(@D)
	$(say)$(CC) $(CFLAGS) -static -o $@ $<

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libdockline.a
	@mkdir -p $(@D)
	$(say)$(LINK) $(FUZZ)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(say)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# -- what people do with it

deps:
	@scripts/deps

demo:
	@scripts/deps build demo || echo 'make demo: going on with what is there'
	@$(SUBMAKE) all
	@BUILD=$(BUILD) scripts/demo

check:
	@scripts/deps build test demo || echo 'make check: going on with what is there'
	@$(SUBMAKE) all units
	@BUILD=$(BUILD) JOBS=$(JOBS) scripts/check $(TESTS)

check-asan:
	@ASAN_OPTIONS=intercept_tls_get_addr=0 $(MAKE) --no-print-directory check BUILD=$(BUILD)/asan SAN='$(ASAN)' CFLAGS='-O1 -g' DEV=1

# engines that are installed, against what their fakes say of them
check-engines: all
	@BUILD=$(BUILD) JOBS=1 LIMIT=4h BATS_TEST_TIMEOUT=3600 scripts/check tests/engines

expect: all
	@BUILD=$(BUILD) JOBS=$(JOBS) EXPECT=1 scripts/check $(filter-out tests/unit,$(TESTS))

fuzzers: $(FUZZERS)

fuzz:
	CC='$(CC)' BUILD=$(BUILD)/fuzzing scripts/fuzz

bench: all $(BENCHES)
	@for bench in $(wildcard tests/bench/*.sh); do BUILD=$(BUILD) $$bench || exit; done

lint: all
	scripts/check-floors
	CC='$(CC)' scripts/check-headers
	$(FORMAT) --dry-run -Werror $(C_FILES)
	shellcheck $(SCRIPTS) $(wildcard tests/*.bash tests/*/*.bash)
	mandoc -T lint -W warning $(PAGES)
	cppcheck $(CPPCHECK) lib cmd tests/unit

report-assets:
	@scripts/report-assets

fmt:
	$(FORMAT) -i $(C_FILES)

# -- installing

BIN   = $(DESTDIR)$(PREFIX)/bin
SHARE = $(DESTDIR)$(PREFIX)/share
BASH_DIR = $(SHARE)/bash-completion/completions
FISH_DIR = $(SHARE)/fish/vendor_completions.d
ZSH_DIR  = $(SHARE)/zsh/site-functions

# completion scripts name the programs there are
$(BUILD)/completions/%: completions/% Makefile $(wildcard cmd)
	@mkdir -p $(@D)
	$(say)sed 's/@PROGRAMS@/$(PROGRAMS)/' $< >$@

completions: $(patsubst %,$(BUILD)/%,$(wildcard completions/*))

install: all completions
	install -d $(BIN) $(SHARE)/dockline $(BASH_DIR) $(FISH_DIR) $(ZSH_DIR)
	install -m 755 $(PROGRAMS:%=$(BUILD)/bin/%) $(BIN)
	(cd share && tar -cf - .) | (cd $(SHARE)/dockline && tar -xf - --no-same-owner)
	for page in $(PAGES); do install -D -m 644 $$page $(SHARE)/man/man$${page##*.}/$${page##*/} || exit; done
	install -m 644 $(BUILD)/completions/dockline.bash $(BASH_DIR)/dockline
	install -m 644 $(BUILD)/completions/_dockline $(ZSH_DIR)/_dockline
	install -m 644 $(BUILD)/completions/dockline.fish $(FISH_DIR)/dockline.fish
	for prog in $(PROGRAMS); do \
	    ln -sf dockline $(BASH_DIR)/$$prog && ln -sf dockline.fish $(FISH_DIR)/$$prog.fish || exit; done

uninstall:
	rm -rf $(SHARE)/dockline
	rm -f $(PROGRAMS:%=$(BIN)/%) $(ZSH_DIR)/_dockline $(BASH_DIR)/dockline $(FISH_DIR)/dockline.fish
	rm -f $(PROGRAMS:%=$(BASH_DIR)/%) $(PROGRAMS:%=$(FISH_DIR)/%.fish)
	for page in $(PAGES); do rm -f $(SHARE)/man/man$${page##*.}/$${page##*/}; done

dist:
	@mkdir -p dist
	git archive --prefix=dockline-$(VERSION)/ -o dist/dockline-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)

.PHONY: report-assets all units fuzzers fuzz deps demo check check-asan check-engines expect bench lint fmt completions install uninstall dist clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
