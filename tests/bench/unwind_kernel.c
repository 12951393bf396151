/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* unwind_kernel OBJECT PID: 2 s of the kernel's own walk on PID; prints ns a stack and its frames. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.freq = 1,
		.sample_freq = 999,
	};
	struct bpf_object *o = argc == 3 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct bpf_program *p;
	struct bpf_prog_info info = {0};
	__u32 bytes = sizeof(info);
	const unsigned *wanted;
	struct bpf_map *map;
	size_t size;
	long *seen;

	if (!o)
		return 2;
	bpf_object__for_each_map(map, o) if (strstr(bpf_map__name(map), "rodata") &&
					     (wanted = bpf_map__initial_value(map, &size))) *
		(unsigned *)(uintptr_t)wanted = (unsigned)atoi(argv[2]);
	p = bpf_object__find_program_by_name(o, "kernel_walk");
	if (bpf_object__load(o))
		return 1;
	for (int cpu = 0; cpu < (int)sysconf(_SC_NPROCESSORS_ONLN); cpu++)
		bpf_program__attach_perf_event(
			p, (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0));
	sleep(2);
	bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &bytes);
	map = bpf_object__find_map_by_name(o, ".data");
	map = map ? map : bpf_object__find_map_by_name(o, ".bss");
	bpf_object__for_each_map(map, o) if (strstr(bpf_map__name(map), ".bss"))
	{
		__u32 key = 0;
		long value[64] = {0};

		bpf_map_lookup_elem(bpf_map__fd(map), &key, value);
		seen = value;
		printf("%.0f %ld\n", (double)info.run_time_ns / (double)(seen[0] ? seen[0] : 1),
		       seen[1]);
	}
	return 0;
}
