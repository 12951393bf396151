/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan_runtime.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/plan_version.h"

/* What stands before the version that rustc leaves in .comment. */
#define COMPILER_MARK "rustc version "

static void version_text(char out[24], const struct plan_version *v)
{
	if (v->known)
		snprintf(out, 24, "%u.%u.%u", v->major, v->minor, v->patch);
}

/* Opens what debug information there is: that of the separate file, or the object's own. */
static int debug_open(const struct plan_object *object, struct dwarf_file **out)
{
	int err = -ENODATA;

	for (size_t i = 2; i-- > 0 && err == -ENODATA;)
		if (object->elf[i])
			err = dwarf_file_open(object->elf[i], out);
	if (err)
		return err;
	err = dwarf_units_read(*out);
	if (err) {
		dwarf_file_close(*out);
		*out = NULL;
	}
	return err;
}

static struct plan_version units_version(const struct dwarf_file *file, const char *mark)
{
	struct plan_version none = {0};

	for (size_t i = 0; i < file->unit_count; i++) {
		const char *name = file->units[i].name;
		const char *at = name ? strstr(name, mark) : NULL;

		if (at) {
			struct plan_version v =
				plan_version_read(at + strlen(mark), at + strlen(at));

			if (v.known)
				return v;
		}
	}
	return none;
}

static int identity_read(struct plan_runtime *r, struct dwarf_file *file,
			 const struct plan_names *names, const struct plan_tls *tls)
{
	r->identity = calloc(1, sizeof(*r->identity) + HUD_PLAN_SCHEDULERS_MAX *
							       sizeof(r->identity->scheduler[0]));
	if (!r->identity)
		return -ENOMEM;
	plan_identity_read(r->identity, file, names, tls);
	if (r->identity->schedulers)
		return 0;
	free(r->identity);
	r->identity = NULL;
	return 0;
}

static int runtime_read(struct plan_runtime *r, const struct plan_object *object,
			const struct plan_names *names, const struct plan_tls *tls)
{
	struct plan_version version = plan_version_of_paths(object->elf[0], names->name[NAME_PATH]);
	struct plan_version compiler = plan_version_of_comment(object->elf[0], COMPILER_MARK);
	struct dwarf_file *file = NULL;
	int err = debug_open(object, &file);

	if (err && err != -ENODATA)
		return err;
	err = 0;
	if (file && !version.known)
		version = units_version(file, names->name[NAME_PATH]);
	version_text(r->version, &version);
	version_text(r->compiler, &compiler);
	r->present = version.known;
	if (file && tls->bytes && tls->executable)
		err = identity_read(r, file, names, tls);
	if (r->identity) {
		r->present = true;
		r->identity->runtime_version = plan_version_number(&version);
	}
	dwarf_file_close(file);
	return err;
}

int plan_runtime_read(struct plan_runtime *r, const struct plan_object *object)
{
	struct plan_names names;
	struct plan_tls tls;
	int err;

	memset(r, 0, sizeof(*r));
	err = plan_names_open(&names);
	if (err)
		return err;
	err = plan_tls_read(&tls, object->elf[0], object->elf[1]);
	if (!err) {
		err = runtime_read(r, object, &names, &tls);
		plan_tls_close(&tls);
	}
	plan_names_close(&names);
	if (err)
		plan_runtime_free(r);
	return err;
}

void plan_runtime_free(struct plan_runtime *r)
{
	free(r->identity);
	memset(r, 0, sizeof(*r));
}
