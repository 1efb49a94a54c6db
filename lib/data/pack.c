/* SPDX-License-Identifier: MIT */
/* pack: an archive written member by member: zip for people, tar with zstd for machines. */
#include "data/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "data/libarchive.h"

/* The first second that zip can tell. */
#define EPOCH 315532800

struct pack {
	const struct libarchive *la;
	struct archive *archive;
	pack_put *put;
	void *ctx;
	struct err late; /* why put failed */
};

static la_ssize_t
put_block(struct archive *archive, void *ctx, const void *data, size_t len)
{
	struct pack *pack = ctx;

	if (pack->put(pack->ctx, data, len, &pack->late) == 0)
		return (la_ssize_t)len;
	pack->la->set_error(archive, EIO, "%s", pack->late.text);
	return -1;
}

static int
failed(struct pack *pack, struct err *err)
{
	if (pack->late.text[0] && err)
		*err = pack->late;
	else
		err_set(err, ERR_SYSTEM, "cannot write the archive: %s",
		    pack->la->error_string(pack->archive));
	return -1;
}

static int
begin(struct pack *pack, enum pack_kind kind)
{
	const struct libarchive *la = pack->la;
	struct archive *a = pack->archive;
	int rc;

	la->write_set_bytes_in_last_block(a, 1);
	if (kind == PACK_ZIP)
		rc = la->write_set_format_zip(a);
	else if ((rc = la->write_set_format_pax_restricted(a)) == ARCHIVE_OK)
		rc = la->write_add_filter_zstd(a);
	return rc == ARCHIVE_OK ? la->write_open(a, pack, NULL, put_block, NULL) : rc;
}

struct pack *
pack_open(enum pack_kind kind, pack_put *put, void *ctx, struct err *err)
{
	const struct libarchive *la = libarchive_load(err);
	struct pack *pack = la ? xcalloc(1, sizeof(*pack)) : NULL;

	if (!pack)
		return NULL;
	*pack = (struct pack){ .la = la, .archive = la->write_new(), .put = put, .ctx = ctx };
	if (begin(pack, kind) == ARCHIVE_OK)
		return pack;
	failed(pack, err);
	la->write_free(pack->archive);
	free(pack);
	return NULL;
}

static int
begin_member(struct pack *pack, const char *name, long long size, struct err *err)
{
	struct archive_entry *entry = pack->la->entry_new();
	int rc;

	pack->la->entry_set_pathname(entry, name);
	pack->la->entry_set_size(entry, size);
	pack->la->entry_set_filetype(entry, AE_IFREG);
	pack->la->entry_set_perm(entry, 0644);
	pack->la->entry_set_mtime(entry, EPOCH, 0);
	rc = pack->la->write_header(pack->archive, entry);
	pack->la->entry_free(entry);
	return rc == ARCHIVE_OK ? 0 : failed(pack, err);
}

int
pack_text(struct pack *pack, const char *name, const void *data, size_t len, struct err *err)
{
	if (begin_member(pack, name, (long long)len, err) < 0)
		return -1;
	if (len > 0 && pack->la->write_data(pack->archive, data, len) != (la_ssize_t)len)
		return failed(pack, err);
	return 0;
}

int
pack_file(struct pack *pack, const char *name, FILE *file, struct err *err)
{
	char block[65536];
	size_t n;

	if (fflush(file) == EOF || fseek(file, 0, SEEK_END) < 0)
		return err_sys(err, "cannot write a temporary file");
	if (begin_member(pack, name, ftell(file), err) < 0)
		return -1;
	rewind(file);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		if (pack->la->write_data(pack->archive, block, n) != (la_ssize_t)n)
			return failed(pack, err);
	return ferror(file) ? err_sys(err, "cannot read a temporary file") : 0;
}

int
pack_close(struct pack *pack, struct err *err)
{
	int rc = 0;

	if (!pack)
		return 0;
	if (pack->la->write_close(pack->archive) != ARCHIVE_OK)
		rc = failed(pack, err);
	pack->la->write_free(pack->archive);
	free(pack);
	return rc;
}
