/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/samples.h"
#include "format/base/clock.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SAMPLE_HZ_MIN 99
#define SAMPLE_HZ_MAX 999

/* Two samples per threshold, so that a poll just over it is sampled twice. */
static uint32_t wanted_hz(uint64_t threshold_ns, uint32_t profile_hz)
{
	uint64_t hz = 2 * NS_PER_S / threshold_ns;

	if (hz < SAMPLE_HZ_MIN)
		hz = SAMPLE_HZ_MIN;
	if (hz > SAMPLE_HZ_MAX)
		hz = SAMPLE_HZ_MAX;
	return hz < profile_hz ? profile_hz : (uint32_t)hz;
}

/* CPUs of nohz_full have no tick while one task runs. No such CPUs: an empty file, or "(null)". */
static bool has_tickless_cpus(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/nohz_full", "re");
	int first = file ? fgetc(file) : EOF;

	if (file)
		fclose(file);
	return first >= '0' && first <= '9';
}

/* CONFIG_HZ: the coarse clock moves once a tick. 0: not known. */
static uint32_t tick_hz(void)
{
	struct timespec tick;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) || tick.tv_sec || tick.tv_nsec <= 0)
		return 0;
	return (uint32_t)((NS_PER_S + (uint64_t)tick.tv_nsec / 2) / (uint64_t)tick.tv_nsec);
}

/* Every how many samples one is of the CPU profile, to come near the rate asked for. */
static uint32_t samples_per_profile_sample(uint32_t hz, uint32_t profile_hz)
{
	return (hz + profile_hz / 2) / profile_hz;
}

/*
 * 1.25 samples per threshold are enough here: a poll that a tick met is sampled again when it
 * reaches the threshold (bpf/alarm.bpf.h).
 */
struct sample_rate sample_rate_of_ticks(uint64_t threshold_ns, uint32_t profile_hz)
{
	uint32_t wanted = wanted_hz(threshold_ns, profile_hz), ticks = tick_hz();
	struct sample_rate rate = {.ticks_per_sample = ticks > wanted ? ticks / wanted : 1};

	if (ticks < profile_hz || 4 * ticks * threshold_ns < 5 * NS_PER_S || has_tickless_cpus())
		return rate;
	rate.hz = ticks / rate.ticks_per_sample;
	rate.samples_per_profile_sample = samples_per_profile_sample(rate.hz, profile_hz);
	return rate;
}

struct sample_rate sample_rate_of_timers(uint64_t threshold_ns, uint32_t profile_hz)
{
	uint32_t hz = wanted_hz(threshold_ns, profile_hz);

	return (struct sample_rate) {
		.hz = hz, .samples_per_profile_sample = samples_per_profile_sample(hz, profile_hz)};
}

/*
 * Such a kernel's verifier refuses bpf_timer, with which polls below the threshold are observed
 * between ticks (bpf/alarm.bpf.h).
 */
static bool is_realtime_kernel(void)
{
	struct utsname kernel;

	return !uname(&kernel) && strstr(kernel.version, "PREEMPT_RT");
}

/*
 * tick_sched_timer() until Linux 6.8, then tick_nohz_handler() (kernel/time/tick-sched.c), a name
 * that another function had before. Without high-resolution timers the tick calls neither.
 */
uint64_t sample_tick_function(struct kernel_symbols *kernel)
{
	static const char *const names[] = {"tick_sched_timer", "tick_nohz_handler", NULL};
	struct timespec resolution;

	if (clock_getres(CLOCK_MONOTONIC, &resolution) || resolution.tv_nsec != 1 ||
	    is_realtime_kernel())
		return 0;
	return kernel_symbols_address(kernel, names);
}

int sample_timers_attach(struct sample_timers *t, const struct bpf_program *sample, int cpus,
			 uint32_t hz)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000000u / hz,
	};
	int attached = 0;

	t->link = calloc((size_t)cpus, sizeof(*t->link));
	if (!t->link)
		return -ENOMEM;
	t->cpus = cpus;
	for (int cpu = 0; cpu < cpus; cpu++) {
		/*
		 * Per CPU, never per task: those are re-armed at every switch (2.6 times the cost).
		 */
		int fd =
			(int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

		if (fd < 0 && errno == ENODEV)
			continue; /* offline */
		if (fd < 0)
			return -errno;
		t->link[cpu] = bpf_program__attach_perf_event(sample, fd);
		if (!t->link[cpu]) {
			int error = -errno;

			close(fd);
			return error;
		}
		attached++;
	}
	return attached ? 0 : -ENODEV;
}

void sample_timers_detach(struct sample_timers *t)
{
	for (int cpu = 0; cpu < t->cpus; cpu++)
		bpf_link__destroy(t->link[cpu]);
	free(t->link);
	*t = (struct sample_timers) {0};
}
