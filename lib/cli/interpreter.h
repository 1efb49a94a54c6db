/* SPDX-License-Identifier: MIT */
/* interpreter: which program runs a script, and which one runs that of Meeko. */
#ifndef CLI_INTERPRETER_H
#define CLI_INTERPRETER_H

struct err;

/* The full path of Meeko's mk_prepare_ligand.py: $DOCKLINE_MEEKO, else on PATH. The caller frees.
 * NULL: there is none (ERR_SYSTEM). */
char *meeko_program(struct err *err);

/* The full path of what the first line of a script names, also through env(1), and through the sh
 * that pip writes where the path is too long for that line. The caller frees; NULL: none. */
char *script_interpreter(const char *path);

#endif
