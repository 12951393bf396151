/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/session.h"
#include "bpf/hud.skel.h"
#include "format/base/clock.h"
#include "recorder/kernel/poll_probes.h"
#include "recorder/target/procfs.h"
#include "recorder/target/set.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIVES_MAX 65536       /* tasks that are followed at once: 12 MiB, with --polls only */
#define MMAP_PAGES_PER_CPU 16 /* 64 KiB: some 400 mappings between two drains */

struct walk_link {
	pid_t pid;
	struct bpf_link *link;
};

struct bpf_session {
	struct bpf_session_options options;
	struct bpf_session_features features;
	struct hud_bpf *programs;
	struct ring_buffer *events;
	struct perf_buffer *mmaps;
	struct sample_timers samples;
	int cpus;
	struct walk_link walk[TARGETS_MAX];
	size_t walks;
	struct unwind_store unwind;
	struct identity_store identities;
	int statistics; /* descriptor, open while run times are measured; else -1 */
	uint64_t measured_from_ns;
	uint64_t measured_ns;
};

static int libbpf_print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static int libbpf_quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

/* How many arguments the tracepoint has, its context pointer not counted; -1: there is none. */
static int tracepoint_arguments(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	const struct btf_type *type;

	if (id < 0)
		return -1;
	type = btf__type_by_id(btf, btf__type_by_id(btf, (__u32)id)->type);
	if (!btf_is_ptr(type))
		return -1;
	type = btf__type_by_id(btf, type->type);
	return btf_is_func_proto(type) ? btf_vlen(type) - 1 : -1;
}

/* Offset of a variable in the kernel's per-CPU section, bytes; -1: its BTF does not have it. */
static int64_t per_cpu_offset(const struct btf *btf, const char *name)
{
	int section = btf__find_by_name_kind(btf, ".data..percpu", BTF_KIND_DATASEC);
	const struct btf_var_secinfo *variable;
	const struct btf_type *all, *one;

	if (section <= 0)
		return -1;
	all = btf__type_by_id(btf, (__u32)section);
	variable = btf_var_secinfos(all);
	for (int i = 0; i < btf_vlen(all); i++) {
		one = btf__type_by_id(btf, variable[i].type);
		if (!strcmp(btf__name_by_offset(btf, one->name_off), name))
			return variable[i].offset;
	}
	return -1;
}

/* From a CPU's run queue to its __irq_regs (lib/irq_regs.c), bytes. 0: not known. */
static int64_t irq_regs_distance(const struct btf *btf)
{
	int64_t from = per_cpu_offset(btf, "runqueues"), to = per_cpu_offset(btf, "__irq_regs");

	return from < 0 || to < 0 ? 0 : to - from;
}

/*
 * Samples at the scheduler's ticks where they are frequent enough and their function is known, else
 * by timers. Only the program for one of the two is loaded.
 */
static void samples_choose(struct bpf_session *s)
{
	struct hud_bpf *p = s->programs;
	struct sample_rate *rate = &s->features.sample;

	*rate = sample_rate_of_ticks(s->options.threshold_ns, s->options.profile_hz);
	if (rate->hz && s->options.kernel)
		p->rodata->tick_function = sample_tick_function(s->options.kernel);
	if (!p->rodata->tick_function)
		*rate = sample_rate_of_timers(s->options.threshold_ns, s->options.profile_hz);
	p->rodata->samples_per_profile_sample = rate->samples_per_profile_sample;
	p->rodata->ticks_per_sample = rate->ticks_per_sample;
	p->rodata->sample_period_ns = NS_PER_S / rate->hz;
	bpf_program__set_autoload(p->progs.tick, rate->ticks_per_sample > 0);
	bpf_program__set_autoload(p->progs.sample, !rate->ticks_per_sample);
}

/* Programs for uprobes are attached to functions of the targets, once these are known. */
static void probes_choose(struct bpf_session *s)
{
	struct hud_bpf *p = s->programs;
	struct bpf_program *const programs[] = {p->progs.poll_entry, p->progs.task_spawned,
						p->progs.task_bound, p->progs.task_scheduled,
						p->progs.task_woken, p->progs.task_ended};

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		bpf_program__set_autoattach(programs[i], false);
		bpf_program__set_autoload(programs[i], s->options.poll_sites > 0);
		if (s->features.uprobe_multi)
			bpf_program__set_expected_attach_type(programs[i], ATTACH_UPROBE_MULTI);
	}
}

/* Selects the programs that this kernel can run. */
static void programs_choose(struct bpf_session *s, const struct btf *btf,
			    const char **finish_switch)
{
	bool state_argument = tracepoint_arguments(btf, "btf_trace_sched_switch") >= 4;   /* 5.18 */
	bool exit_tracepoint = tracepoint_arguments(btf, "btf_trace_sched_exit_tp") >= 0; /* 6.15 */
	bool user_copy = btf__find_by_name_kind(btf, "bpf_copy_from_user_task", BTF_KIND_FUNC) >
			 0; /* 5.18 */
	struct hud_bpf *p = s->programs;

	*finish_switch = NULL;
	if (!exit_tracepoint && s->options.kernel)
		*finish_switch = kernel_symbols_full_name(s->options.kernel, "finish_task_switch");
	bpf_program__set_autoload(p->progs.sched_switch, state_argument);
	bpf_program__set_autoload(p->progs.sched_switch_old, !state_argument);
	bpf_program__set_autoload(p->progs.sched_exit, exit_tracepoint);
	bpf_program__set_autoload(p->progs.finish_switch, *finish_switch != NULL);
	bpf_program__set_autoattach(p->progs.finish_switch, false);
	bpf_program__set_autoattach(p->progs.walk, false);
	bpf_program__set_autoattach(p->progs.sample, false);
	if (!user_copy)
		bpf_program__set_flags(p->progs.walk, 0); /* not sleepable then */
	s->features.stack_at_switch_in = exit_tracepoint || *finish_switch;
	s->features.uprobe_multi =
		btf__find_by_name_kind(btf, "bpf_uprobe_multi_link", BTF_KIND_STRUCT) > 0; /* 6.6 */
	probes_choose(s);
	s->features.own_walk =
		btf__find_by_name_kind(btf, "bpf_loop", BTF_KIND_FUNC) > 0; /* 5.17 */
	s->features.sleeper_stacks = user_copy && s->features.own_walk;
	p->rodata->irq_regs_distance = irq_regs_distance(btf);
}

static void programs_configure(struct bpf_session *s)
{
	struct hud_bpf *p = s->programs;

	p->rodata->threshold_ns = s->options.threshold_ns;
	p->rodata->watch_ns = s->options.threshold_ns / 8;
	p->rodata->window_ns = s->options.window_ns;
	p->rodata->sleeper_stacks = s->features.sleeper_stacks;
	p->rodata->own_walk = s->features.own_walk;
	if (s->options.poll_sites) {
		bpf_map__set_max_entries(p->maps.histograms, s->options.poll_sites);
		bpf_map__set_max_entries(p->maps.task_sums, s->options.poll_sites);
		bpf_map__set_max_entries(p->maps.lives, LIVES_MAX);
	}
	bpf_map__set_max_entries(p->maps.alarms, (__u32)s->cpus);
	bpf_map__set_max_entries(p->maps.pages, s->options.unwind.pages);
	bpf_map__set_max_entries(p->maps.shards, s->options.unwind.shards);
	bpf_map__set_max_entries(p->maps.rules, s->options.unwind.rules);
	bpf_map__set_max_entries(p->maps.ranges, s->options.unwind.spaces * 2 * UNWIND_RANGES_MAX);
}

static void stores_begin(struct bpf_session *s)
{
	struct hud_bpf *p = s->programs;

	s->unwind = (struct unwind_store) {
		.objects = bpf_map__fd(p->maps.objects),
		.pages = bpf_map__fd(p->maps.pages),
		.shards = bpf_map__fd(p->maps.shards),
		.rules = bpf_map__fd(p->maps.rules),
		.ranges = bpf_map__fd(p->maps.ranges),
		.spaces = bpf_map__fd(p->maps.spaces),
		.size = s->options.unwind,
	};
	s->identities = (struct identity_store) {
		.identities = bpf_map__fd(p->maps.identities),
		.identities_of = bpf_map__fd(p->maps.identities_of),
		.version = &p->data->identity_version,
		.contradictions = (const uint64_t *)p->bss->contradictions,
	};
}

struct unwind_store *bpf_session_unwind(struct bpf_session *s)
{
	return &s->unwind;
}

struct identity_store *bpf_session_identities(struct bpf_session *s)
{
	return &s->identities;
}

void bpf_session_probes(const struct bpf_session *s, struct poll_programs *programs,
			struct poll_maps *maps)
{
	struct hud_bpf *p = s->programs;

	*maps = (struct poll_maps) {0};
	*programs = (struct poll_programs) {0};
	if (!s->options.poll_sites)
		return;
	*programs = (struct poll_programs) {
		.of = {[PROBE_POLL] = p->progs.poll_entry,
		       [PROBE_SPAWN] = p->progs.task_spawned,
		       [PROBE_BIND] = p->progs.task_bound,
		       [PROBE_SCHEDULE] = p->progs.task_scheduled,
		       [PROBE_WAKE] = p->progs.task_woken,
		       [PROBE_END] = p->progs.task_ended},
		.probing = &p->bss->probing,
		.following = &p->bss->following,
	};
	*maps = (struct poll_maps) {
		.entries = bpf_map__fd(p->maps.poll_entries),
		.histograms = bpf_map__fd(p->maps.histograms),
		.task_sums = bpf_map__fd(p->maps.task_sums),
		.lives = bpf_map__fd(p->maps.lives),
		.cpus = s->cpus,
	};
}

static enum bpf_perf_event_ret mmap_record(void *context, int cpu, struct perf_event_header *record)
{
	struct bpf_session *s = context;

	(void)cpu;
	if (record->type == PERF_RECORD_MMAP2) {
		s->options.on_mmap(s->options.context, record);
	} else if (record->type == PERF_RECORD_LOST) {
		uint64_t lost[2]; /* id, lost: after the header, see perf_event.h */

		memcpy(lost, record + 1, sizeof(lost));
		s->options.on_mmap_lost(s->options.context, lost[1]);
	}
	return LIBBPF_PERF_EVENT_CONT;
}

/* New executable mappings, with the build-id that the kernel reads (Linux 5.12 and later). */
static int mmaps_attach(struct bpf_session *s)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.build_id = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
		.wakeup_watermark = 1u << 30, /* never wakes: it is drained periodically */
	};

	s->mmaps = perf_buffer__new_raw(bpf_map__fd(s->programs->maps.mmap_events),
					MMAP_PAGES_PER_CPU, &attr, mmap_record, s, NULL);
	return s->mmaps ? 0 : -errno;
}

static int ring_event(void *context, void *data, size_t bytes)
{
	struct bpf_session *s = context;

	if (bytes >= sizeof(struct event))
		s->options.on_event(s->options.context, data, bytes);
	return 0;
}

static enum exit_code refused(const char *what, int error)
{
	fprintf(stderr, "hud-record: the kernel refused to %s: %s\n", what, strerror(-error));
	if (error == -EPERM)
		fputs("  privileges are missing (run with sudo), or the kernel is locked down "
		      "(lockdown=confidentiality)\n",
		      stderr);
	else
		fputs("  run again with -v to see the messages of the kernel\n", stderr);
	return EXIT_FAILED;
}

static enum exit_code programs_load(struct bpf_session *s, const char **finish_switch)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int error;

	if (!btf)
		return refused("show its BTF", -errno);
	s->programs = hud_bpf__open();
	if (!s->programs) {
		btf__free(btf);
		return refused("open the BPF object", -errno);
	}
	programs_choose(s, btf, finish_switch);
	samples_choose(s);
	programs_configure(s);
	btf__free(btf);
	error = hud_bpf__load(s->programs);
	if (error)
		return refused("load the BPF programs", error);
	stores_begin(s);
	return EXIT_RECORDED;
}

static enum exit_code programs_attach(struct bpf_session *s, const char *finish_switch)
{
	struct hud_bpf *p = s->programs;
	int error = hud_bpf__attach(p);

	if (error)
		return refused("attach to the scheduler", error);
	if (finish_switch) {
		p->links.finish_switch =
			bpf_program__attach_kprobe(p->progs.finish_switch, false, finish_switch);
		if (!p->links.finish_switch) {
			fprintf(stderr, "hud-record: cannot attach to %s: %s\n", finish_switch,
				strerror(errno));
			s->features.stack_at_switch_in = false;
		}
	}
	if (!s->features.sample.ticks_per_sample)
		error = sample_timers_attach(&s->samples, p->progs.sample, s->cpus,
					     s->features.sample.hz);
	if (error)
		return refused("open the sampler", error);
	s->features.mmap_events = !mmaps_attach(s);
	s->events = ring_buffer__new(bpf_map__fd(p->maps.ring), ring_event, s, NULL);
	if (!s->events)
		return refused("map the ring buffer", -errno);
	p->bss->stack_at_switch_in = s->features.stack_at_switch_in;
	return EXIT_RECORDED;
}

enum exit_code bpf_session_open(const struct bpf_session_options *options, struct bpf_session **out)
{
	struct bpf_session *s = calloc(1, sizeof(*s));
	const char *finish_switch = NULL;
	enum exit_code code;

	*out = NULL;
	if (!s) {
		fprintf(stderr, "hud-record: cannot begin: %s\n", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	s->options = *options;
	s->statistics = -1;
	libbpf_set_print(options->verbose ? libbpf_print : libbpf_quiet);
	s->cpus = libbpf_num_possible_cpus();
	if (s->cpus < 1) {
		int error = s->cpus < 0 ? s->cpus : -EINVAL;

		free(s);
		return refused("count its CPUs", error);
	}
	code = programs_load(s, &finish_switch);
	if (code == EXIT_RECORDED)
		code = programs_attach(s, finish_switch);
	if (code != EXIT_RECORDED) {
		bpf_session_close(s);
		return code;
	}
	*out = s;
	return EXIT_RECORDED;
}

struct bpf_session_features bpf_session_features(const struct bpf_session *s)
{
	return s->features;
}

/* Runs the walk program once for a target, by reading the iterator's file to its end. */
static int walk_run(struct bpf_session *s, const struct walk_link *walk)
{
	int fd = bpf_iter_create(bpf_link__fd(walk->link));
	char nothing[64];
	ssize_t got;

	s->programs->bss->walk_process = (__u32)walk->pid;
	s->programs->bss->walk_asks = proc_sees_fuse(walk->pid);
	if (fd < 0)
		return -errno;
	do
		got = read(fd, nothing, sizeof(nothing));
	while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
	got = got < 0 ? -errno : 0;
	close(fd);
	return (int)got;
}

static int walk_attach(struct bpf_session *s, pid_t pid)
{
	union bpf_iter_link_info info = {.task = {.pid = (__u32)pid}};
	LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info,
		    .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(s->programs->progs.walk, &options);

	if (!link) /* before 6.1 an iterator covers all tasks of the machine */
		link = bpf_program__attach_iter(s->programs->progs.walk, NULL);
	if (!link)
		return -errno;
	s->walk[s->walks++] = (struct walk_link) {pid, link};
	return 0;
}

int bpf_session_watch(struct bpf_session *s, pid_t pid)
{
	__u32 key = (__u32)pid, value = 1;
	int error;

	if (s->walks == TARGETS_MAX)
		return -E2BIG;
	if (bpf_map__update_elem(s->programs->maps.targets, &key, sizeof(key), &value,
				 sizeof(value), BPF_ANY))
		return -errno;
	error = walk_attach(s, pid);
	if (error)
		return error;
	s->programs->bss->walk_mode = WALK_ATTACH;
	return walk_run(s, &s->walk[s->walks - 1]);
}

int bpf_session_drain(struct bpf_session *s)
{
	int error;

	if (s->mmaps) {
		error = perf_buffer__consume(s->mmaps);
		if (error < 0)
			return error;
	}
	error = ring_buffer__consume(s->events);
	return error < 0 ? error : 0;
}

int bpf_session_walk(struct bpf_session *s, bool final)
{
	s->programs->bss->walk_mode = final ? WALK_FINAL : WALK_OPEN;
	for (size_t i = 0; i < s->walks; i++) {
		int error = walk_run(s, &s->walk[i]);

		if (error)
			return error;
	}
	return 0;
}

void bpf_session_losses(const struct bpf_session *s, uint64_t count[COUNT_LOSSES])
{
	size_t cpus = (size_t)s->cpus;
	uint64_t *each = calloc(cpus, sizeof(*each));

	for (__u32 key = 0; key < COUNT_LOSSES; key++) {
		count[key] = 0;
		if (!each || bpf_map__lookup_elem(s->programs->maps.losses, &key, sizeof(key), each,
						  cpus * sizeof(*each), 0))
			continue;
		for (size_t cpu = 0; cpu < cpus; cpu++)
			count[key] += each[cpu];
	}
	free(each);
}

void bpf_session_measure(struct bpf_session *s, bool on)
{
	if (on && s->statistics < 0) {
		s->statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
		s->measured_from_ns = clock_ns(CLOCK_MONOTONIC);
	} else if (!on && s->statistics >= 0) {
		s->measured_ns = clock_ns(CLOCK_MONOTONIC) - s->measured_from_ns;
		close(s->statistics);
		s->statistics = -1;
	}
}

struct bpf_session_cost bpf_session_cost(const struct bpf_session *s)
{
	struct bpf_session_cost cost = {.measured_ns = s->measured_ns};
	struct bpf_program *program;

	if (!cost.measured_ns)
		return cost;

	bpf_object__for_each_program(program, s->programs->obj)
	{
		struct bpf_prog_info info = {0};
		__u32 bytes = sizeof(info);

		if (bpf_program__fd(program) < 0 ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &bytes))
			continue;
		cost.run_ns += info.run_time_ns;
		cost.runs += info.run_cnt;
	}
	return cost;
}

void bpf_session_close(struct bpf_session *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->walks; i++)
		bpf_link__destroy(s->walk[i].link);
	sample_timers_detach(&s->samples);
	bpf_session_measure(s, false);
	ring_buffer__free(s->events);
	perf_buffer__free(s->mmaps);
	hud_bpf__destroy(s->programs);
	free(s);
}
