/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What is known of Tokio's types: what tasks wait for, and what they hold. */
#include "analyzer/descent/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* One that is not known makes a deadlock that is not seen. */
static void what_a_lock_gives_is_a_guard_that_leads_to_its_semaphore(void **state)
{
	static const struct {
		const char *type, *to, *semaphore;
	} guards[] = {
		{"tokio::sync::mutex::MutexGuard<u32>", "lock", "s"},
		{"tokio::sync::mutex::OwnedMutexGuard<u32>", "lock", "s"},
		{"tokio::sync::mutex::MappedMutexGuard<u32>", "s", ""},
		{"tokio::sync::mutex::OwnedMappedMutexGuard<(u32, u8), u8>", "lock", "s"},
		{"tokio::sync::rwlock::read_guard::RwLockReadGuard<u32>", "s", ""},
		{"tokio::sync::rwlock::write_guard_mapped::RwLockMappedWriteGuard<u32>", "s", ""},
		{"tokio::sync::rwlock::owned_read_guard::OwnedRwLockReadGuard<u32, u32>", "lock",
		 "s"},
		{"tokio::sync::semaphore::SemaphorePermit", "sem", "ll_sem"},
		{"tokio::sync::semaphore::OwnedSemaphorePermit", "sem", "ll_sem"},
	};
	struct descent_rules r;

	(void)state;
	assert_int_equal(descent_rules_open(&r, "rules/tokio-tasks.rules"), 0);
	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++) {
		enum descent_word word = WORD_NONE;
		const struct rules_line *line = descent_rules_type(&r, guards[i].type, &word);

		if (!line || word != WORD_GUARD)
			fail_msg("%s is no guard", guards[i].type);
		assert_string_equal(line->words[2], guards[i].to);
		assert_string_equal(line->words[3], guards[i].semaphore);
	}
	descent_rules_close(&r);
}

#define FUTURE "core::future::future::Future<Output=()>"

static void a_trait_object_is_a_future_by_its_trait(void **state)
{
	static const struct {
		const char *name;
		bool future;
	} objects[] = {
		{"alloc::boxed::Box<(dyn " FUTURE " + core::marker::Send), alloc::alloc::Global>",
		 true},
		{"&mut dyn " FUTURE, true},
		{"*const (dyn futures_core::stream::Stream<Item=u8> + core::marker::Send)", true},
		{"alloc::boxed::Box<dyn demo::NamedFuture>", true},
		{"alloc::boxed::Box<dyn tower::Service<(), Future=core::pin::Pin<alloc::boxed::Box<"
		 "dyn " FUTURE ">>>>",
		 false},
		{"alloc::boxed::Box<dyn core::ops::function::Fn<(), Output=alloc::boxed::Box<"
		 "dyn " FUTURE ">>>",
		 false},
		{"alloc::boxed::Box<dyn demo::NetStream>", false},
		{"demo::dynamic", false},
	};
	static const struct {
		const char *name;
		bool future;
	} tables[] = {
		{"<demo::run::{async_fn_env#0}<fn(u8) -> u8> as " FUTURE ">::{vtable}", true},
		{"<demo::Wait as core::future::future::Future>::{vtable}", true},
		{"<demo::MakeFuture<<u8 as demo::A>::B> as tower::Service<()>>::{vtable}", false},
		{"<demo::Wait as core::future::future::Future>::poll", false},
		{"<demo::Wait>::{vtable}", false},
	};
	enum descent_word behind, other;
	struct descent_rules r;

	(void)state;
	assert_int_equal(descent_rules_open(&r, "rules/tokio-tasks.rules"), 0);
	descent_rules_type(
		&r, "core::ptr::non_null::NonNull<(dyn " FUTURE " + core::marker::Send)>", &behind);
	descent_rules_type(&r, "core::ptr::non_null::NonNull<u8>", &other);
	assert_int_equal(behind, WORD_TRANSPARENT);
	assert_int_equal(other, WORD_STOP);
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (descent_rules_dyn(&r, objects[i].name) != objects[i].future)
			fail_msg("%s: a future, or none", objects[i].name);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (descent_rules_vtable(&r, tables[i].name) != tables[i].future)
			fail_msg("%s: of a future, or not", tables[i].name);
	descent_rules_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_lock_gives_is_a_guard_that_leads_to_its_semaphore),
		cmocka_unit_test(a_trait_object_is_a_future_by_its_trait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
