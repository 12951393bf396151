/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_SANDBOX_H
#define HUD_RECORDER_SANDBOX_H

/*
 * Makes this process, and all it will start, harmless: the invoking user's uid (sudo's) or nobody's,
 * no capabilities, no new privileges, limits on time, memory and files, low priority, and a filter
 * that leaves the system calls which reading an ELF file and writing to a pipe take.
 * 0 or a negative errno; on an error the caller must end.
 */
int sandbox_enter(void);

#endif
