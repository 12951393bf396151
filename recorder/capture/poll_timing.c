/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/poll_timing.h"
#include "format/base/clock.h"
#include "format/wire/events.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define COMMAND_SITES 4096       /* room for a program that does not run yet */
#define SUM_NS NS_PER_S          /* how often the numbers of tasks are written */
#define WRITE_NS (10 * NS_PER_S) /* so much of the histograms a kill can lose */

struct count {
	uint32_t sites;
};

static void sites_add(void *context, pid_t pid, const struct plan *plan)
{
	struct count *c = context;

	(void)pid;
	if (plan->identity || plan->thread_block) /* which may still be learned */
		c->sites += (uint32_t)plan->poll_sites;
}

uint32_t poll_timing_sites(const struct process_table *processes, bool command)
{
	struct count c = {0};

	process_table_executables(processes, false, sites_add, &c);
	return c.sites ? c.sites : command ? COMMAND_SITES : 0;
}

static uint32_t seen_flags(const struct poll_probes_state *s)
{
	return !s->following ? 0
			     : (s->seen[PROBE_SPAWN] ? HUD_PROBES_SPAWNS : 0) |
				       (s->seen[PROBE_WAKE] ? HUD_PROBES_WAKES : 0) |
				       (s->seen[PROBE_END] ? HUD_PROBES_ENDS : 0);
}

static void state_write(struct poll_timing *t, uint64_t now_ns)
{
	struct poll_probes_state s = poll_probes_state(t->probes);
	struct hud_probes wire = {
		.head = HUD_RECORD_HEAD(HUD_PROBES, wire),
		/* Attaching takes a while, in which polls begin unseen. */
		.time_ns = s.attached ? clock_ns(CLOCK_MONOTONIC) : now_ns,
		.probes_flags = (s.attached ? HUD_PROBES_ATTACHED : 0) |
				(s.given_up ? HUD_PROBES_GIVEN_UP : 0) | seen_flags(&s),
		.sites = s.sites,
		.costly_sites = s.costly,
		.probe_cost_ns = s.probe_cost_ns,
		.cost_permille = s.percent < 1e6 ? (uint32_t)(10 * s.percent + 0.5) : 10000000,
	};

	capture_writer_event(t->transcript->writer, &wire.head);
}

struct addition {
	struct poll_timing *timing;
	uint32_t added;
};

static void process_add(void *context, pid_t pid, const struct plan *plan)
{
	struct addition *a = context;
	int fd = plan->identity ? process_table_executable_open(a->timing->processes, pid) : -1;

	if (fd >= 0 && !poll_probes_add(a->timing->probes, fd, plan, a->timing->force))
		a->added++;
}

/* Probes processes whose plan has arrived since the last call. */
static void processes_take(struct poll_timing *t, uint64_t now_ns)
{
	struct addition a = {.timing = t};
	int error;

	process_table_executables(t->processes, true, process_add, &a);
	if (!a.added)
		return;
	error = poll_probes_attach(t->probes);
	if (error)
		fprintf(stderr,
			"hud-record: cannot probe the functions that poll tasks: %s\n"
			"  recording goes on without exact poll times\n",
			strerror(-error));
	else
		t->attached = true;
	state_write(t, now_ns);
}

void poll_timing_open(struct poll_timing *t, uint64_t now_ns)
{
	struct poll_probes_options probes = {
		.multi = bpf_session_features(t->bpf).uprobe_multi,
		.max_percent = t->max_percent,
	};
	struct poll_probes_state s;
	int error = 0;

	bpf_session_probes(t->bpf, &probes.programs, &t->maps);
	if (probes.programs.of[PROBE_POLL])
		error = poll_probes_open(&probes, &t->probes);
	if (error) {
		fprintf(stderr,
			"hud-record: the kernel refused a uprobe: %s\n"
			"  recording goes on without exact poll times\n",
			strerror(-error));
		return;
	}
	if (t->probes)
		processes_take(t, now_ns);
	if (t->attached || t->command)
		return;
	s = t->probes ? poll_probes_state(t->probes) : (struct poll_probes_state) {0};
	if (s.costly)
		fprintf(stderr,
			"hud-record: --polls: all %u poll sites begin with an instruction that is "
			"costly to probe (some 10 us a poll)\n"
			"  debug builds have no others; --force probes them nevertheless; "
			"recording goes on without exact poll times\n",
			s.costly);
	else if (!s.sites && !poll_timing_sites(t->processes, false))
		fputs("hud-record: --polls: no poll site is known in the executables of the "
		      "targets; recording goes on without exact poll times\n"
		      "  those of libraries, such as addons of node, are not timed; hud-analyze "
		      "plan BINARY shows what was found\n",
		      stderr);
}

struct writing {
	struct transcript *transcript;
	uint64_t now_ns;
};

static void histogram_write(void *context, const struct poll_site *site,
			    const struct poll_histogram *histogram)
{
	struct writing *w = context;

	transcript_histogram(w->transcript, site, histogram, w->now_ns);
}

static void histograms_write(struct poll_timing *t, uint64_t now_ns)
{
	struct writing w = {.transcript = t->transcript, .now_ns = now_ns};

	poll_maps_histograms(&t->maps, histogram_write, &w);
	t->written_ns = now_ns;
}

static void task_sum_write(void *context, const struct poll_site *site, const struct task_sum *sum)
{
	struct writing *w = context;

	transcript_task_sum(w->transcript, site, sum, w->now_ns);
}

/* How many tasks of each type there are, as time goes on; and what those did that have ended. */
static void task_sums_write(struct poll_timing *t, uint64_t now_ns)
{
	struct writing w = {.transcript = t->transcript, .now_ns = now_ns};

	poll_maps_task_sums(&t->maps, task_sum_write, &w);
	t->summed_ns = now_ns;
}

static void life_write(void *context, uint32_t tgid, const struct task_life *life)
{
	struct writing *w = context;

	transcript_task_goes_on(w->transcript, tgid, life, w->now_ns);
}

/* The tasks that have not ended, up to now or to when they were last followed. */
static void lives_write(struct poll_timing *t, uint64_t now_ns)
{
	bool following = poll_probes_state(t->probes).following;
	struct writing w = {t->transcript, following ? now_ns : t->followed_ns};

	poll_maps_lives(&t->maps, life_write, &w);
}

static void cpu_add(void *context, pid_t pid, const struct plan *plan)
{
	uint64_t *sum_ns = context;
	struct timespec cpu;
	clockid_t clock;

	if (plan->identity && !clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &cpu))
		*sum_ns += timespec_ns(&cpu);
}

void poll_timing_tick(struct poll_timing *t, uint64_t now_ns)
{
	uint64_t cpu_ns = 0, entries;

	if (!t->probes)
		return;
	processes_take(t, now_ns);
	if (!t->attached)
		return;
	process_table_executables(t->processes, false, cpu_add, &cpu_ns);
	if (poll_maps_entries(&t->maps, &entries) &&
	    poll_probes_govern(t->probes, entries, cpu_ns, now_ns)) {
		state_write(t, now_ns);
		if (poll_probes_state(t->probes).following) {
			t->followed_ns = 0;
		} else if (!t->followed_ns) {
			t->followed_ns = now_ns;
			task_sums_write(t, now_ns);
		}
	}
	if (!t->followed_ns && now_ns - t->summed_ns >= SUM_NS)
		task_sums_write(t, now_ns);
	if (now_ns - t->written_ns >= WRITE_NS)
		histograms_write(t, now_ns);
}

void poll_timing_finish(struct poll_timing *t, uint64_t now_ns)
{
	struct poll_probes_state s;

	if (!t->attached)
		return;
	histograms_write(t, now_ns);
	if (!t->followed_ns)
		task_sums_write(t, now_ns);
	lives_write(t, now_ns);
	s = poll_probes_state(t->probes);
	state_write(t, now_ns);
	if (!s.following && t->followed_ns)
		fprintf(stderr,
			"hud-record: tasks were followed for a part of the time only: it would "
			"have cost more than %.0f%% of the targets' CPU time\n"
			"  raise --max-overhead to follow them all the time\n",
			t->max_percent);
	if (s.error)
		fprintf(stderr,
			"hud-record: exact poll times were given up: the probes could not be "
			"attached again: %s\n",
			strerror(-s.error));
	else if (s.given_up)
		fprintf(stderr,
			"hud-record: exact poll times were given up: the probes cost %.0f%% of the "
			"targets' CPU time\n"
			"  raise --max-overhead to keep them\n",
			s.percent);
}

void poll_timing_close(struct poll_timing *t)
{
	poll_probes_close(t->probes);
	t->probes = NULL;
}
