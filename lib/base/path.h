/* SPDX-License-Identifier: MIT */
/* path: names of files. Every returned string is the caller's to free. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

/* dir + "/" + name; name alone when it is absolute or dir is "". */
char *path_join(const char *dir, const char *name);

/* Absolute form of name as seen from the working directory; symbolic links are kept. */
char *path_absolute(const char *name);

/* The last component without its directory, borrowed from path. */
const char *path_base(const char *path);

/* The last component without directory and without compression and format extensions
 * ("a/library.sdf.gz" is "library"). */
char *path_stem(const char *path);

/* The full path of a program: as given when it contains a slash and can be run, else the first
 * executable of that name on PATH; NULL when there is none. */
char *path_program(const char *name);

/* The directory of installed data: $DOCKLINE_SHARE, else share/dockline beside the bin directory
 * of the running program, else share/ of the source tree the program was built in. Then the file
 * `name` below it. NULL when it does not exist. */
char *path_share(const char *name);

#endif
