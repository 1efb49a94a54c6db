/* SPDX-License-Identifier: MIT */
/* pack: an archive written member by member: zip for people, tar with zstd for machines. */
#include "data/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

/* The first second that zip can tell. */
#define EPOCH 315532800

struct pack {
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
	archive_set_error(archive, EIO, "%s", pack->late.text);
	return -1;
}

static int
failed(struct pack *pack, struct err *err)
{
	if (pack->late.text[0] && err)
		*err = pack->late;
	else
		err_set(err, ERR_SYSTEM, "cannot write the archive: %s",
		    archive_error_string(pack->archive));
	return -1;
}

struct pack *
pack_open(enum pack_kind kind, pack_put *put, void *ctx, struct err *err)
{
	struct pack *pack = xcalloc(1, sizeof(*pack));
	struct archive *a = archive_write_new();
	int rc;

	pack->archive = a;
	pack->put = put;
	pack->ctx = ctx;
	archive_write_set_bytes_in_last_block(a, 1);
	if (kind == PACK_ZIP)
		rc = archive_write_set_format_zip(a);
	else if ((rc = archive_write_set_format_pax_restricted(a)) == ARCHIVE_OK)
		rc = archive_write_add_filter_zstd(a);
	if (rc == ARCHIVE_OK)
		rc = archive_write_open(a, pack, NULL, put_block, NULL);
	if (rc == ARCHIVE_OK)
		return pack;
	failed(pack, err);
	archive_write_free(a);
	free(pack);
	return NULL;
}

static int
begin_member(struct pack *pack, const char *name, long long size, struct err *err)
{
	struct archive_entry *entry = archive_entry_new();
	int rc;

	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, size);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, EPOCH, 0);
	rc = archive_write_header(pack->archive, entry);
	archive_entry_free(entry);
	return rc == ARCHIVE_OK ? 0 : failed(pack, err);
}

int
pack_text(struct pack *pack, const char *name, const void *data, size_t len, struct err *err)
{
	if (begin_member(pack, name, (long long)len, err) < 0)
		return -1;
	if (len > 0 && archive_write_data(pack->archive, data, len) != (la_ssize_t)len)
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
		if (archive_write_data(pack->archive, block, n) != (la_ssize_t)n)
			return failed(pack, err);
	return ferror(file) ? err_sys(err, "cannot read a temporary file") : 0;
}

int
pack_close(struct pack *pack, struct err *err)
{
	int rc = 0;

	if (!pack)
		return 0;
	if (archive_write_close(pack->archive) != ARCHIVE_OK)
		rc = failed(pack, err);
	archive_write_free(pack->archive);
	free(pack);
	return rc;
}
