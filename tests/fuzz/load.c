/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/fuzz/load.h"
#include "analyzer/derive/schema.h"
#include "analyzer/open/filter.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <errno.h>

/* So an error may end the loading of a capture; any other is one of the code. */
static bool is_refusal(int err)
{
	return err == -EBADMSG || err == -EPROTO || err == -ENODATA;
}

static int records_load(sqlite3 *db, const struct resolver *resolver, const uint8_t *data,
			size_t size, struct ingest_result *result)
{
	const struct ingest_options options = {.resolver = resolver, .file = "fuzz.hud"};
	struct supply supply = {0};
	uint8_t *capture = records_pack(data, size, &supply.size);
	int err;

	supply.data = capture;
	err = ingest(db, supply_read, &supply, &options, result);
	free(capture);
	return err;
}

void image_take(struct database_image *out, sqlite3 *db)
{
	out->data = sqlite3_serialize(db, "main", &out->bytes, 0);
	MUST(out->data && sqlite3_close(db) == SQLITE_OK);
}

sqlite3 *image_copy(const struct database_image *image)
{
	unsigned char *copy = sqlite3_malloc64((sqlite3_uint64)image->bytes);
	sqlite3 *db;

	MUST(copy && sqlite3_open(":memory:", &db) == SQLITE_OK);
	memcpy(copy, image->data, (size_t)image->bytes);
	MUST(sqlite3_deserialize(db, "main", copy, image->bytes, image->bytes,
				 SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) ==
	     SQLITE_OK);
	return db;
}

static sqlite3 *schema_copy(void)
{
	static struct database_image image;
	sqlite3 *db;

	if (!image.data) {
		MUST(!schema_open(NULL, DATABASE_TEMPORARY, &db));
		image_take(&image, db);
	}
	return image_copy(&image);
}

bool load_open(struct input *out, const uint8_t *data, size_t size, enum load_names names)
{
	const struct symbolizer_options none = {0};
	struct ingest_result result;
	struct resolver *rules = NULL;
	int err;

	*out = (struct input) {.db = schema_copy()};
	if (names == LOAD_BY_RULES)
		MUST(!resolver_open(&none, &rules));
	err = records_load(out->db, rules ? rules : &fake_resolver, data, size, &result);
	resolver_close(rules);
	MUST(!err || is_refusal(err));
	if (err) {
		load_close(out);
		return false;
	}
	out->capture = result.last_capture;
	out->captures = result.captures;
	MUST(!filter_functions(out->db));
	database_restrict(out->db);
	return true;
}

void load_close(struct input *input)
{
	sqlite3_close(input->db);
	*input = (struct input) {0};
}
