/* SPDX-License-Identifier: MIT */
/*
 * libarchive: the library of that name, loaded when the first archive is opened.
 *
 * With all it needs it costs a program two milliseconds at its start; most runs of most programs
 * see no archive. Its functions are called through a table: la->read_new(), la->entry_new().
 */
#ifndef DATA_LIBARCHIVE_H
#define DATA_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

struct err;

#define LIBARCHIVE_FUNCTIONS(X) \
	X(entry_filetype) \
	X(entry_free) \
	X(entry_hardlink) \
	X(entry_is_encrypted) \
	X(entry_new) \
	X(entry_pathname) \
	X(entry_pathname_utf8) \
	X(entry_set_filetype) \
	X(entry_set_mtime) \
	X(entry_set_pathname) \
	X(entry_set_perm) \
	X(entry_set_size) \
	X(error_string) \
	X(filter_bytes) \
	X(format) \
	X(read_data_block) \
	X(read_free) \
	X(read_new) \
	X(read_next_header) \
	X(read_open) \
	X(read_open_filename) \
	X(read_set_options) \
	X(read_support_format_tar) \
	X(read_support_format_zip) \
	X(set_error) \
	X(write_add_filter_zstd) \
	X(write_close) \
	X(write_data) \
	X(write_free) \
	X(write_header) \
	X(write_new) \
	X(write_open) \
	X(write_set_bytes_in_last_block) \
	X(write_set_format_pax_restricted) \
	X(write_set_format_zip)

#define LIBARCHIVE_MEMBER(name) __typeof__(archive_##name) *name;

struct libarchive {
	LIBARCHIVE_FUNCTIONS(LIBARCHIVE_MEMBER)
};

/* Load it, once. NULL with ERR_SYSTEM when it is not there. From any thread. */
const struct libarchive *libarchive_load(struct err *err);

#endif
