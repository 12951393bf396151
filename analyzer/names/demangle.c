/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/names/demangle.h"
#include "analyzer/names/demangle_legacy.h"

#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

/*
 * libiberty's demanglers limit their recursion, not their output: a v0 name of a few hundred bytes
 * with back references can expand to gigabytes. So their output goes through a callback with a
 * limit, and a name that exceeds it is not demangled.
 */
enum { DEMANGLED_BYTES = 64 << 10 };

struct limited {
	struct text text;
	bool over;
};

static void limited_add(const char *bytes, size_t length, void *opaque)
{
	struct limited *out = opaque;

	if (out->over || length > DEMANGLED_BYTES - out->text.length) {
		out->over = true;
		return;
	}
	text_add(&out->text, bytes, length);
}

static bool try_rust(const char *name, struct limited *out)
{
	/*
	 * LLVM appends .llvm.123 to symbols that it makes local. The v0 mangling allows that,
	 * legacy does not.
	 */
	const char *tail = strstr(name, ".llvm.");
	char *cut = tail ? strndup(name, (size_t)(tail - name)) : NULL;
	bool done = rust_demangle_callback(cut ? cut : name, DMGL_NO_OPTS, limited_add, out);

	free(cut);
	return done && !out->over && out->text.length;
}

static bool try_cplus(const char *name, int options, struct limited *out)
{
	return cplus_demangle_v3_callback(name, options, limited_add, out) && !out->over &&
	       out->text.length;
}

static void demangle(struct text *out, const char *name, int options, bool *rust)
{
	struct limited full = {0};
	bool done = false;

	*rust = demangle_legacy(out, name);
	if (*rust)
		return;
	if (!strncmp(name, "_R", 2) || !strncmp(name, "_ZN", 3))
		done = *rust = try_rust(name, &full);
	if (!done && !strncmp(name, "_Z", 2)) {
		text_close(&full.text);
		full.over = false;
		done = try_cplus(name, options, &full);
	}
	if (done) {
		text_add(out, full.text.bytes, full.text.length);
	} else {
		/* without the symbol version of C libraries */
		text_add(out, name, strcspn(name, "@"));
		/* What the compiler makes has a plain name. */
		*rust = !strncmp(name, "__rust_", strlen("__rust_"));
	}
	text_close(&full.text);
}

void demangle_name(struct text *out, const char *name, bool *rust)
{
	demangle(out, name, DMGL_ANSI, rust);
}

void demangle_name_parameters(struct text *out, const char *name)
{
	bool rust;

	demangle(out, name, DMGL_ANSI | DMGL_PARAMS, &rust);
}
