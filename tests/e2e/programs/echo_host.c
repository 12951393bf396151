/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Loads the library named on its command line, and runs the echo server in it. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	void (*run)(void) = library ? (void (*)(void))dlsym(library, "echo_run") : NULL;

	if (!run) {
		fprintf(stderr, "echo_host: %s\n", dlerror());
		return 1;
	}
	run();
	return 0;
}
