/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/poll_probes.h"
#include "format/base/array.h"
#include "format/base/clock.h"
#include "format/base/file.h"
#include "recorder/kernel/uprobes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MEASURE_CALLS 4096
#define MEASURE_ROUNDS 5
#define PROGRAM_NS 300                /* of poll_entry itself, until the kernel has measured it */
#define ATTACHED_NS (200 * NS_PER_MS) /* the least, between two decisions */
#define SMALLEST_SHARE 0.005          /* of the time; below it, the probes are given up */

/* Its first instruction is one that uprobes emulate, as in the functions that are probed. */
void hud_probe_target(void);
#if defined(__x86_64__)
__asm__(".pushsection .text\n"
	".globl hud_probe_target\n"
	".type hud_probe_target, @function\n"
	"hud_probe_target: push %rbp\n"
	"pop %rbp\n"
	"ret\n"
	".size hud_probe_target, . - hud_probe_target\n"
	".popsection\n");
#else
__asm__(".pushsection .text\n"
	".globl hud_probe_target\n"
	".type hud_probe_target, %function\n"
	"hud_probe_target: nop\n"
	"ret\n"
	".size hud_probe_target, . - hud_probe_target\n"
	".popsection\n");
#endif

/* An executable: probes are on a file, in all processes that run it. */
struct probed_file {
	int fd; /* not its path, which may be another file's by the time probes are set again */
	struct stat st;
	bool overlay;
	struct probed_functions {
		unsigned long *offset;
		uint32_t offsets;
		struct uprobes probes;
	} of[PROBES];
	bool attached;
};

/* How often a program ran, and for how long in all, while the kernel measured that. */
struct program_runs {
	uint64_t count, ns;
};

struct poll_probes {
	struct poll_probes_options options;
	struct probed_file *file;
	size_t files, room;
	bool follow; /* tasks, once probes are attached; not again once they were detached */
	struct poll_probes_state state;
	uint64_t since_ns; /* measured since then; 0: not yet */
	uint64_t cpu_ns;   /* … of the targets then */
	uint64_t entries;  /* hits whose cost was taken */
	double debt_ns;    /* what they cost above the budget until now */
	uint64_t resume_ns;
	struct program_runs calibration; /* those of probe_cost_measure(), of threads not watched */
};

/* 0 or a negative errno. */
static int file_begin(struct probed_file *f, int fd)
{
	struct statfs fs;

	*f = (struct probed_file) {.fd = fd};
	if (fstat(fd, &f->st) || fstatfs(fd, &fs))
		return -errno;
	f->overlay = fs.f_type == OVERLAYFS_SUPER_MAGIC;
	for (size_t i = 0; i < PROBES; i++)
		f->of[i].probes.multi = -1;
	return 0;
}

/* From `first` on. */
static void probes_detach(struct probed_file *f, enum probe first)
{
	for (size_t i = first; i < PROBES; i++)
		uprobes_detach(&f->of[i].probes);
}

static void file_detach(struct probed_file *f)
{
	probes_detach(f, PROBE_POLL);
	f->attached = false;
}

static int file_attach(const struct poll_probes *p, struct probed_file *f)
{
	char path[64];
	int error = 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
	for (size_t i = 0; !error && i < (p->follow ? PROBES : PROBE_POLL + 1); i++)
		if (f->of[i].offsets)
			error = uprobes_attach(&f->of[i].probes, p->options.programs.of[i],
					       p->options.multi, path, f->of[i].offset,
					       f->of[i].offsets);
	f->attached = !error;
	if (error)
		file_detach(f);
	return error;
}

static void following_set(struct poll_probes *p, bool on)
{
	__atomic_store_n(p->options.programs.following, on, __ATOMIC_SEQ_CST);
	p->state.following = on;
}

static void detach_all(struct poll_probes *p)
{
	p->follow = false;
	following_set(p, false);
	__atomic_store_n(p->options.programs.probing, false, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < p->files; i++)
		file_detach(&p->file[i]);
	p->state.attached = false;
}

struct place {
	uintptr_t address;
	unsigned long offset;
};

/* The first object is the executable itself (dl_iterate_phdr(3)). */
static int place_find(struct dl_phdr_info *info, size_t bytes, void *context)
{
	struct place *place = context;

	(void)bytes;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + h->p_vaddr;

		if (h->p_type == PT_LOAD && place->address >= start &&
		    place->address - start < h->p_filesz)
			place->offset = place->address - start + h->p_offset;
	}
	return 1;
}

static uint64_t calls_ns(void)
{
	uint64_t least = UINT64_MAX;

	for (int round = 0; round < MEASURE_ROUNDS; round++) {
		uint64_t start = clock_ns(CLOCK_MONOTONIC), ns;

		for (int i = 0; i < MEASURE_CALLS; i++)
			hud_probe_target();
		ns = clock_ns(CLOCK_MONOTONIC) - start;
		least = ns < least ? ns : least;
	}
	return least / MEASURE_CALLS;
}

/* Of the program at poll sites. */
static struct program_runs program_runs(const struct poll_probes *p)
{
	struct bpf_prog_info info = {0};
	uint32_t bytes = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(p->options.programs.of[PROBE_POLL]), &info,
				   &bytes))
		return (struct program_runs) {0};
	return (struct program_runs) {info.run_cnt, info.run_time_ns};
}

/* Measures what a hit costs on this machine, by probing a function of our own. */
static int probe_cost_measure(struct poll_probes *p)
{
	struct place place = {.address = (uintptr_t)hud_probe_target};
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), error;
	uint64_t bare = calls_ns(), probed;
	struct probed_file own;

	if (fd < 0)
		return -errno;
	dl_iterate_phdr(place_find, &place);
	error = file_begin(&own, fd);
	if (error)
		goto done;
	own.of[PROBE_POLL].offset = &place.offset;
	own.of[PROBE_POLL].offsets = 1;
	error = file_attach(p, &own);
	if (error)
		goto done;
	probed = calls_ns();
	file_detach(&own);
	p->state.probe_cost_ns = (uint32_t)(probed > bare ? probed - bare : 0) + PROGRAM_NS;
	p->calibration = program_runs(p);
	p->entries = (uint64_t)MEASURE_ROUNDS * MEASURE_CALLS;
done:
	close(fd);
	return error;
}

int poll_probes_open(const struct poll_probes_options *options, struct poll_probes **out)
{
	struct poll_probes *p = calloc(1, sizeof(*p));
	int error;

	*out = NULL;
	if (!p)
		return -ENOMEM;
	p->options = *options;
	p->follow = true;
	error = probe_cost_measure(p);
	if (error) {
		poll_probes_close(p);
		return error;
	}
	*out = p;
	return 0;
}

static void file_free(struct probed_file *f)
{
	close(f->fd);
	for (size_t i = 0; i < PROBES; i++)
		free(f->of[i].offset);
}

void poll_probes_close(struct poll_probes *p)
{
	if (!p)
		return;
	detach_all(p);
	for (size_t i = 0; i < p->files; i++)
		file_free(&p->file[i]);
	free(p->file);
	free(p);
}

static void function_add(struct probed_functions *of, const struct plan *plan, uint64_t address)
{
	if (plan_file_offset(plan, address, &of->offset[of->offsets]))
		of->offsets++;
}

static void sites_add(struct poll_probes *p, struct probed_functions *of, const struct plan *plan,
		      bool force)
{
	for (size_t i = 0; i < plan->poll_sites; i++) {
		const struct hud_plan_poll_site *s = &plan->poll_site[i];

		if (s->site_flags & HUD_POLL_SITE_BLOCKING)
			continue;
		if (s->site_flags & HUD_POLL_SITE_CHEAP || force)
			function_add(of, plan, s->address);
		else
			p->state.costly++;
	}
}

/* `whole`: for each probe, are all functions that it is for among them? */
static void hooks_add(struct probed_functions of[PROBES], const struct plan *plan, bool force,
		      bool whole[PROBES])
{
	static const enum probe probe_of[] = {
		[HUD_HOOK_SPAWN] = PROBE_SPAWN,       [HUD_HOOK_BIND] = PROBE_BIND,
		[HUD_HOOK_SCHEDULE] = PROBE_SCHEDULE, [HUD_HOOK_WAKE] = PROBE_WAKE,
		[HUD_HOOK_END] = PROBE_END,
	};

	for (size_t i = 0; i < plan->hooks; i++) {
		enum probe probe = probe_of[plan->hook[i].hook];

		if (plan->hook[i].hook_flags & HUD_HOOK_CHEAP || force)
			function_add(&of[probe], plan, plan->hook[i].address);
		else
			whole[probe] = false;
	}
	/* Who is scheduled is new only if it was not woken. */
	if (of[PROBE_SPAWN].offsets || of[PROBE_BIND].offsets || !whole[PROBE_WAKE])
		of[PROBE_SCHEDULE].offsets = 0;
}

/* The state says of each probe whether it is there in all files. */
static void state_add(struct poll_probes *p, struct probed_file *f, bool whole[PROBES])
{
	for (size_t i = 0; i < PROBES; i++) {
		struct probed_functions *of = &f->of[i];

		of->offsets = uprobes_unite(of->offset, of->offsets);
		whole[i] = whole[i] && of->offsets;
	}
	whole[PROBE_SPAWN] = whole[PROBE_SPAWN] || whole[PROBE_BIND];
	for (size_t i = 0; i < PROBES; i++)
		p->state.seen[i] = whole[i] && (!p->files || p->state.seen[i]);
	p->state.sites += f->of[PROBE_POLL].offsets;
}

/* Containers of one image have one file below, with the probes, on devices of their own. */
static bool same_file(const struct probed_file *a, const struct probed_file *b)
{
	return file_same(&a->st, &b->st) &&
	       (a->st.st_dev == b->st.st_dev || (a->overlay && b->overlay));
}

static bool file_known(const struct poll_probes *p, const struct probed_file *f)
{
	for (size_t i = 0; i < p->files; i++)
		if (same_file(&p->file[i], f))
			return true;
	return false;
}

/* 0 or a negative errno. */
static int functions_find(struct poll_probes *p, struct probed_file *f, const struct plan *plan,
			  bool force)
{
	bool whole[PROBES];

	for (size_t i = 0; i < PROBES; i++) {
		size_t most = i == PROBE_POLL ? plan->poll_sites : plan->hooks;

		whole[i] = true;
		f->of[i].offset = calloc(most + 1, sizeof(*f->of[i].offset));
		if (!f->of[i].offset)
			return -ENOMEM;
	}
	sites_add(p, &f->of[PROBE_POLL], plan, force);
	hooks_add(f->of, plan, force, whole);
	if (!f->of[PROBE_POLL].offsets)
		return -ENOENT;
	state_add(p, f, whole);
	return 0;
}

int poll_probes_add(struct poll_probes *p, int fd, const struct plan *plan, bool force)
{
	struct probed_file f;
	int error = file_begin(&f, fd);

	if (!error && file_known(p, &f))
		error = -EEXIST;
	if (!error && !array_reserve(&p->file, p->files, 1, &p->room, sizeof(*p->file)))
		error = -ENOMEM;
	if (error) {
		close(fd);
		return error;
	}
	error = functions_find(p, &f, plan, force);
	if (error)
		file_free(&f);
	else
		p->file[p->files++] = f;
	return error;
}

int poll_probes_attach(struct poll_probes *p)
{
	for (size_t i = 0; i < p->files; i++) {
		int error = p->file[i].attached ? 0 : file_attach(p, &p->file[i]);

		if (error) {
			detach_all(p);
			return error;
		}
	}
	__atomic_store_n(p->options.programs.probing, true, __ATOMIC_SEQ_CST);
	following_set(p, p->follow);
	p->state.attached = true;
	p->since_ns = 0;
	return 0;
}

/* Takes the measured run time of the program instead of PROGRAM_NS once there is one. */
static uint64_t probe_cost_now(const struct poll_probes *p)
{
	struct program_runs runs = program_runs(p);
	uint64_t count = runs.count - p->calibration.count;

	if (runs.count < p->calibration.count || count < MEASURE_CALLS)
		return p->state.probe_cost_ns;
	return p->state.probe_cost_ns - PROGRAM_NS + (runs.ns - p->calibration.ns) / count;
}

/* From now on the cost is measured anew; hits are counted since it was last measured. */
static void measure_begin(struct poll_probes *p, uint64_t cpu_ns, uint64_t now_ns)
{
	p->since_ns = now_ns;
	p->cpu_ns = cpu_ns;
}

static bool resume(struct poll_probes *p, uint64_t cpu_ns, uint64_t now_ns)
{
	if (p->state.given_up || now_ns < p->resume_ns)
		return false;
	p->state.error = poll_probes_attach(p);
	p->state.given_up = p->state.error != 0;
	measure_begin(p, cpu_ns, now_ns);
	return true;
}

/* When each poll begins is worth more than what tasks do between their polls. */
static void follow_no_more(struct poll_probes *p)
{
	p->follow = false;
	following_set(p, false);
	for (size_t i = 0; i < p->files; i++)
		probes_detach(&p->file[i], PROBE_POLL + 1);
}

/*
 * Takes what the probes cost in `took_ns`; returns how much they might. The CPU time that the
 * targets need without them counts, but at least 1% of the time: a target that hardly runs cannot
 * be slowed by much.
 */
static double cost_take(struct poll_probes *p, uint64_t entries, uint64_t cpu_ns, uint64_t took_ns)
{
	double cost_ns = (double)((entries - p->entries) * probe_cost_now(p));
	double own_ns = (double)(cpu_ns - p->cpu_ns) - cost_ns, least_ns = (double)took_ns / 100;
	double allowed_ns;

	if (own_ns < least_ns)
		own_ns = least_ns;
	allowed_ns = p->options.max_percent / 100 * own_ns;
	p->state.percent = 100 * cost_ns / own_ns;
	p->debt_ns += cost_ns - allowed_ns;
	if (p->debt_ns < 0)
		p->debt_ns = 0;
	p->entries = entries;
	return allowed_ns;
}

bool poll_probes_govern(struct poll_probes *p, uint64_t entries, uint64_t cpu_ns, uint64_t now_ns)
{
	uint64_t took_ns = now_ns - p->since_ns;
	double share, allowed_ns;

	if (!p->state.attached)
		return resume(p, cpu_ns, now_ns);
	if (!p->since_ns || cpu_ns < p->cpu_ns) {
		if (cpu_ns < p->cpu_ns) /* a target has ended: what it hit is not known */
			p->entries = entries;
		measure_begin(p, cpu_ns, now_ns);
		return false;
	}
	if (took_ns < ATTACHED_NS)
		return false;
	allowed_ns = cost_take(p, entries, cpu_ns, took_ns);
	measure_begin(p, cpu_ns, now_ns);
	share = p->options.max_percent / p->state.percent;
	if (share >= 1)
		return false;
	if (p->follow) {
		follow_no_more(p);
		return true;
	}
	detach_all(p);
	p->state.given_up = share < SMALLEST_SHARE;
	p->resume_ns = now_ns + (uint64_t)((double)took_ns * p->debt_ns / allowed_ns);
	p->debt_ns = 0;
	return true;
}

struct poll_probes_state poll_probes_state(const struct poll_probes *p)
{
	return p->state;
}
