/* SPDX-License-Identifier: MIT */
/* dynamic: a library that is loaded by who needs it, when that is known. */
#include "base/dynamic.h"

#include <dlfcn.h>
#include <pthread.h>

static int
load(const struct dynamic *library, struct err *err)
{
	void *handle = dlopen(library->name, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return err_set(err, ERR_SYSTEM, "cannot load '%s': %s", library->name, dlerror());
	for (size_t i = 0; i < library->len; i++) {
		const struct dynamic_function *f = &library->functions[i];
		void *found = dlsym(handle, f->name);

		if (!found)
			return err_set(err, ERR_SYSTEM, "'%s' has no %s", library->name, f->name);
		*(void **)((char *)library->table + f->at) = found;
	}
	return 0;
}

const void *
dynamic_load(struct dynamic *library, struct err *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const void *table = NULL;

	pthread_mutex_lock(&lock);
	if (library->state == DYNAMIC_UNTRIED)
		library->state = load(library, &library->why) == 0 ? DYNAMIC_LOADED
								   : DYNAMIC_MISSING;
	if (library->state == DYNAMIC_LOADED)
		table = library->table;
	else if (err)
		*err = library->why;
	pthread_mutex_unlock(&lock);
	return table;
}
