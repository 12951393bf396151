/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/wakers.h"
#include "format/wire/recording.h"
#include "recorder/target/procfs.h"

void wakers_meet(struct wakers *w, struct capture_writer *writer, pid_t pid, uint64_t time_ns)
{
	struct hud_waker waker = {
		.head = HUD_RECORD_HEAD(HUD_WAKER, waker),
		.time_ns = time_ns,
		.pid = (uint32_t)pid,
	};
	struct proc_identity identity;
	int64_t name;

	for (size_t i = 0; i < w->count; i++) {
		if (w->pid[i] == pid)
			return;
	}
	if (w->count == WAKERS_MAX)
		return;
	w->pid[w->count++] = pid;
	if (proc_identity_read(pid, &identity))
		return; /* it is gone */
	name = capture_writer_string(writer, proc_program(&identity));
	waker.name = name > 0 ? (uint32_t)name : 0;
	if (waker.name)
		capture_writer_event(writer, &waker.head);
}
