/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/rules/origin.h"

#define CRATES "/home/me/.cargo/registry/src/github.com-1ecc6299db9ec823/"

struct layout {
	const char *decl_file;
	const char *crate;
	const char *comp_dir;
	enum frame_origin origin;
};

static int open_rules(void **state)
{
	return rules_open((struct rules **)state);
}

static int close_rules(void **state)
{
	rules_close(*state);
	return 0;
}

static enum frame_origin origin(const struct rules *rules, const struct layout *l)
{
	static const char *const mains[] = {"demo"};
	const char *runtime;
	enum frame_origin origin;
	struct origin_query q = {
		.crate = l->crate,
		.crate_length = l->crate ? strlen(l->crate) : 0,
		.decl_file = l->decl_file,
		.comp_dir = l->comp_dir,
		.module_path = "/srv/demo",
		.main_crates = mains,
		.main_crate_count = 1,
	};

	origin = origin_of(rules, &q, &runtime);
	if (origin == ORIGIN_RUNTIME_ITSELF)
		assert_string_equal(runtime, "tokio");
	else
		assert_null(runtime);
	return origin;
}

static const struct layout declared[] = {
	{"/home/me/demo/src/main.rs", "demo", NULL, ORIGIN_USER},
	{"/home/me/demo/store/src/lib.rs", "store", NULL, ORIGIN_USER},
	{CRATES "serde-1.0.152/src/lib.rs", "serde", NULL, ORIGIN_THIRD_PARTY},
	{CRATES "tokio-1.24.2/src/runtime/park.rs", "tokio", NULL, ORIGIN_RUNTIME_ITSELF},
	{CRATES "tokio-util-0.7.8/src/lib.rs", "tokio_util", NULL, ORIGIN_RUNTIME},
	{CRATES "mio-0.8.4/src/poll.rs", "mio", NULL, ORIGIN_RUNTIME},
	{"/usr/local/cargo/registry/src/index.crates.io-6f17d22bba15001f/ring-0.17.8/src/"
	 "aead.rs",
	 "ring", NULL, ORIGIN_THIRD_PARTY},
	{"/opt/c/registry/src/x/ring-0.17.8/crypto/sha.c", NULL, NULL, ORIGIN_THIRD_PARTY},
	{"/home/me/demo/target/release/build/tikv-jemalloc-sys-0f3/out/build/src/pages.c", NULL,
	 NULL, ORIGIN_THIRD_PARTY},
	{"/home/me/demo/target/release/build/demo-0f3/out/api.rs", "demo", NULL, ORIGIN_USER},
	{"/root/.cargo/git/checkouts/rust-rdkafka-c0dd/93bb/src/client.rs", "rdkafka", NULL,
	 ORIGIN_THIRD_PARTY},
	{"/root/.cargo/git/checkouts/tokio-c0dd/93bb/tokio/src/lib.rs", "tokio", NULL,
	 ORIGIN_RUNTIME_ITSELF},
	{"/rustc/90c541806f23a127002de5b4038be731ba1458ca/library/core/src/ops/function.rs", "core",
	 NULL, ORIGIN_STD},
	{"/rust/deps/hashbrown-0.15.2/src/raw/mod.rs", "hashbrown", NULL, ORIGIN_STD},
	{"/home/me/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/src/rust/"
	 "library/std/src/thread/mod.rs",
	 "std", NULL, ORIGIN_STD},
	{"/usr/src/rustc-1.63.0/library/std/src/io/mod.rs", "std", NULL, ORIGIN_STD},
	{"/usr/src/rustc-1.63.0/vendor/gimli-0.25.0/src/read/line.rs", "gimli", NULL, ORIGIN_STD},
	{"/usr/share/cargo/registry/tokio-1.24.2/src/lib.rs", "tokio", NULL, ORIGIN_RUNTIME_ITSELF},
	{"/build/sccache-pKm1Ym/debian/cargo_registry/tokio-1.24.2/src/lib.rs", "tokio", NULL,
	 ORIGIN_RUNTIME_ITSELF},
	{"/build/sccache-pKm1Ym/debian/cargo_registry/regex-1.7.1/src/lib.rs", NULL, NULL,
	 ORIGIN_THIRD_PARTY},
	{"library/std/src/thread/mod.rs", NULL, NULL, ORIGIN_STD},
	{"library/store/src/lib.rs", NULL, NULL, ORIGIN_USER},
	{"/usr/share/cargo/registry/regex-1.7.1/src/exec.rs", "regex", NULL, ORIGIN_THIRD_PARTY},
	{"/home/me/app/vendor/regex/src/exec.rs", "regex", "/home/me/app", ORIGIN_THIRD_PARTY},
	{"/home/me/app/vendor/regex-1.7.1/src/exec.rs", "regex", NULL, ORIGIN_THIRD_PARTY},
	{"/home/me/app/vendor/bytes/src/lib.rs", "bytes", NULL, ORIGIN_RUNTIME},
	{"/usr/src/app/vendor/regex/src/exec.rs", "regex", NULL, ORIGIN_THIRD_PARTY},
	{"/home/me/src/app/vendor/regex/src/exec.rs", "regex", "/home/me/src/app",
	 ORIGIN_THIRD_PARTY},
	{"/home/me/app/src/vendor/acme/src/lib.rs", "app", "/home/me/app", ORIGIN_USER},
	{"/home/me/app/src/vendor/acme/src/lib.rs", "app", NULL, ORIGIN_USER},
	{"/home/me/app/vendor/acme.rs", "app", NULL, ORIGIN_USER},
	{"/proc/self/cwd/external/crates__regex-1.7.1/src/exec.rs", "regex", NULL,
	 ORIGIN_THIRD_PARTY},
	{"/proc/self/cwd/external/rules_rust~~crate~crates__h2-0.4.5/src/lib.rs", "h2", NULL,
	 ORIGIN_RUNTIME},
	{"/proc/self/cwd/external/raze__tokio__1_24_2/src/lib.rs", "tokio", NULL,
	 ORIGIN_RUNTIME_ITSELF},
	{"/proc/self/cwd/services/api/src/lib.rs", "api", NULL, ORIGIN_USER},
	{"/home/me/app/src/external/mod.rs", "app", NULL, ORIGIN_USER},
	{"/build/cargo-vendor-dir/regex-1.7.1/src/exec.rs", "regex", NULL, ORIGIN_THIRD_PARTY},
	{"/nix/store/abc-cargo-vendor-dir/regex-1.7.1/src/exec.rs", "regex", NULL,
	 ORIGIN_THIRD_PARTY},
	{"/build/app-1.0-vendor.tar.gz/regex/src/exec.rs", "regex", NULL, ORIGIN_THIRD_PARTY},
	{"/build/app-1.0-vendor/source-registry-0/tower-0.5.1/src/lib.rs", "tower", NULL,
	 ORIGIN_RUNTIME},
	{"/nix/store/abc-vendor-cargo-deps/c19b/regex-1.7.1/src/exec.rs", "regex", NULL,
	 ORIGIN_THIRD_PARTY},
};

static void the_file_of_the_declaration_decides_whose_code_it_is(void **state)
{
	for (size_t i = 0; i < sizeof(declared) / sizeof(declared[0]); i++) {
		enum frame_origin got = origin(*state, &declared[i]);

		if (got != declared[i].origin)
			fail_msg("%s: %s", declared[i].decl_file,
				 frame_origin_name(&(struct symbol_frame) {.origin = got}));
	}
}

/* Paths that rustc writes with --remap-path-prefix FROM=TO. */
static void remapped_paths_give_the_same_origins(void **state)
{
	static const struct layout layouts[] = {
		{"/app/src/handlers.rs", "api", "/app", ORIGIN_USER},
		{"./src/handlers.rs", "api", ".", ORIGIN_USER},
		{"src/handlers.rs", "api", "", ORIGIN_USER},
		{"crates/api-v2/src/lib.rs", "api_v2", ".", ORIGIN_USER},
		{"/cargo/registry/src/github.com-1ecc6299db9ec823/serde-1.0.152/src/lib.rs",
		 "serde", NULL, ORIGIN_THIRD_PARTY},
		{"/registry/src/index.crates.io-6f17d22bba15001f/h2-0.4.5/src/lib.rs", "h2", NULL,
		 ORIGIN_RUNTIME},
		{"deps/index.crates.io-1949cf8c6b5b557f/h2-0.4.5/src/lib.rs", "h2", NULL,
		 ORIGIN_RUNTIME},
		{"index.crates.io-1949cf8c6b5b557f/serde-1.0.152/src/lib.rs", "serde", NULL,
		 ORIGIN_THIRD_PARTY},
		{"serde-1.0.152/src/lib.rs", "serde", NULL, ORIGIN_THIRD_PARTY},
		{"./tokio-1.24.2/src/lib.rs", "tokio", NULL, ORIGIN_RUNTIME_ITSELF},
		{"demo-0.1.0/src/main.rs", "demo", NULL, ORIGIN_USER},
		{"/build/app-1.2.3/src/main.rs", "app", NULL, ORIGIN_USER},
	};

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		enum frame_origin got = origin(*state, &layouts[i]);

		if (got != layouts[i].origin)
			fail_msg("%s: %s", layouts[i].decl_file,
				 frame_origin_name(&(struct symbol_frame) {.origin = got}));
	}
}

static void a_users_crate_may_be_named_vendor_external_or_registry(void **state)
{
	static const struct layout layouts[] = {
		{"/home/me/app/registry/src/lib.rs", "registry", "/home/me/app", ORIGIN_USER},
		{"/home/me/app/registry/src/api/mod.rs", "registry", "/home/me/app", ORIGIN_USER},
		{"/home/me/registry/src/api/v1/users.rs", "registry", "/home/me/registry",
		 ORIGIN_USER},
		{"/home/me/app/vendor/src/lib.rs", "vendor", "/home/me/app", ORIGIN_USER},
		{"/home/me/vendor/src/api/src/mod.rs", "vendor", "/home/me/vendor", ORIGIN_USER},
		{"/home/me/app/external/src/lib.rs", "external", "/home/me/app", ORIGIN_USER},
		{"/usr/src/app/src/main.rs", "app", "/usr/src/app", ORIGIN_USER},
		{"/usr/src/app/registry/src/users/mod.rs", "registry", "/usr/src/app", ORIGIN_USER},
	};

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		enum frame_origin got = origin(*state, &layouts[i]);

		if (got != layouts[i].origin)
			fail_msg("%s: %s", layouts[i].decl_file,
				 frame_origin_name(&(struct symbol_frame) {.origin = got}));
	}
}

static void the_crate_of_main_is_the_users_in_any_directory(void **state)
{
	static const struct layout layouts[] = {
		{CRATES "demo-0.1.0/src/main.rs", "demo", NULL, ORIGIN_USER},
		{"/usr/share/cargo/registry/demo-0.1.0/src/lib.rs", "demo", NULL, ORIGIN_USER},
		{"/home/me/app/vendor/demo/src/main.rs", "demo", NULL, ORIGIN_USER},
		{NULL, "demo", NULL, ORIGIN_USER},
	};

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		assert_int_equal(origin(*state, &layouts[i]), ORIGIN_USER);
}

static void without_a_file_the_crate_decides_the_origin(void **state)
{
	static const struct layout layouts[] = {
		{NULL, "tokio", NULL, ORIGIN_RUNTIME_ITSELF},
		{NULL, "core", NULL, ORIGIN_STD},
		{NULL, "alloc", NULL, ORIGIN_STD},
		{NULL, "mio", NULL, ORIGIN_RUNTIME},
		{NULL, "tower_http", NULL, ORIGIN_RUNTIME},
		{NULL, "store", NULL, ORIGIN_UNKNOWN},
		{NULL, NULL, NULL, ORIGIN_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		assert_int_equal(origin(*state, &layouts[i]), layouts[i].origin);
}

static void a_default_method_belongs_to_the_crate_of_its_trait(void **state)
{
	static const char *const mains[] = {"demo"};
	const char *runtime;
	struct origin_query q = {
		.crate = "demo",
		.crate_length = 4,
		.by_trait = true, /* <demo::Rows as rayon::Iter>::map */
		.decl_file = CRATES "rayon-1.6.1/src/iter/mod.rs",
		.main_crates = mains,
		.main_crate_count = 1,
	};

	assert_int_equal(origin_of(*state, &q, &runtime), ORIGIN_THIRD_PARTY);
}

static void shared_objects_of_the_system_are_not_the_users(void **state)
{
	static const struct {
		const char *path;
		enum frame_origin origin;
	} modules[] = {
		{"/usr/lib/x86_64-linux-gnu/libc.so.6", ORIGIN_LIBC},
		{"/lib/ld-musl-x86_64.so.1", ORIGIN_LIBC},
		{"/usr/lib64/ld-linux-x86-64.so.2", ORIGIN_LIBC},
		{"[vdso]", ORIGIN_LIBC},
		{"/usr/lib/x86_64-linux-gnu/libssl.so.3", ORIGIN_THIRD_PARTY},
		{"/srv/demo", ORIGIN_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		struct origin_query q = {.module_path = modules[i].path};
		const char *runtime;

		assert_int_equal(origin_of(*state, &q, &runtime), modules[i].origin);
	}
}

static void methods_by_derive_are_recognized(void **state)
{
	static const struct {
		const char *function;
		bool sign;
		bool derived;
	} cases[] = {
		{"<demo::Order as core::hash::Hash>::hash", true, true},
		{"<demo::Order as core::hash::Hash>::hash", false, false},
		{"<demo::Order<T> as core::fmt::Debug>::fmt", true, true},
		{"<demo::Order as demo::Save>::save", true, false},
		{"demo::hash", true, false},
		{"demo::_::<impl serde::ser::Serialize for demo::Order>::serialize", false, true},
		{"<demo::_::<impl serde::de::Deserialize for demo::Order>::deserialize::V as "
		 "serde::de::Visitor>::visit_map",
		 false, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(origin_derived(*state, cases[i].function, cases[i].sign),
				 cases[i].derived);
}

static void user_prefixes_and_user_crates_come_before_all_rules(void **state)
{
	static const char *const prefixes[] = {"/home/me/.cargo/git/checkouts/ours-1a2b/",
					       "/opt/lib"};
	static const char *const crates[] = {"our-crate"};
	static const struct layout layouts[] = {
		{"/home/me/.cargo/git/checkouts/ours-1a2b/c0ffee/src/lib.rs", "ours", NULL,
		 ORIGIN_USER},
		{"/home/me/.cargo/git/checkouts/ours-1a2bc/c0ffee/src/lib.rs", "others", NULL,
		 ORIGIN_THIRD_PARTY},
		{CRATES "our-crate-1.0.0/src/lib.rs", "our_crate", NULL, ORIGIN_USER},
		{CRATES "our-crate-two-1.0.0/src/lib.rs", "our_crate_two", NULL,
		 ORIGIN_THIRD_PARTY},
		{NULL, "our_crate", NULL, ORIGIN_USER},
	};

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		const struct layout *l = &layouts[i];
		const char *runtime;
		struct origin_query q = {
			.crate = l->crate,
			.crate_length = strlen(l->crate),
			.decl_file = l->decl_file,
			.module_path = "/srv/demo",
			.user_prefixes = prefixes,
			.user_prefix_count = 2,
			.user_crates = crates,
			.user_crate_count = 1,
		};

		assert_int_equal(origin_of(*state, &q, &runtime), l->origin);
	}
}

static void functions_of_libc_are_known_by_name_where_nothing_else_tells(void **state)
{
	static const struct {
		const char *function, *crate, *decl_file;
		enum frame_origin origin;
	} functions[] = {
		{"fdatasync", NULL, NULL, ORIGIN_LIBC},
		{"sccp", NULL, NULL, ORIGIN_LIBC},
		{"_mi_theap_realloc_zero", NULL, NULL, ORIGIN_LIBC},
		{"rocksdb::PosixWritableFile::Sync", NULL, NULL, ORIGIN_UNKNOWN},
		{"read", "demo", NULL, ORIGIN_UNKNOWN},
		{"read", NULL, "/home/me/demo/src/main.rs", ORIGIN_USER},
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct origin_query q = {
			.function = functions[i].function,
			.crate = functions[i].crate,
			.crate_length = functions[i].crate ? strlen(functions[i].crate) : 0,
			.decl_file = functions[i].decl_file,
			.module_path = "/srv/demo",
		};
		const char *runtime;

		assert_int_equal(origin_of(*state, &q, &runtime), functions[i].origin);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_prefixes_and_user_crates_come_before_all_rules),
		cmocka_unit_test(the_file_of_the_declaration_decides_whose_code_it_is),
		cmocka_unit_test(remapped_paths_give_the_same_origins),
		cmocka_unit_test(a_users_crate_may_be_named_vendor_external_or_registry),
		cmocka_unit_test(the_crate_of_main_is_the_users_in_any_directory),
		cmocka_unit_test(without_a_file_the_crate_decides_the_origin),
		cmocka_unit_test(a_default_method_belongs_to_the_crate_of_its_trait),
		cmocka_unit_test(shared_objects_of_the_system_are_not_the_users),
		cmocka_unit_test(methods_by_derive_are_recognized),
		cmocka_unit_test_setup_teardown(
			functions_of_libc_are_known_by_name_where_nothing_else_tells, open_rules,
			close_rules),
	};

	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
