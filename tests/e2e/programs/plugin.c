/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A library that plugin_host loads while it is recorded. */
#include <unistd.h>

__attribute__((noinline)) void nap_in_a_plugin(void)
{
	usleep(30000);
	__asm__ volatile("");
}
