/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever the files say that hud-record reads in /proc and of cgroups, reading them ends, with
 * texts that are terminated, or an error.
 */
#include "recorder/kernel/symbols.h"
#include "recorder/target/cgroup.h"
#include "recorder/target/procfs.h"
#include "recorder/target/set.h"
#include "tests/fuzz/frame.h"
#include "tests/fuzz/served.h"

#include <unistd.h>

#define PID INT32_MAX /* no process has it: of what is not served there is nothing */

/* In the order of the input, each up to a zero byte. */
static const char *const names[] = {
	"stat",
	"status",
	"exe",
	"maps",
	"cgroup",
	"mounts",
	"cgroup.controllers",
	"cpu.max",
	"cpu.cfs_quota_us",
	"cpu.cfs_period_us",
	"cpu.stat",
	"kallsyms",
};
enum { SERVED = sizeof(names) / sizeof(*names), MAPS = 3, KALLSYMS = 11 };

struct mappings {
	const char *maps;
	size_t count;
};

static void mapping_visit(void *context, const struct proc_mapping *m)
{
	struct mappings *seen = context;
	int fd;

	MUST(strlen(m->path) < strlen(seen->maps) && !strchr(m->path, '\n'));
	/* Each takes some system calls. */
	if (seen->count++ > 8)
		return;
	proc_mapping_place(PID, m);
	/* Its path may be that of a file that is served. */
	fd = proc_mapping_open(PID, m);
	if (fd >= 0)
		close(fd);
}

static void process_read(const char *maps)
{
	const struct target_request request = {TARGET_PID, "2147483647"};
	struct mappings mappings = {.maps = maps};
	struct proc_identity identity;
	struct target_set set;

	if (!proc_identity_read(PID, &identity)) {
		MUST(memchr(identity.comm, 0, sizeof(identity.comm)));
		MUST(memchr(identity.exe, 0, sizeof(identity.exe)));
		MUST(proc_program(&identity));
	}
	MUST(!proc_mappings_each(PID, mapping_visit, &mappings));
	MUST(proc_perf_map_open(PID) < 0);
	if (target_set_find(&request, 1, &set) == EXIT_RECORDED) {
		MUST(set.count == 1 && set.pid[0] > 0);
		target_set_close(&set);
	}
}

static void cgroup_read(void)
{
	struct cgroup_quota quota[CGROUP_QUOTAS_MAX];
	struct cgroup_mount mount;

	cgroup_mount_find(&mount);
	cgroup_quotas_read(&mount, PID, quota);
}

static void kernel_names_read(size_t bytes)
{
	static const char *const wanted[] = {"futex_wait_queue", "a", NULL};
	struct kernel_symbols *symbols;
	const char *name;

	MUST(!kernel_symbols_open(&symbols));
	kernel_symbols_hidden(symbols);
	for (uint64_t at = UINT64_MAX; at; at >>= 1) {
		name = kernel_symbols_find(symbols, at);
		MUST(!name || (*name && strlen(name) < bytes));
	}
	kernel_symbols_address(symbols, wanted);
	kernel_symbols_full_name(symbols, "a");
	kernel_symbols_close(symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	struct served files[SERVED + 1] = {{0}};

	for (size_t i = 0; i < SERVED; i++)
		files[i] = (struct served) {names[i], supply_text(&supply)};
	files_serve(files);
	process_read(files[MAPS].text);
	cgroup_read();
	kernel_names_read(strlen(files[KALLSYMS].text));
	files_serve(NULL);
	for (size_t i = 0; i < SERVED; i++)
		free(files[i].text);
	return 0;
}
