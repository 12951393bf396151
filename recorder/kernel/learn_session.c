/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/learn_session.h"
#include "bpf/learn.h"
#include "bpf/learn.skel.h"
#include "recorder/kernel/poll_probes.h"
#include "recorder/kernel/uprobes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct learn_session {
	struct learn_session_options options;
	struct hud_learn_bpf *programs; /* NULL: not loaded yet */
	struct ring_buffer *ring;
	struct uprobes probes;
	int statistics; /* descriptor, open while run times are measured; else -1 */
};

int learn_session_open(const struct learn_session_options *options, struct learn_session **out)
{
	struct learn_session *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return -ENOMEM;
	s->options = *options;
	s->probes.multi = s->statistics = -1;
	return 0;
}

static int ring_snapshot(void *context, void *data, size_t bytes)
{
	struct learn_session *s = context;

	if (bytes >= sizeof(struct hud_snapshot))
		s->options.on_snapshot(s->options.context, data, bytes);
	return 0;
}

static int programs_load(struct learn_session *s)
{
	struct hud_learn_bpf *p = hud_learn_bpf__open();
	int error;

	if (!p)
		return -errno;
	bpf_program__set_autoattach(p->progs.learn_poll, false);
	if (s->options.multi)
		bpf_program__set_expected_attach_type(p->progs.learn_poll,
						      (enum bpf_attach_type)ATTACH_UPROBE_MULTI);
	error = hud_learn_bpf__load(p);
	if (!error) {
		s->ring = ring_buffer__new(bpf_map__fd(p->maps.learn_ring), ring_snapshot, s, NULL);
		error = s->ring ? 0 : -errno;
	}
	if (error)
		hud_learn_bpf__destroy(p);
	else
		s->programs = p;
	return error;
}

int learn_session_begin(struct learn_session *s, pid_t pid, const struct hud_plan_block *block,
			uint32_t module)
{
	struct learn_config *config;
	int error = s->programs ? 0 : programs_load(s);

	if (error)
		return error;
	config = &s->programs->bss->config;
	config->module = module;
	config->first = block->first;
	config->bytes = block->bytes;
	config->request = (struct hud_learn_request) {.step = HUD_LEARN_BLOCK};
	config->generation++;
	error = hud_learn_bpf__attach(s->programs);
	if (error) {
		hud_learn_bpf__detach(s->programs);
		return error;
	}
	if (s->statistics < 0)
		s->statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	__atomic_store_n(&config->tgid, (__u32)pid, __ATOMIC_SEQ_CST);
	return 0;
}

void learn_session_end(struct learn_session *s)
{
	if (!s || !s->programs)
		return;
	s->programs->bss->config.tgid = 0;
	uprobes_detach(&s->probes);
	hud_learn_bpf__detach(s->programs);
	if (s->statistics >= 0)
		close(s->statistics);
	s->statistics = -1;
}

void learn_session_request(struct learn_session *s, const struct hud_learn_request *request)
{
	struct learn_config *config = &s->programs->bss->config;
	__u32 pid = config->tgid;

	/* A program that runs meanwhile on another CPU may take one snapshot of both requests. */
	__atomic_store_n(&config->tgid, 0, __ATOMIC_SEQ_CST);
	config->request = *request;
	config->generation++;
	s->programs->bss->rounds_left = s->options.rounds;
	__atomic_store_n(&config->tgid, pid, __ATOMIC_SEQ_CST);
}

int learn_session_probe(struct learn_session *s, const char *path, const unsigned long *offset,
			uint32_t count)
{
	uprobes_detach(&s->probes);
	return uprobes_attach(&s->probes, s->programs->progs.learn_poll, s->options.multi, path,
			      offset, count);
}

void learn_session_drain(struct learn_session *s, const int64_t allowed[HUD_SNAPSHOT_KINDS])
{
	if (!s->programs)
		return;
	ring_buffer__consume(s->ring);
	for (size_t i = 0; i < 4; i++)
		__atomic_store_n(&s->programs->bss->left[i], allowed[i], __ATOMIC_SEQ_CST);
}

struct learn_session_cost learn_session_cost(const struct learn_session *s)
{
	struct learn_session_cost cost = {0};
	struct bpf_program *program;

	if (!s->programs)
		return cost;
	cost.hits = s->programs->bss->probe_hits;
	cost.sleeps = s->programs->bss->sleeps_seen;
	bpf_object__for_each_program(program, s->programs->obj)
	{
		struct bpf_prog_info info = {0};
		__u32 bytes = sizeof(info);

		if (!bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &bytes))
			cost.run_ns += info.run_time_ns;
	}
	return cost;
}

void learn_session_close(struct learn_session *s)
{
	if (!s)
		return;
	learn_session_end(s);
	ring_buffer__free(s->ring);
	hud_learn_bpf__destroy(s->programs);
	free(s);
}
