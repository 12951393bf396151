/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_CONFINE_FILES_H
#define HUD_ANALYZER_CONFINE_FILES_H

/*
 * Where this process may still write, held by Landlock (Linux 5.13). Reading stays free: debug
 * files and sources may lie anywhere. Where the kernel has no Landlock, all of this does nothing.
 */
struct file_rules {
	int fd; /* -1: the kernel has no Landlock */
};

/* Each returns 0 or a negative errno. */
int file_rules_open(struct file_rules *out);
/* What lies below `path`, a directory or a file, may be made, changed and removed. */
int file_rules_allow(const struct file_rules *rules, const char *path);
/* The rules hold from now on, for this process and all that it starts. */
int file_rules_enter(const struct file_rules *rules);
void file_rules_close(struct file_rules *rules);

#endif
