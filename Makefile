# Dockline: small programs that dock molecules from a shell.
PREFIX  ?= /usr/local
BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
VERSION := 0.1.0

LIBS_BASE  := jansson popt sqlite3 libzstd zlib liblzma libcrypto yaml-0.1 libarchive
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS_BASE) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(LIBS_BASE) 2>/dev/null) -lbz2 -lm -lpthread
WARN       := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
              -Wvla -Wformat=2 -Wno-overlength-strings $(if $(DEV),-Werror)
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DDOCKLINE_VERSION='"$(VERSION)"' -Ilib \
              $(WARN) $(PKG_CFLAGS) $(CFLAGS) $(SAN) -MMD -MP
ALL_LDFLAGS := -Wl,--as-needed $(SAN) $(LDFLAGS)

LIB_SRC  := $(sort $(wildcard lib/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
PROGRAMS := $(sort $(patsubst cmd/%.c,%,$(wildcard cmd/*.c)))
UNITS    := $(sort $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c)))

all: $(BUILD)/libdockline.a $(PROGRAMS:%=$(BUILD)/bin/%)

$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(BUILD)/libdockline.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< $(BUILD)/libdockline.a $(ALL_LDFLAGS) $(PKG_LIBS)

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libdockline.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< $(BUILD)/libdockline.a $(ALL_LDFLAGS) $(PKG_LIBS)

$(BUILD)/libdockline.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

units: $(UNITS:%=$(BUILD)/unit/%)

clean:
	rm -rf $(BUILD)

.PHONY: all units clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
