/* SPDX-License-Identifier: MIT */
/* dynamic: a library that is loaded by who needs it, when that is known. */
#include "base/dynamic.h"

#include <dlfcn.h>

#include "base/err.h"

int
dynamic_load(const char *name, const struct dynamic_function *functions, size_t len, void *table,
    struct err *err)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return err_set(err, ERR_SYSTEM, "cannot load '%s': %s", name, dlerror());
	for (size_t i = 0; i < len; i++) {
		void *found = dlsym(library, functions[i].name);

		if (!found)
			return err_set(err, ERR_SYSTEM, "'%s' has no %s", name, functions[i].name);
		*(void **)((char *)table + functions[i].at) = found;
	}
	return 0;
}
