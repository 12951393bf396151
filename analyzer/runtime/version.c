/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/version.h"
#include "analyzer/elf/parts.h"

#include <string.h>

static bool number_read(const char **at, const char *end, uint32_t *out)
{
	const char *start = *at;

	for (*out = 0; *at < end && **at >= '0' && **at <= '9' && *at - start < 5; ++*at)
		*out = *out * 10 + (uint32_t)(**at - '0');
	return *at > start;
}

static bool dot(const char **at, const char *end)
{
	return *at < end && *(*at)++ == '.';
}

struct plan_version plan_version_read(const char *text, const char *end)
{
	struct plan_version v = {0};

	v.known = number_read(&text, end, &v.major) && dot(&text, end) &&
		  number_read(&text, end, &v.minor) && dot(&text, end) &&
		  number_read(&text, end, &v.patch);
	return v.known ? v : (struct plan_version) {0};
}

static bool later(const struct plan_version *a, const struct plan_version *b)
{
	if (!b->known || !a->known || a->major != b->major)
		return a->known && (!b->known || a->major > b->major);
	return a->minor != b->minor ? a->minor > b->minor : a->patch > b->patch;
}

static void bytes_search(const char *from, size_t bytes, const char *mark,
			 struct plan_version *best)
{
	const char *end = from + bytes;
	size_t length = strlen(mark);

	while ((from = memmem(from, (size_t)(end - from), mark, length))) {
		struct plan_version v;

		from += length;
		v = plan_version_read(from, end);
		if (later(&v, best))
			*best = v;
	}
}

/* Is this a section of the name; `name` NULL: one that is loaded as read-only data? */
static bool is_searched(const GElf_Shdr *header, const char *own, const char *name)
{
	if (header->sh_type != SHT_PROGBITS)
		return false;
	if (name)
		return !strcmp(own, name);
	return header->sh_flags & SHF_ALLOC && !(header->sh_flags & (SHF_EXECINSTR | SHF_WRITE));
}

/* The bytes of the next section that is searched, NULL: there is none. */
static const Elf_Data *section_data_next(Elf *elf, Elf_Scn **section, const char *name)
{
	GElf_Shdr header;
	const char *own;

	while (elf_section_next(elf, section, &header, &own)) {
		const Elf_Data *data =
			is_searched(&header, own, name) ? elf_rawdata(*section, NULL) : NULL;

		if (data && data->d_buf)
			return data;
	}
	return NULL;
}

static struct plan_version sections_search(Elf *elf, const char *name, const char *mark)
{
	struct plan_version best = {0};
	Elf_Scn *section = NULL;
	const Elf_Data *data;

	while ((data = section_data_next(elf, &section, name)))
		bytes_search(data->d_buf, data->d_size, mark, &best);
	return best;
}

bool plan_text_is_in(Elf *elf, const char *text)
{
	Elf_Scn *section = NULL;
	const Elf_Data *data;

	while ((data = section_data_next(elf, &section, NULL)))
		if (memmem(data->d_buf, data->d_size, text, strlen(text)))
			return true;
	return false;
}

struct plan_version plan_version_of_paths(Elf *elf, const char *prefix)
{
	return sections_search(elf, NULL, prefix);
}

struct plan_version plan_version_of_comment(Elf *elf, const char *mark)
{
	return sections_search(elf, ".comment", mark);
}
