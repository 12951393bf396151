/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Prints the BPF programs of this system, and how many instructions of each the verifier went
 * through: Linux tells since 5.16.
 */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

int main(void)
{
	union bpf_attr next = {.start_id = 0};

	for (; !bpf(BPF_PROG_GET_NEXT_ID, &next); next.start_id = next.next_id) {
		union bpf_attr by_id = {.prog_id = next.next_id}, about = {0};
		struct bpf_prog_info info = {0};
		int fd = (int)bpf(BPF_PROG_GET_FD_BY_ID, &by_id);

		about.info.bpf_fd = (uint32_t)fd;
		about.info.info_len = sizeof(info);
		about.info.info = (uintptr_t)&info;
		if (fd >= 0 && !bpf(BPF_OBJ_GET_INFO_BY_FD, &about))
			printf("%s %u\n", info.name, info.verified_insns);
		close(fd);
	}
	return 0;
}
