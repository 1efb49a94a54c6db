/* SPDX-License-Identifier: MIT */
/* begun: what each slot of a worker really runs. */
#include "task/begun.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"

#define NAME "begun"

enum { ENDED, FAILED, SLOTS }; /* numbers in the file; from SLOTS on an execution each */

struct begun {
	int64_t *at;
	size_t slots;
};

static size_t
size_of(size_t slots)
{
	return (SLOTS + slots) * sizeof(int64_t);
}

static struct begun *
map(int fd, size_t slots, int protection)
{
	void *at = mmap(NULL, size_of(slots), protection, MAP_SHARED, fd, 0);
	struct begun *begun;

	if (at == MAP_FAILED)
		return NULL;
	begun = xcalloc(1, sizeof(*begun));
	begun->at = at;
	begun->slots = slots;
	return begun;
}

struct begun *
begun_new(const char *folder, int slots, struct err *err)
{
	char *path = path_join(folder, NAME);
	struct begun *begun = begun_new_at(path, slots, err);

	free(path);
	return begun;
}

struct begun *
begun_new_at(const char *path, int slots, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct begun *begun = NULL;

	if (fd >= 0 && ftruncate(fd, (off_t)size_of((size_t)slots)) == 0)
		begun = map(fd, (size_t)slots, PROT_READ | PROT_WRITE);
	if (!begun)
		err_sys(err, "cannot create '%s'", path);
	if (fd >= 0)
		close(fd);
	return begun;
}

void
begun_free(struct begun *begun)
{
	if (!begun)
		return;
	munmap(begun->at, size_of(begun->slots));
	free(begun);
}

void
begun_set(struct begun *begun, int slot, int64_t execution)
{
	*(volatile int64_t *)&begun->at[SLOTS + slot] = execution;
}

void
begun_tell(struct begun *begun, struct begun_count count)
{
	volatile int64_t *at = begun ? begun->at : NULL;

	/* a page that does not change need not be written */
	if (!at)
		return;
	if (at[ENDED] != count.ended)
		at[ENDED] = count.ended;
	if (at[FAILED] != count.failed)
		at[FAILED] = count.failed;
}

struct begun_count
begun_told(const struct begun *begun)
{
	const volatile int64_t *at = begun->at;

	return (struct begun_count){ at[ENDED], at[FAILED] };
}

struct begun *
begun_open(const char *folder)
{
	char *path = path_join(folder, NAME);
	struct begun *begun = begun_open_at(path);

	free(path);
	return begun;
}

struct begun *
begun_open_at(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct begun *begun = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size > (off_t)size_of(0))
		begun = map(fd, ((size_t)st.st_size - size_of(0)) / sizeof(int64_t), PROT_READ);
	close(fd);
	return begun;
}

int
begun_slot(const struct begun *begun, int64_t execution)
{
	for (size_t i = 0; i < begun->slots; i++)
		if (*(volatile int64_t *)&begun->at[SLOTS + i] == execution)
			return (int)i;
	return -1;
}

bool
begun_has(const struct begun *begun, int64_t execution)
{
	return begun_slot(begun, execution) >= 0;
}
