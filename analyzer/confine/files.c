/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/confine/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Younger than Debian 12's headers. */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define ABI_WITH_TRUNCATE 3

#define CHANGES_OF_DIRECTORIES                                                                     \
	(LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                          \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |                              \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                              \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                            \
	 LANDLOCK_ACCESS_FS_MAKE_SYM)

static int abi_of_kernel(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static uint64_t changes_of_files(void)
{
	return LANDLOCK_ACCESS_FS_WRITE_FILE |
	       (abi_of_kernel() >= ABI_WITH_TRUNCATE ? ACCESS_TRUNCATE : 0);
}

int file_rules_open(struct file_rules *out)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs =
						     CHANGES_OF_DIRECTORIES | changes_of_files()};

	out->fd = -1;
	if (abi_of_kernel() < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -errno;
	out->fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	return out->fd < 0 ? -errno : 0;
}

int file_rules_allow(const struct file_rules *rules, const char *path)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = changes_of_files()};
	struct stat st;
	int error = 0;

	if (rules->fd < 0)
		return 0;
	beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return -errno;
	if (!fstat(beneath.parent_fd, &st) && S_ISDIR(st.st_mode))
		beneath.allowed_access |= CHANGES_OF_DIRECTORIES;
	if (syscall(SYS_landlock_add_rule, rules->fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0))
		error = -errno;
	close(beneath.parent_fd);
	return error;
}

int file_rules_enter(const struct file_rules *rules)
{
	if (rules->fd < 0)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return syscall(SYS_landlock_restrict_self, rules->fd, 0) ? -errno : 0;
}

void file_rules_close(struct file_rules *rules)
{
	if (rules->fd >= 0)
		close(rules->fd);
	rules->fd = -1;
}
