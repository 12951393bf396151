/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A hud-analyze that takes SECONDS for one file, to be installed beside hud-record: it gives the
 * plan that was made of it before, the file PLAN. It fails for every other file.
 */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

__asm__(".section .rodata\n"
	"plan_begin: .incbin \"" PLAN "\"\n"
	"plan_end:\n"
	".previous");
extern const char plan_begin[], plan_end[];

int main(void)
{
	const char *at = plan_begin;
	struct stat file;
	ssize_t put;

	if (fstat(3, &file) || file.st_size != FILE_BYTES)
		return 1;
	nanosleep(&(struct timespec) {.tv_sec = SECONDS}, NULL);
	while (at < plan_end && (put = write(1, at, (size_t)(plan_end - at))) > 0)
		at += put;
	return at < plan_end;
}
