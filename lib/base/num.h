/* SPDX-License-Identifier: MIT */
/*
 * num: numbers written by people, read strictly.
 *
 * Every function takes the whole text or nothing: trailing characters, empty
 * text, overflow, NaN and infinities are refused. All return 0 or -1; the
 * message says what was found and what would be right.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdint.h>

struct err;

/* A decimal integer in lo..hi. */
int num_int(const char *text, int64_t lo, int64_t hi, int64_t *out, struct err *err);

/* A finite decimal number. Locale does not matter: the point is a point. */
int num_double(const char *text, double *out, struct err *err);

/* The shortest decimal text that num_double reads back as x, which is finite: "-13.293", "20",
 * "1e+30". Returns text. */
enum { NUM_TEXT = 32 };
char *num_text(double x, char text[NUM_TEXT]);

/* An integer in decimal. Returns text. */
char *num_whole(int64_t n, char text[NUM_TEXT]);

/* Bytes: "700M", "4G", "1.5GiB", "4096". K M G T are powers of 1024. */
int num_size(const char *text, int64_t *bytes, struct err *err);

/* Seconds, at most NUM_DURATION_MAX (a hundred years): "90", "1.5", "55m", "2h", "1d12h", "250ms".
 * No signs; units from large to small, each once. */
#define NUM_DURATION_MAX (36500 * 86400.0)
int num_duration(const char *text, double *seconds, struct err *err);

/* For people, rounded: "0.8ms", "250ms", "3.4s", "12s", "3m20s", "1h02m", "2d03h"; and "512",
 * "1.5K", "350M". num_duration and num_size read them. Less than nothing is shown as nothing. Both
 * return text. */
char *num_span(double seconds, char text[NUM_TEXT]);
char *num_bytes(int64_t bytes, char text[NUM_TEXT]);

/* A part of the whole, 0..1: "0.1", "10%". */
int num_fraction(const char *text, double *fraction, struct err *err);

#endif
