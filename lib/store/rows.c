/* SPDX-License-Identifier: MIT */
/* rows: rows of a table, written many by one statement. */
#include "store/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/internal.h"
#include "store/stmt.h"

enum {
	MANY = 16, /* rows of one statement: two are a third cheaper each, more than this no more */
	COLUMNS = 16,
	TEXTS = 64 << 10, /* bytes of texts that may wait */
};

struct value {
	char type;      /* as in stmt.h; 'n': NULL */
	int64_t number; /* or where a text begins in texts */
	double real;
	size_t len;
};

/* The rows of one INSERT that wait. */
struct rows {
	const char *one; /* key: the address of its text */
	char *many;      /* the same with MANY rows; NULL: not needed yet */
	int columns, count;
	int64_t written; /* since somebody asked */
	struct value values[MANY * COLUMNS];
	struct buf texts;
	struct rows *next;
};

static struct rows *
find(struct db *db, const char *sql)
{
	struct rows *rows = db->rows;

	while (rows && rows->one != sql)
		rows = rows->next;
	if (rows)
		return rows;
	rows = xcalloc(1, sizeof(*rows));
	rows->one = sql;
	rows->next = db->rows;
	db->rows = rows;
	return rows;
}

/* "… VALUES (?, ?) …" with so many of the brackets. */
static char *
repeated(const char *sql)
{
	static const char word[] = "VALUES ";
	const char *tuple = strstr(sql, word) + sizeof(word) - 1, *end = strchr(tuple, ')') + 1;
	struct buf text = BUF_INIT;

	buf_add(&text, sql, (size_t)(end - sql));
	for (int i = 1; i < MANY; i++) {
		buf_add_char(&text, ',');
		buf_add(&text, tuple, (size_t)(end - tuple));
	}
	buf_add_str(&text, end);
	return buf_take(&text);
}

static void
keep_text(struct rows *rows, struct value *value, const void *data, size_t len)
{
	value->type = data ? value->type : 'n';
	value->number = (int64_t)rows->texts.len;
	value->len = len;
	buf_add(&rows->texts, data, len);
}

static void
keep_number(struct value *value, const int64_t *number)
{
	value->type = number ? 'i' : 'n';
	value->number = number ? *number : 0;
}

static void
keep_real(struct value *value, const double *number)
{
	value->type = number ? 'd' : 'n';
	value->real = number ? *number : 0;
}

static void
keep(struct rows *rows, const char *types, va_list ap)
{
	struct value *value = &rows->values[rows->count * rows->columns];
	const void *data;

	for (; *types; types++, value++) {
		value->type = *types;
		switch (*types) {
		case 'i':
			value->number = va_arg(ap, int64_t);
			break;
		case 'd':
			value->real = va_arg(ap, double);
			break;
		case 'I':
			keep_number(value, va_arg(ap, const int64_t *));
			break;
		case 'D':
			keep_real(value, va_arg(ap, const double *));
			break;
		case 't':
			data = va_arg(ap, const char *);
			keep_text(rows, value, data, data ? strlen(data) : 0);
			break;
		case 'b':
			data = va_arg(ap, const void *);
			keep_text(rows, value, data, va_arg(ap, size_t));
			break;
		default:
			BUG("binding type '%c'", *types);
		}
	}
	rows->count++;
}

static void
bind(sqlite3_stmt *s, int i, const struct value *value, const char *texts)
{
	switch (value->type) {
	case 'i':
		sqlite3_bind_int64(s, i, value->number);
		break;
	case 'd':
		sqlite3_bind_double(s, i, value->real);
		break;
	case 't':
		sqlite3_bind_text(s, i, texts + value->number, (int)value->len, SQLITE_STATIC);
		break;
	case 'b':
		sqlite3_bind_blob64(s, i, texts + value->number, value->len, SQLITE_STATIC);
		break;
	}
}

/* Write the values from the given one on by a statement for so many rows. */
static int
write_by(struct db *db, struct rows *rows, const char *sql, const struct value *values, int n,
    struct err *err)
{
	struct stmt *stmt = stmt_prepare(db, sql, err);
	int rc;

	if (!stmt)
		return -1;
	for (int i = 0; i < n * rows->columns; i++)
		bind(stmt_handle(stmt), i + 1, &values[i], rows->texts.data);
	rc = stmt_next(stmt, err);
	rows->written += sqlite3_changes(db->handle);
	return rc;
}

static int
write_all(struct db *db, struct rows *rows, struct err *err)
{
	int n = rows->count, rc = 0;

	rows->count = 0; /* before: a failure must not leave them for the next statement */
	if (n == MANY) {
		if (!rows->many)
			rows->many = repeated(rows->one);
		rc = write_by(db, rows, rows->many, rows->values, n, err);
	} else {
		for (int i = 0; i < n && rc == 0; i++)
			rc = write_by(
			    db, rows, rows->one, &rows->values[i * rows->columns], 1, err);
	}
	buf_reset(&rows->texts);
	return rc;
}

int
rows_add(struct db *db, struct err *err, const char *sql, const char *types, va_list ap)
{
	struct rows *rows = find(db, sql);

	rows->columns = (int)strlen(types);
	if (rows->columns > COLUMNS)
		BUG("%d columns", rows->columns);
	keep(rows, types, ap);
	db->rows_wait = true;
	return rows->count < MANY && rows->texts.len < TEXTS ? 0 : write_all(db, rows, err);
}

int
rows_write(struct db *db, struct err *err)
{
	db->rows_wait = false;
	for (struct rows *rows = db->rows; rows; rows = rows->next)
		if (rows->count > 0 && write_all(db, rows, err) < 0)
			return -1;
	return 0;
}

int64_t
rows_written(struct db *db, const char *sql)
{
	struct rows *rows = find(db, sql);
	int64_t n = rows->written;

	rows->written = 0;
	return n;
}

void
rows_forget(struct db *db)
{
	db->rows_wait = false;
	for (struct rows *rows = db->rows; rows; rows = rows->next) {
		rows->count = 0;
		rows->written = 0;
		buf_reset(&rows->texts);
	}
}

void
rows_free(struct db *db)
{
	while (db->rows) {
		struct rows *rows = db->rows;

		db->rows = rows->next;
		free(rows->many);
		buf_clear(&rows->texts);
		free(rows);
	}
}
