/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/rules/cause.h"

#include <elf.h>

#define SYSCALL(number, name) [number] = #name,
static const char *const x86_64_names[] = {
#include "analyzer/rules/syscalls-x86_64.def"
};
static const char *const aarch64_names[] = {
#include "analyzer/rules/syscalls-aarch64.def"
};
#undef SYSCALL

const char *syscall_name(uint32_t machine, int32_t number)
{
	size_t at = (size_t)number;

	if (number < 0)
		return NULL;
	if (machine == EM_X86_64 && at < sizeof(x86_64_names) / sizeof(x86_64_names[0]))
		return x86_64_names[at];
	if (machine == EM_AARCH64 && at < sizeof(aarch64_names) / sizeof(aarch64_names[0]))
		return aarch64_names[at];
	return NULL;
}
