/* SPDX-License-Identifier: MIT */
/* slot_limits: what runs in a slot is ended, or rests. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/slot.h"
#include "exec/stream.h"

enum {
	OUTPUT_MAX = 64 << 20,
	SIZE_CHECK = 1000000, /* microseconds between looks at the size of the output */
	LOG_MAX = 16 << 20,   /* bytes of what a coprocess says, and what is kept of it at least */
	LOG_KEPT = 1 << 20,
};

static void
tell(struct slot *slot, enum slot_told what)
{
	if (slot->told >= what)
		return;
	slot->told = what;
	proc_signal(slot->pid, what == SLOT_KILL ? SIGKILL : SIGTERM);
	if (slot->paused) /* it must run to hear it */
		proc_signal(slot->pid, SIGCONT);
}

static bool
is_too_long(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size > OUTPUT_MAX;
}

void
slot_trim_log(struct slot *slot, int64_t now)
{
	struct stat st;

	if (now - slot->measured < SIZE_CHECK)
		return;
	slot->measured = now;
	if (fstat(slot->err.fd, &st) < 0 || (int64_t)st.st_blocks * 512 <= LOG_MAX)
		return;
	sink_cut(&slot->err, LOG_KEPT);
}

void
slot_out_of_memory(struct slot *slot)
{
	slot->out_of_memory = true;
	if (slot->stream)
		stream_stop(slot->stream, true, clock_boot());
	else
		tell(slot, SLOT_KILL);
}

void
slot_check(struct slot *slot, int64_t now)
{
	if (slot->pid == 0)
		return;
	if (now - slot->measured >= SIZE_CHECK) {
		slot->measured = now;
		slot->overflowed = is_too_long(slot->out.fd) || is_too_long(slot->err.fd);
	}
	if (slot->overflowed)
		tell(slot, SLOT_KILL);
	if (slot->paused && slot->told == SLOT_NOTHING)
		return;
	if (now >= slot->soft && !slot->interrupted && !slot->cancelled) {
		slot->timed_out = true;
		tell(slot, SLOT_TERM);
	}
	if (now >= slot->hard)
		tell(slot, SLOT_KILL);
}

int64_t
slot_next_check(const struct slot *slot)
{
	int64_t next = slot->measured + SIZE_CHECK;

	if (slot->told == SLOT_NOTHING && !slot->paused && slot->soft < next)
		next = slot->soft;
	if (slot->told == SLOT_TERM && slot->hard < next)
		next = slot->hard;
	return next;
}

/* TERM now and KILL after the grace of the first Ctrl-C, or KILL. */
static void
end(struct slot *slot, bool kill)
{
	int64_t hard = clock_boot() + 10 * 1000000;

	if (slot->told == SLOT_NOTHING || hard < slot->hard)
		slot->hard = hard;
	tell(slot, kill ? SLOT_KILL : SLOT_TERM);
}

void
slot_interrupt(struct slot *slot, bool kill)
{
	if (slot->pid == 0)
		return;
	slot->interrupted = true;
	end(slot, kill);
}

void
slot_cancel(struct slot *slot)
{
	slot->cancelled = true;
	end(slot, false);
}

bool
slot_pause(struct slot *slot)
{
	if (slot->told != SLOT_NOTHING)
		return false;
	if (!slot->paused)
		slot->paused = clock_boot();
	proc_signal(slot->pid, SIGSTOP);
	return true;
}

void
slot_continue(struct slot *slot)
{
	int64_t rested = slot->paused ? clock_boot() - slot->paused : 0;

	if (!slot->paused)
		return;
	slot->paused = 0;
	slot->soft += rested;
	slot->hard += rested;
	proc_signal(slot->pid, SIGCONT);
}
