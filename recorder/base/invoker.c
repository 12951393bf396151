/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/base/invoker.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int invoker_id(const char *variable)
{
	const char *text = getenv(variable);
	long id = text ? strtol(text, NULL, 10) : -1;

	return geteuid() == 0 && id > 0 && id <= INT32_MAX ? (int)id : -1;
}

int invoker_own(int fd)
{
	int uid = invoker_id("SUDO_UID"), gid = invoker_id("SUDO_GID");

	if (uid <= 0)
		return 0;
	return fchown(fd, (uid_t)uid, gid > 0 ? (gid_t)gid : (gid_t)-1) ? -errno : 0;
}
