/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * unwind_kernel OBJECT PID: lets the kernel walk the stack of PID 999 times a second, for 2 s.
 * Prints ns a stack, and the frames of the last one.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECONDS 2

/* Global variables of unwind_kernel.bpf.c, as they are laid out in its .bss. */
struct counts {
	long stacks, frames;
};

static struct bpf_map *section_map(struct bpf_object *object, const char *section)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (strstr(bpf_map__name(map), section))
			return map;
	}
	return NULL;
}

static void program_attach(const struct bpf_program *program)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.freq = 1,
		.sample_freq = 999,
	};

	for (int cpu = 0; cpu < (int)sysconf(_SC_NPROCESSORS_ONLN); cpu++) {
		int event = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0);

		bpf_program__attach_perf_event(program, event);
	}
}

int main(int argc, char **argv)
{
	struct bpf_object *object = argc == 3 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct bpf_map *settings = object ? section_map(object, ".rodata") : NULL;
	struct bpf_program *program;
	struct bpf_prog_info info = {0};
	__u32 bytes = sizeof(info), key = 0;
	struct counts counts;
	unsigned wanted;

	if (!settings)
		return 2;
	wanted = (unsigned)atoi(argv[2]);
	program = bpf_object__find_program_by_name(object, "kernel_walk");
	if (bpf_map__set_initial_value(settings, &wanted, sizeof(wanted)) ||
	    bpf_object__load(object))
		return 1;
	program_attach(program);
	sleep(SECONDS);
	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &bytes) ||
	    bpf_map_lookup_elem(bpf_map__fd(section_map(object, ".bss")), &key, &counts))
		return 1;
	printf("%.0f %ld\n", (double)info.run_time_ns / (double)(counts.stacks ? counts.stacks : 1),
	       counts.frames);
	return 0;
}
