/* SPDX-License-Identifier: MIT */
/* pressure: what the host tells, in whichever version, and what it does not tell. */
#include "exec/pressure.h"

#include <stdlib.h>

#include "exec/procfile.h"
#include "fixture.h"
#include "tap.h"

#define MIB ((int64_t)1 << 20)
#define NEAR(x, y) ((x) > (y)-1e-9 && (x) < (y) + 1e-9)

static const char *const variables[] = { "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NSLOTS",
	"PBS_NP", "CUDA_VISIBLE_DEVICES" };

static void
test_number(void)
{
	static const char text[] = "Rss:     5044 kB\nPss:\t 77 kB\noom_kill 3\nbad x\n12 34";

	is_int(procfile_number_in(text, "Rss:"), 5044, "the first line");
	is_int(procfile_number_in(text, "Pss:"), 77, "another");
	is_int(procfile_number_in(text, "oom_kill "), 3, "one without a colon");
	is_int(procfile_number_in(text, "12 "), 34, "the last");
	is_int(procfile_number_in(text, "oom"), -1, "part of a name");
	is_int(procfile_number_in(text, "bad "), -1, "not a number");
	is_int(procfile_number_in(text, "Swap:"), -1, "not there");
	is_int(procfile_number_in("", "Swap:"), -1, "nothing there");
	is_int(procfile_number_in("9\n", ""), 9, "no name: the first line");
	is_int(procfile_number_in("max 100000\n", ""), -1, "no limit");
	is_int(procfile_number("/no/such/file", ""), -1, "no file");
}

static void
test_pressure(const char *root)
{
	struct pressure p;

	pressure_read(&p, root);
	ok(p.load < 0 && p.free_memory < 0 && p.cpu < 0 && p.memory < 0 && p.io < 0,
	    "a host that tells nothing");
	fixture_put(root, "proc/loadavg", "1.25 0.38 0.51 2/78 7047\n");
	fixture_put(root, "proc/meminfo", "MemTotal: 900 kB\nMemAvailable:    2048 kB\n");
	fixture_put(root, "proc/pressure/cpu", "some avg10=12.60 avg60=5.02 avg300=1 total=2\n");
	fixture_put(root, "proc/pressure/memory",
	    "some avg10=0.50 avg60=0.05 avg300=0 total=9\nfull avg10=0.40 avg60=0 avg300=0 "
	    "total=9\n");
	pressure_read(&p, root);
	ok(NEAR(p.load, 1.25), "load");
	is_int(p.free_memory, 2 * MIB, "free memory");
	ok(NEAR(p.cpu, 12.6), "processor");
	ok(NEAR(p.memory, 0.5), "memory");
	ok(p.io < 0, "what this kernel does not tell");
	fixture_put(root, "proc/loadavg", "high\n");
	pressure_read(&p, root);
	ok(p.load < 0, "what is no number");
}

static void
test_memory(const char *root)
{
	fixture_put(root, "proc/meminfo", "MemAvailable: 4096000 kB\n");
	is_int(host_free_memory(root), 4000 * MIB, "no group");
	fixture_put(root, "proc/self/cgroup", "5:cpu,memory:/job\n1:name=systemd:/\n");
	fixture_put(root, "sys/fs/cgroup/memory/job/memory.limit_in_bytes", "104857600\n");
	fixture_put(root, "sys/fs/cgroup/memory/job/memory.usage_in_bytes", "73400320\n");
	is_int(host_free_memory(root), 30 * MIB, "a limit of version 1");
	fixture_put(root, "sys/fs/cgroup/memory/job/memory.stat",
	    "inactive_file 1\ntotal_inactive_file 20971520\n");
	is_int(host_free_memory(root), 50 * MIB, "cached files make room");
	fixture_put(root, "proc/self/cgroup", "5:cpu,memory:/job\n0::/a/b\n");
	fixture_put(root, "sys/fs/cgroup/a/b/memory.max", "max\n");
	fixture_put(root, "sys/fs/cgroup/a/b/memory.current", "1000\n");
	is_int(host_free_memory(root), 4000 * MIB, "version 2 without a limit");
	fixture_put(root, "sys/fs/cgroup/a/memory.max", "1073741824\n");
	fixture_put(root, "sys/fs/cgroup/a/memory.current", "1073741000\n");
	fixture_put(root, "sys/fs/cgroup/a/memory.stat", "inactive_file 4194304\n");
	is_int(host_free_memory(root), 4 * MIB + 824, "one above us");
	fixture_put(root, "sys/fs/cgroup/a/memory.current", "2073741824\n");
	is_int(host_free_memory(root), 0, "more than its limit");
	fixture_put(root, "proc/self/cgroup", "0::/docker/1234\n");
	fixture_put(root, "sys/fs/cgroup/memory.max", "8388608\n");
	fixture_put(root, "sys/fs/cgroup/memory.current", "0\n");
	is_int(host_free_memory(root), 8 * MIB, "a container that sees the path of the host");
	ok(host_free_memory("") > 0, "here");
}

static void
test_cpus(const char *root)
{
	bool allotted;
	int all = host_cpus("/nonexistent", &allotted);

	ok(all >= 1 && !allotted, "here: %d", all);
	fixture_put(root, "proc/self/cgroup", "4:cpuacct,cpu:/j\n");
	fixture_put(root, "sys/fs/cgroup/cpu/j/cpu.cfs_quota_us", "-1\n");
	fixture_put(root, "sys/fs/cgroup/cpu/j/cpu.cfs_period_us", "100000\n");
	is_int(host_cpus(root, &allotted), all, "no quota");
	fixture_put(root, "sys/fs/cgroup/cpu/j/cpu.cfs_quota_us", "50000\n");
	is_int(host_cpus(root, &allotted), 1, "half a processor");
	fixture_put(root, "proc/self/cgroup", "0::/s/t\n");
	fixture_put(root, "sys/fs/cgroup/s/t/cgroup.procs", "1\n");
	fixture_put(root, "sys/fs/cgroup/s/cpu.max", "max 100000\n");
	is_int(host_cpus(root, &allotted), all, "version 2 without a quota");
	fixture_put(root, "sys/fs/cgroup/s/cpu.max", "100000 100000\n");
	is_int(host_cpus(root, &allotted), 1, "one above us has one");
	setenv("PBS_NP", "7", 1);
	is_int(host_cpus(root, &allotted), 7, "what the batch system says counts");
	ok(allotted, "and is known to be allotted");
	setenv("SLURM_CPUS_ON_NODE", "12", 1);
	is_int(host_cpus(root, &allotted), 12, "Slurm");
	setenv("SLURM_CPUS_PER_TASK", "many", 1);
	is_int(host_cpus(root, &allotted), 12, "nonsense is passed over");
}

static void
test_gpus(const char *root)
{
	static const struct {
		const char *list;
		int count;
		const char *second;
	} vectors[] = {
		{ "", 0, "1" },
		{ "-1", 0, "1" },
		{ "NoDevFiles", 0, "1" },
		{ "0", 1, "1" },
		{ "2,5", 2, "5" },
		{ "2, 5 ,7", 3, "5" },
		{ "GPU-8932f937-d72c,GPU-46a", 2, "GPU-46a" },
		{ "1,-1,2", 1, "1" },
	};

	is_int(host_gpus(root), 0, "no driver");
	fixture_put(root, "proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: T4\n");
	fixture_put(root, "proc/driver/nvidia/gpus/0000:02:00.0/information", "Model: T4\n");
	is_int(host_gpus(root), 2, "two that the driver has");
	for (size_t i = 0; i < COUNT(vectors); i++) {
		char *name;

		setenv("CUDA_VISIBLE_DEVICES", vectors[i].list, 1);
		is_int(host_gpus(root), vectors[i].count, "GPUs '%s'", vectors[i].list);
		name = host_gpu_name(1);
		is_str(name, vectors[i].second, "the second of '%s'", vectors[i].list);
		free(name);
	}
}

int
main(void)
{
	char *root = fixture_root();

	for (size_t i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	test_number();
	test_pressure(root);
	test_memory(root);
	test_cpus(root);
	test_gpus(root);
	fixture_free(root);
	return done_testing();
}
