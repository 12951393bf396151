/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Spins in code that it generates, and names it as just-in-time compilers do: /tmp/perf-PID.map. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
#if defined(__x86_64__)
	static const uint8_t spin[] = {0x55, 0x48, 0x89, 0xe5, 0xeb, 0xfe};
#else
	static const uint8_t spin[] = {0x00, 0x00, 0x00, 0x14};
#endif
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char path[64];
	FILE *map;

	if (code == MAP_FAILED)
		return 1;
	memcpy(code, spin, sizeof(spin));
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	map = fopen(path, "w");
	if (!map)
		return 1;
	fprintf(map, "%llx %zx spin_in_generated_code\n", (unsigned long long)(uintptr_t)code,
		sizeof(spin));
	fclose(map);
	puts("ready");
	fflush(stdout);
	((void (*)(void))(uintptr_t)code)();
	return 0;
}
