/* SPDX-License-Identifier: MIT */
/*
 * pressure: how busy this host is, and how much of it is ours.
 *
 * root is "" or a folder that holds proc/ and sys/ (for tests). What a kernel does not tell is -1.
 */
#ifndef EXEC_PRESSURE_H
#define EXEC_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

struct pressure {
	double load;            /* runnable and blocked processes, mean of a minute */
	int64_t free_memory;    /* bytes that can be used without swapping */
	double cpu, memory, io; /* percent of the last 10 s in which some process waited for it */
};

/* Look now. The pressures need CONFIG_PSI (kernel 4.20; on some distributions psi=1). */
void pressure_read(struct pressure *out, const char *root);

/* Bytes a new process can use: MemAvailable (proc(5)), or less in a control group with a limit. -1:
 * not known. */
int64_t host_free_memory(const char *root);

/* Processors that we may use, at least 1: what a batch system allotted to the job on this host
 * (SLURM_CPUS_PER_TASK, SLURM_CPUS_ON_NODE, NSLOTS, PBS_NP; *allotted is true), else those of our
 * affinity mask, or less in a control group with a quota. */
int host_cpus(const char *root, bool *allotted);

/* GPUs that we may use: those in CUDA_VISIBLE_DEVICES, else those that the NVIDIA driver has. */
int host_gpus(const char *root);

/* What CUDA_VISIBLE_DEVICES of a child has to be so that it sees only GPU number `index` of ours.
 * The caller frees. */
char *host_gpu_name(int index);

#endif
