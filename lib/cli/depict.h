/* SPDX-License-Identifier: MIT */
/* depict: molecules drawn in two dimensions by Open Babel, as SVG to stand in a page. */
#ifndef CLI_DEPICT_H
#define CLI_DEPICT_H

#include <stddef.h>

struct err;

/* Draw n molecules by their SMILES: svg[i] is the picture, the caller's to free, or NULL where
 * there is no SMILES or none that can be drawn. -1: there is no Open Babel (ERR_SYSTEM), or no
 * disk. */
int depict(const char *const *smiles, size_t n, char **svg, struct err *err);

#endif
