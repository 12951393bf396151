/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What is learned of a recorded program is what its debug information says. */
#include "tests/unit/learn/snapshots_fixture.h"

#include "analyzer/learn/words.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"

#include <errno.h>

static void the_thread_local_words_that_lead_to_contexts_are_found(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-block");
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_CONTEXT);
	assert_in_range(a.learned.next.words, 2, 4);
	assert_int_equal(a.learned.next.word[0], -128);
	learn_input_close(&in);
}

static void the_chains_to_cores_are_found(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-context");
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_CORE);
	assert_int_equal(a.learned.next.chains, 2);
	assert_int_equal(a.learned.next.chain[0].word, -128);
	assert_int_equal(a.learned.next.chain[0].core, 16);
	assert_int_equal(a.learned.next.chain[1].word, -120);
	assert_int_equal(a.learned.next.chain[1].core, 16);
	/* The window has the words of the task too. */
	assert_true(a.learned.next.window <= -368);
	learn_input_close(&in);
}

static void the_layout_is_that_of_debug_information(void **state)
{
	const struct hud_plan_scheduler *multi, *single;
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_NONE);
	assert_int_equal(a.learned.reason, HUD_LEARN_OPEN);
	multi = scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD);
	single = scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD);
	assert_non_null(multi);
	assert_int_equal(multi->context, -128);
	assert_int_equal(multi->core, 16);
	assert_int_equal(multi->variant.bytes, 0);
	assert_int_equal(multi->parked.offset, 16);
	assert_int_equal(multi->parked.value, 0);
	assert_int_equal(multi->tick, 24);
	assert_int_equal(multi->lifo, HUD_NO_OFFSET);
	assert_non_null(single);
	assert_int_equal(single->context, -120);
	assert_int_equal(single->parked.offset, 32);
	assert_int_equal(single->parked.value, 2);
	assert_int_equal(single->tick, 536);
	assert_int_equal(a.identity.head.identity_flags,
			 HUD_IDENTITY_KNOWN | HUD_IDENTITY_LEARNED | HUD_IDENTITY_TASK |
				 HUD_IDENTITY_TASK_TAG | HUD_IDENTITY_HEADER);
	assert_int_equal(a.identity.head.task, -360);
	assert_int_equal(a.identity.head.task_tag, -368);
	assert_int_equal(a.identity.head.task_vtable, 16);
	assert_int_equal(a.identity.head.task_id, 72);
	assert_true(a.learned.parks >= 64 && a.learned.polls >= 64);
	assert_true(a.learned.cores >= 2 && a.learned.threads >= 2);
	learn_input_close(&in);
}

/* One word leads to both schedulers, whose contexts have tags; ids have none. */
static void the_layout_of_a_newer_runtime_is_that_of_debug_information(void **state)
{
	const struct hud_plan_scheduler *multi, *single;
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "newer-core");
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_NONE);
	multi = scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD);
	single = scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD);
	assert_non_null(multi);
	assert_int_equal(multi->context, -200);
	assert_int_equal(multi->core, 24);
	assert_int_equal(multi->variant.bytes, 8);
	assert_int_equal(multi->variant.offset, 0);
	assert_int_equal(multi->variant.value, 1);
	assert_int_equal(multi->parked.offset, 8);
	assert_int_equal(multi->parked.value, 0);
	assert_int_equal(multi->tick, 104); /* and not 64, of parks and wakeups */
	assert_non_null(single);
	assert_int_equal(single->context, -200);
	assert_int_equal(single->variant.bytes, 8);
	assert_int_equal(single->variant.value, 0);
	assert_int_equal(single->parked.offset, 0);
	assert_int_equal(single->parked.value, 3);
	assert_int_equal(single->tick, 112); /* and not 88 */
	assert_int_equal(a.identity.head.task, -192);
	assert_int_equal(a.identity.head.identity_flags, HUD_IDENTITY_KNOWN | HUD_IDENTITY_LEARNED |
								 HUD_IDENTITY_TASK |
								 HUD_IDENTITY_HEADER);
	learn_input_close(&in);
}

/* Takes away what malloc keeps between allocations. */
static void sizes_remove(struct learn_input *in)
{
	for (size_t i = 0; i < in->count; i++)
		for (size_t k = 0; k < 2 * (size_t)HUD_LEARN_CORE_BYTES / 8; k++) {
			struct hud_core_words *w = &in->core[i].chain[k % 2];
			uint64_t *word = &w->word[k / 2];

			if (*word >= 32 && (*word & 0xb) == 1)
				*word = 0;
		}
}

/*
 * One worker alone has work, a little each time: when it parks, the runtime's numbers of workers
 * that are awake and asleep change too, and lie behind its core.
 */
static void what_was_allocated_behind_the_core_does_not_count(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "quiet-core");
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 2);
	assert_int_equal(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD)->parked.offset, 16);
	assert_int_equal(scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD)->parked.offset, 32);
	sizes_remove(&in);
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 0);
	assert_int_equal(a.learned.reason, HUD_LEARN_AMBIGUOUS);
	learn_input_close(&in);
}

/* As where all work is in the future of block_on, which no probe sees. */
static void without_probes_the_calls_of_polls_prove_it(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "newer-core");
	in.head.snapshots_flags |= HUD_SNAPSHOTS_LAST;
	for (size_t i = 0; i < in.count; i++)
		if (in.core[i].head.kind == HUD_SNAPSHOT_POLL)
			in.core[i].head.kind = HUD_SNAPSHOT_SLEEP;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 2);
	assert_int_equal(a.learned.polls, 0);
	assert_true(a.learned.calls >= 2 * LEARN_CALLS_MIN);
	assert_int_equal(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD)->parked.offset, 8);
	assert_int_equal(scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD)->parked.offset, 0);
	/* Nothing shows the tick and the task's id then. */
	assert_int_equal(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD)->tick, HUD_NO_OFFSET);
	assert_int_equal(a.identity.head.identity_flags & HUD_IDENTITY_TASK, 0);
	learn_input_close(&in);
}

/* A call after the poll's end: the id is stale then, and its tag says so. */
static void a_stale_id_does_not_hide_its_tag(void **state)
{
	struct learn_input in;
	struct learn_answer a;
	size_t tag, stale = 0;

	(void)state;
	recorded_read(&in, "demo-core");
	tag = (size_t)(-368 - in.head.request.window) / 8;
	for (size_t i = 0; i < in.count && stale < 3; i++)
		if (in.core[i].head.kind == HUD_SNAPSHOT_CALL && in.core[i].window[tag] == 1) {
			in.core[i].window[tag] = 0;
			stale++;
		}
	assert_int_equal(stale, 3);
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.task, -360);
	assert_int_equal(a.identity.head.task_tag, -368);
	assert_true(a.identity.head.identity_flags & HUD_IDENTITY_TASK_TAG);
	learn_input_close(&in);
}

/* Is this a call in the poll that a snapshot before it was taken of? */
static bool is_call_in_poll(const struct learn_input *in, size_t i)
{
	const struct hud_core_snapshot *call = &in->core[i];

	if (call->head.kind != HUD_SNAPSHOT_CALL || !call->chain[0].core)
		return false;
	while (i-- > 0)
		if (in->core[i].head.tid == call->head.tid)
			return in->core[i].head.kind == HUD_SNAPSHOT_POLL &&
			       in->core[i].head.polls == call->head.polls;
	return false;
}

/* Of few calls in polls one came after another poll, of a task that no probe saw. */
static void one_call_of_another_poll_does_not_hide_the_tick(void **state)
{
	struct learn_input in;
	struct learn_answer a;
	size_t calls = 0;

	(void)state;
	recorded_read(&in, "demo-core");
	assert_true(in.head.snapshots_flags & HUD_SNAPSHOTS_ALL_SITES);
	for (size_t i = 0; i < in.count; i++)
		if (is_call_in_poll(&in, i))
			in.core[i].chain[0].word[3] += !calls++;
	assert_in_range(calls, 4, 19);
	assert_int_equal(learn_answer(&a, &in), 0);
	learn_input_close(&in);
}

/* The last snapshot of the same thread before this one; NULL: there is none. */
static const struct hud_snapshot *thread_before(const struct learn_input *in, size_t i)
{
	for (size_t k = i; k-- > 0;)
		if (in->core[k].head.tid == in->core[i].head.tid)
			return &in->core[k].head;
	return NULL;
}

/* Of current_thread polls and parks take turns in the snapshots: most polls came between them. */
static void polls_between_the_snapshots_prove_the_tick(void **state)
{
	struct learn_input in;
	struct learn_answer a;
	size_t kept = 0;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++) {
		const struct hud_snapshot *s = &in.core[i].head;
		const struct hud_snapshot *last;

		in.core[kept] = in.core[i];
		last = thread_before(&in, kept);
		if (!last || last->kind != s->kind || in.core[i].chain[0].core)
			kept++;
	}
	in.count = kept;
	in.head.snapshots_flags |= HUD_SNAPSHOTS_LAST;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD)->tick, 536);
	learn_input_close(&in);
}

/* On the stack, behind the context, as compilers leave them: not 0 while the core is handed on. */
static void a_stale_copy_of_the_cores_address_is_no_second_layout(void **state)
{
	struct hud_core_words last[2] = {0};
	struct learn_input in;
	struct learn_answer a;
	size_t stale = 0;

	(void)state;
	recorded_read(&in, "demo-core");
	in.head.request.chain[2] = in.head.request.chain[0];
	in.head.request.chain[2].core = 48;
	in.head.request.chains = 3;
	for (size_t i = 0; i < in.count; i++) {
		struct hud_core_snapshot *s = &in.core[i];
		struct hud_core_words *kept = &last[s->head.tid % 2];

		if (s->chain[0].core)
			*kept = s->chain[0];
		s->chain[2] = s->chain[0];
		if (s->chain[0].context && !s->chain[0].core && kept->core) {
			s->chain[2] = *kept;
			s->chain[2].context = s->chain[0].context;
			stale++;
		}
	}
	assert_true(stale > 0);
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_non_null(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD));
	assert_int_equal(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD)->core, 16);
	learn_input_close(&in);
}

/* The parker of a core, by a poll of it; 0: none was seen. */
static uint64_t parker_of(const struct learn_input *in, uint64_t core)
{
	for (size_t i = 0; i < in->count; i++)
		if (in->core[i].head.kind == HUD_SNAPSHOT_POLL && in->core[i].chain[0].core == core)
			return in->core[i].chain[0].word[2];
	return 0;
}

/* As without an I/O driver: workers park in a futex of their parker. */
static void parks_become_futexes(struct learn_input *in)
{
	for (size_t i = 0; i < in->count; i++) {
		struct hud_core_snapshot *s = &in->core[i];

		if (s->head.kind != HUD_SNAPSHOT_PARK)
			continue;
		s->head.kind = HUD_SNAPSHOT_SLEEP;
		if (s->chain[0].core)
			s->head.site = parker_of(in, s->chain[0].core) + 28;
	}
}

static void without_a_driver_a_futex_in_the_parker_proves_it(void **state)
{
	const struct hud_plan_scheduler *multi;
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	in.head.snapshots_flags |= HUD_SNAPSHOTS_LAST;
	parks_become_futexes(&in);
	assert_int_equal(learn_answer(&a, &in), 0);
	multi = scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD);
	assert_non_null(multi);
	assert_int_equal(multi->core, 16);
	assert_int_equal(multi->parked.offset, 16);
	assert_int_equal(multi->parked.value, 0);
	assert_int_equal(multi->tick, 24);
	assert_null(scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD));
	/* One that waits within its parker while that is in its core: then it is no parker. */
	for (size_t i = 0; i < in.count; i++)
		if (in.core[i].head.kind == HUD_SNAPSHOT_SLEEP && in.core[i].chain[0].core) {
			in.core[i].chain[0].word[2] = in.core[i].head.site - 28;
			break;
		}
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 0);
	learn_input_close(&in);
}

/* As without the feature `time`: the driver's variant lies beyond the largest capacity of a Vec. */
static void a_niche_of_a_capacity_says_parked(void **state)
{
	const uint64_t niche = (UINT64_C(1) << 63) + 1;
	const struct hud_plan_scheduler *single;
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		for (uint32_t c = 0; c < in.head.request.chains; c++)
			if (in.core[i].head.kind == HUD_SNAPSHOT_PARK &&
			    in.core[i].chain[c].word[4] == 2)
				in.core[i].chain[c].word[4] = niche;
	assert_int_equal(learn_answer(&a, &in), 0);
	single = scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD);
	assert_non_null(single);
	assert_int_equal(single->parked.offset, 32);
	assert_true(single->parked.value == niche);
	learn_input_close(&in);
}

/* As of a busy machine, on which its workers hardly parked. */
static void polls_of_a_scheduler_that_was_not_proven_say_that_there_is_one_more(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	in.head.snapshots_flags |= HUD_SNAPSHOTS_LAST;
	for (size_t i = 0; i < in.count; i++)
		if (in.core[i].head.kind == HUD_SNAPSHOT_PARK && in.core[i].chain[0].core)
			in.core[i].head.kind = HUD_SNAPSHOT_SLEEP;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_null(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD));
	assert_non_null(scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD));
	assert_true(a.learned.unexplained > 32);
	assert_true(a.identity.head.identity_flags & HUD_IDENTITY_UNEXPLAINED);
	learn_input_close(&in);
}

static void a_futex_of_the_thread_proves_it_where_a_tag_says_the_scheduler(void **state)
{
	const struct hud_plan_scheduler *multi;
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "newer-core");
	in.head.snapshots_flags |= HUD_SNAPSHOTS_LAST;
	parks_become_futexes_of_threads(&in);
	assert_int_equal(learn_answer(&a, &in), 0);
	multi = scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD);
	assert_non_null(multi);
	assert_int_equal(multi->context, -200);
	assert_int_equal(multi->core, 24);
	assert_int_equal(multi->parked.offset, 8);
	assert_int_equal(multi->parked.value, 0);
	assert_int_equal(multi->tick, 104);
	assert_null(scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD));
	/* Another word that does the same, and nothing is believed. */
	for (size_t i = 0; i < in.count; i++)
		for (size_t c = 0; c < in.head.request.chains; c++)
			in.core[i].chain[c].word[100] = in.core[i].chain[c].word[1];
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 0);
	learn_input_close(&in);
}

static void more_is_asked_for_until_it_is_whole_or_over(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	in.head.snapshots_flags &= ~(uint32_t)HUD_SNAPSHOTS_LAST;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_NONE);
	assert_int_equal(a.identity.head.schedulers, 2);
	in.count = 200; /* multi_thread is proven, and the rest is not */
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_CORE);
	assert_memory_equal(&a.learned.next, &in.head.request, sizeof(a.learned.next));
	assert_int_equal(a.identity.head.schedulers, 0);
	learn_input_close(&in);
}

/* The task's id needs calls in polls, of which this program makes none. */
static void what_no_more_polls_can_prove_is_not_waited_for(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	in.head.snapshots_flags &= ~(uint32_t)HUD_SNAPSHOTS_LAST;
	for (size_t i = 0; i < in.count; i++)
		if (in.core[i].head.kind == HUD_SNAPSHOT_CALL)
			in.core[i].head.kind = HUD_SNAPSHOT_SLEEP;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_CORE);
	in.head.snapshots_flags |= HUD_SNAPSHOTS_FULL;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_NONE);
	assert_int_equal(a.identity.head.schedulers, 2);
	assert_int_equal(a.identity.head.identity_flags & HUD_IDENTITY_TASK, 0);
	in.count = 200; /* current_thread is not proven, and may still be */
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_CORE);
	learn_input_close(&in);
}

static void an_answer_is_a_plan_that_hud_record_reads(void **state)
{
	struct learn_input in;
	struct learn_answer a;
	struct plan plan;
	void *data;
	size_t bytes;

	(void)state;
	recorded_read(&in, "demo-core");
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(learn_answer_write(&a, &in, &data, &bytes), 0);
	assert_int_equal(plan_parse(data, bytes, &plan), 0);
	assert_non_null(plan.learned);
	assert_int_equal(plan.learned->parks, a.learned.parks);
	assert_non_null(plan.identity);
	assert_int_equal(plan.identity->schedulers, 2);
	assert_memory_equal(plan.identity->scheduler, a.identity.scheduler,
			    2 * sizeof(a.identity.scheduler[0]));
	plan_free(&plan);
	free(data);
	learn_input_close(&in);
}

static void a_process_that_idles_is_undecided_and_the_reason_is_said(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	in.count = 20;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 0);
	assert_true(a.learned.reason == HUD_LEARN_FEW_PARKS ||
		    a.learned.reason == HUD_LEARN_FEW_POLLS);
	in.count = 0;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 0);
	assert_int_equal(a.learned.reason, HUD_LEARN_FEW_PARKS);
	learn_input_close(&in);
	recorded_read(&in, "demo-block");
	in.count = 0;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_BLOCK);
	in.head.snapshots_flags |= HUD_SNAPSHOTS_LAST;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.learned.next.step, HUD_LEARN_NONE);
	assert_int_equal(a.learned.reason, HUD_LEARN_NO_WORDS);
	learn_input_close(&in);
}

static void damaged_snapshots_are_refused_or_read_without_harm(void **state)
{
	static const char *const steps[] = {"demo-block", "demo-context", "demo-core"};
	uint32_t seed = 7;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		size_t bytes;
		uint8_t *data = recorded(steps[k], &bytes);

		for (size_t cut = 0; cut < sizeof(struct hud_snapshots) + 64; cut += 13) {
			struct learn_input in;

			assert_int_equal(learn_input_read(&in, data, cut), -EBADMSG);
		}
		for (int round = 0; round < 24; round++) {
			struct learn_input in;
			struct learn_answer a;

			for (int i = 0; i < 40; i++)
				data[random_next(&seed) % (i % 4 ? bytes : 256)] =
					(uint8_t)random_next(&seed);
			memcpy(data, HUD_SNAPSHOTS_MAGIC, 8);
			data[8] = HUD_FORMAT_VERSION;
			data[9] = data[10] = data[11] = 0;
			if (learn_input_read(&in, data, bytes))
				continue;
			assert_int_equal(learn_answer(&a, &in), 0);
			learn_input_close(&in);
		}
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_thread_local_words_that_lead_to_contexts_are_found),
		cmocka_unit_test(the_chains_to_cores_are_found),
		cmocka_unit_test(the_layout_is_that_of_debug_information),
		cmocka_unit_test(the_layout_of_a_newer_runtime_is_that_of_debug_information),
		cmocka_unit_test(what_was_allocated_behind_the_core_does_not_count),
		cmocka_unit_test(without_probes_the_calls_of_polls_prove_it),
		cmocka_unit_test(a_stale_id_does_not_hide_its_tag),
		cmocka_unit_test(one_call_of_another_poll_does_not_hide_the_tick),
		cmocka_unit_test(polls_between_the_snapshots_prove_the_tick),
		cmocka_unit_test(a_stale_copy_of_the_cores_address_is_no_second_layout),
		cmocka_unit_test(without_a_driver_a_futex_in_the_parker_proves_it),
		cmocka_unit_test(a_niche_of_a_capacity_says_parked),
		cmocka_unit_test(
			polls_of_a_scheduler_that_was_not_proven_say_that_there_is_one_more),
		cmocka_unit_test(a_futex_of_the_thread_proves_it_where_a_tag_says_the_scheduler),
		cmocka_unit_test(more_is_asked_for_until_it_is_whole_or_over),
		cmocka_unit_test(what_no_more_polls_can_prove_is_not_waited_for),
		cmocka_unit_test(an_answer_is_a_plan_that_hud_record_reads),
		cmocka_unit_test(a_process_that_idles_is_undecided_and_the_reason_is_said),
		cmocka_unit_test(damaged_snapshots_are_refused_or_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
