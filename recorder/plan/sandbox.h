/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_SANDBOX_H
#define HUD_RECORDER_PLAN_SANDBOX_H

/*
 * Takes the rights of this process and all it will start: a uid of its own (if it was root's), no
 * capabilities, no new privileges, no terminal, limits on time, memory and files, low priority; no
 * file can be opened but below /usr and /lib, where libraries are, and `program` (an open
 * descriptor), and a filter leaves only the system calls that reading an ELF file and writing to a
 * pipe need. It dies with its parent. 0 or a negative errno; on an error the caller must end.
 */
int sandbox_enter(int program);

#endif
