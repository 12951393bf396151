/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A wrong layout does not survive: recorded snapshots, with words shifted, shuffled and lying. */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/learn/snapshots_fixture.h"

enum { CORE_WORDS = HUD_LEARN_CORE_BYTES / 8, ROUNDS = 12 };

static uint64_t *core_words(struct learn_input *in, size_t i, size_t chain)
{
	return in->core[i].chain[chain].word;
}

/* Nothing but what is true: the offsets of debug information, moved by `shift` bytes. */
static void expect_true_or_nothing(const struct learn_answer *a, uint32_t shift)
{
	for (uint16_t i = 0; i < a->identity.head.schedulers; i++) {
		const struct hud_plan_scheduler *s = &a->identity.scheduler[i];
		bool multi = s->kind == HUD_SCHEDULER_MULTI_THREAD;

		assert_int_equal(s->context, multi ? -128 : -120);
		assert_int_equal(s->core, 16);
		assert_int_equal(s->parked.offset, (multi ? 16 : 32) + shift);
		assert_int_equal(s->parked.value, multi ? 0 : 2);
		if (s->tick != HUD_NO_OFFSET)
			assert_int_equal(s->tick, (multi ? 24 : 536) + shift);
	}
	if (a->identity.head.identity_flags & HUD_IDENTITY_TASK)
		assert_int_equal(a->identity.head.task, -360);
}

static void no_offset_is_known_beforehand(void **state)
{
	(void)state;
	for (uint32_t shift = 8; shift <= 400; shift += 56) {
		struct learn_input in;
		struct learn_answer a;

		recorded_read(&in, "demo-core");
		for (size_t i = 0; i < in.count; i++)
			for (size_t c = 0; c < HUD_LEARN_CHAINS; c++) {
				uint64_t *w = core_words(&in, i, c);

				memmove(w + shift / 8, w, HUD_LEARN_CORE_BYTES - shift);
				memset(w, 0, shift);
			}
		assert_int_equal(learn_answer(&a, &in), 0);
		assert_int_equal(a.identity.head.schedulers, 2);
		expect_true_or_nothing(&a, shift);
		learn_input_close(&in);
	}
}

/* The longest that a wrong layout agreed with all snapshots, beside the right one or without it. */
struct life {
	size_t proven_first,
		proven_last; /* after so many snapshots, in the best and the worst case */
	size_t wrong;
	uint32_t parks, polls; /* the fewer of the two is what counts */
};

static void wrong_note(struct life *l, const struct learn_answer *a, size_t snapshots)
{
	for (size_t i = 0; i < a->groups.count; i++) {
		const struct learn_group *g = &a->groups.item[i];
		uint32_t fewer = g->parks < g->polls ? g->parks : g->polls;

		if (g->candidates < 2 || fewer < (l->parks < l->polls ? l->parks : l->polls))
			continue;
		l->wrong = snapshots;
		l->parks = g->parks;
		l->polls = g->polls;
	}
}

/* As if learning had begun with snapshot `from`. */
static void life_follow(struct life *l, const struct learn_input *in, size_t from)
{
	struct learn_input part = *in;
	size_t proven = 0;

	part.core += from;
	for (part.count = 8; from + part.count <= in->count; part.count += 8) {
		struct learn_answer a;

		assert_int_equal(learn_answer(&a, &part), 0);
		expect_true_or_nothing(&a, 0);
		if (a.identity.head.schedulers && !proven)
			proven = part.count;
		wrong_note(l, &a, part.count);
	}
	l->proven_first = !l->proven_first || proven < l->proven_first ? proven : l->proven_first;
	l->proven_last = proven > l->proven_last ? proven : l->proven_last;
}

static void fewer_snapshots_prove_less_and_nothing_else(void **state)
{
	struct learn_input in;
	struct life worst = {0};

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t from = 0; from + 300 < in.count; from += 60)
		life_follow(&worst, &in, from);
	print_message("proven after %zu to %zu snapshots; the last wrong layout lived until %zu, "
		      "with %u parks and %u polls of its scheduler\n",
		      worst.proven_first, worst.proven_last, worst.wrong, worst.parks, worst.polls);
	assert_true(worst.proven_first > 0 && worst.wrong > 0);
	/* What is demanded leaves room: a wrong layout lives half as long at most. */
	assert_true(worst.parks <= LEARN_PARKS_MIN / 2 || worst.polls <= LEARN_POLLS_MIN / 2);
	learn_input_close(&in);
}

static void fewer_futexes_prove_less_and_nothing_else(void **state)
{
	struct learn_input in, part;
	size_t proven = 0, tried = 0;

	(void)state;
	recorded_read(&in, "newer-core");
	parks_become_futexes_of_threads(&in);
	in.head.snapshots_flags |= HUD_SNAPSHOTS_LAST;
	for (size_t from = 0; from < in.count; from += 40)
		for (size_t count = 40; from + count <= in.count; count += 20, tried++) {
			const struct hud_plan_scheduler *s;
			struct learn_answer a;

			part = in;
			part.core += from;
			part.count = count;
			assert_int_equal(learn_answer(&a, &part), 0);
			assert_null(scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD));
			s = scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD);
			if (!s)
				continue;
			proven++;
			assert_int_equal(s->core, 24);
			assert_int_equal(s->parked.offset, 8);
			assert_true(s->tick == 104 || s->tick == HUD_NO_OFFSET);
		}
	print_message("proven in %zu of %zu parts\n", proven, tried);
	assert_true(proven > 0 && proven < tried);
	learn_input_close(&in);
}

static void shuffled_words_prove_nothing(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct learn_input in;
		struct learn_answer a;

		recorded_read(&in, "demo-core");
		for (size_t i = 0; i < in.count; i++)
			for (size_t c = 0; c < 2; c++)
				for (size_t k = CORE_WORDS - 1; k > 0; k--) {
					uint64_t *w = core_words(&in, i, c);
					size_t other = random_next(&seed) % (k + 1);
					uint64_t kept = w[k];

					w[k] = w[other];
					w[other] = kept;
				}
		assert_int_equal(learn_answer(&a, &in), 0);
		assert_int_equal(a.identity.head.schedulers, 0);
		learn_input_close(&in);
	}
}

/* The snapshots of one kind change places: which was a park says nothing of the words then. */
static void parks_and_polls_that_change_places_prove_nothing(void **state)
{
	uint32_t seed = 2;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct learn_input in;
		struct learn_answer a;

		recorded_read(&in, "demo-core");
		for (size_t i = in.count - 1; i > 0; i--) {
			size_t other = random_next(&seed) % (i + 1);
			struct hud_core_words kept[HUD_LEARN_CHAINS];

			memcpy(kept, in.core[i].chain, sizeof(kept));
			memcpy(in.core[i].chain, in.core[other].chain, sizeof(kept));
			memcpy(in.core[other].chain, kept, sizeof(kept));
		}
		assert_int_equal(learn_answer(&a, &in), 0);
		assert_int_equal(a.identity.head.schedulers, 0);
		learn_input_close(&in);
	}
}

/* One park or poll at which a word lies, of all that were seen with that scheduler. */
static void one_lie_is_enough_to_believe_nothing(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t kind = round % 2 ? HUD_SNAPSHOT_PARK : HUD_SNAPSHOT_POLL;
		struct learn_input in;
		struct learn_answer a;
		size_t i;

		recorded_read(&in, "demo-core");
		do
			i = random_next(&seed) % in.count;
		while (in.core[i].head.kind != kind || !in.core[i].chain[0].core);
		core_words(&in, i, 0)[2] = kind == HUD_SNAPSHOT_PARK ? 0x7f0012345670 : 0;
		assert_int_equal(learn_answer(&a, &in), 0);
		assert_null(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD));
		expect_true_or_nothing(&a, 0);
		learn_input_close(&in);
	}
}

static void two_words_that_say_the_same_are_ambiguous(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		core_words(&in, i, 0)[90] = core_words(&in, i, 0)[2];
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_null(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD));
	learn_input_close(&in);
}

static void threads_that_all_poll_with_one_core_are_not_believed(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		if (in.core[i].chain[0].core) {
			in.core[i].chain[0].core = 0x7f0000001000;
			if (core_words(&in, i, 0)[2])
				core_words(&in, i, 0)[2] = 0x7f0000002000;
		}
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_null(scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD));
	learn_input_close(&in);
}

static void a_probe_that_sees_no_task_is_no_poll(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		in.core[i].head.poll ^= 16;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 0);
	assert_int_equal(a.learned.reason, HUD_LEARN_FEW_POLLS);
	learn_input_close(&in);
}

static void polls_without_a_park_in_epoll_may_be_of_no_driver(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		if (in.core[i].head.kind == HUD_SNAPSHOT_PARK)
			in.core[i].head.kind = HUD_SNAPSHOT_SLEEP;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.schedulers, 0);
	assert_int_equal(a.learned.reason, HUD_LEARN_NO_DRIVER);
	learn_input_close(&in);
}

static void a_counter_that_goes_back_is_no_tick(void **state)
{
	const struct hud_plan_scheduler *multi;
	struct learn_input in;
	struct learn_answer a;
	uint32_t seed = 4;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		if (random_next(&seed) % 50 == 0)
			core_words(&in, i, 0)[3] -= 100000;
	assert_int_equal(learn_answer(&a, &in), 0);
	multi = scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD);
	assert_non_null(multi);
	assert_int_equal(multi->tick, HUD_NO_OFFSET);
	learn_input_close(&in);
}

static void a_counter_of_parks_is_no_tick(void **state)
{
	const struct hud_plan_scheduler *multi;
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		core_words(&in, i, 0)[3] = in.core[i].head.sleeps;
	assert_int_equal(learn_answer(&a, &in), 0);
	multi = scheduler_in(&a, HUD_SCHEDULER_MULTI_THREAD);
	assert_non_null(multi);
	assert_int_equal(multi->tick, HUD_NO_OFFSET);
	learn_input_close(&in);
}

/* Each of its polls follows a park, and a count of parks and wakeups moves by as much. */
static void a_counter_of_parks_and_wakeups_is_no_tick_of_current_thread(void **state)
{
	const struct hud_plan_scheduler *single;
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		core_words(&in, i, 1)[67] = 2 * in.core[i].head.sleeps;
	assert_int_equal(learn_answer(&a, &in), 0);
	single = scheduler_in(&a, HUD_SCHEDULER_CURRENT_THREAD);
	assert_non_null(single);
	assert_int_equal(single->tick, HUD_NO_OFFSET);
	learn_input_close(&in);
}

static void ids_that_disagree_are_not_believed(void **state)
{
	struct learn_input in;
	struct learn_answer a;

	(void)state;
	recorded_read(&in, "demo-core");
	for (size_t i = 0; i < in.count; i++)
		in.core[i].head.id += i % 2;
	assert_int_equal(learn_answer(&a, &in), 0);
	assert_int_equal(a.identity.head.identity_flags & HUD_IDENTITY_TASK, 0);
	assert_int_equal(a.identity.head.schedulers, 2);
	learn_input_close(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_offset_is_known_beforehand),
		cmocka_unit_test(fewer_snapshots_prove_less_and_nothing_else),
		cmocka_unit_test(fewer_futexes_prove_less_and_nothing_else),
		cmocka_unit_test(shuffled_words_prove_nothing),
		cmocka_unit_test(parks_and_polls_that_change_places_prove_nothing),
		cmocka_unit_test(one_lie_is_enough_to_believe_nothing),
		cmocka_unit_test(two_words_that_say_the_same_are_ambiguous),
		cmocka_unit_test(threads_that_all_poll_with_one_core_are_not_believed),
		cmocka_unit_test(a_probe_that_sees_no_task_is_no_poll),
		cmocka_unit_test(polls_without_a_park_in_epoll_may_be_of_no_driver),
		cmocka_unit_test(a_counter_that_goes_back_is_no_tick),
		cmocka_unit_test(a_counter_of_parks_is_no_tick),
		cmocka_unit_test(a_counter_of_parks_and_wakeups_is_no_tick_of_current_thread),
		cmocka_unit_test(ids_that_disagree_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
