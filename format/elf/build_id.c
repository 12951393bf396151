/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/elf/build_id.h"
#include "format/base/hex.h"
#include "format/elf/text_hash.h"

#include <errno.h>
#include <string.h>

#define NOTES_BYTES_MAX 4096

/* A note: header, name padded to 4, descriptor padded to 4. */
const uint8_t *build_id_note(const uint8_t *notes, size_t bytes, size_t *id_bytes)
{
	size_t at = 0;

	while (bytes - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		size_t name, left;

		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		left = bytes - at;
		name = ((size_t)note.n_namesz + 3) & ~(size_t)3;
		if (name > left || note.n_descsz > left - name)
			break;
		*id_bytes = note.n_descsz;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    !memcmp(notes + at, "GNU", 4) && note.n_descsz > 0)
			return notes + at + name;
		left -= name;
		at += name;
		name = ((size_t)note.n_descsz + 3) & ~(size_t)3;
		if (name > left)
			break;
		at += name;
	}
	return NULL;
}

static bool notes_search(const uint8_t *notes, size_t bytes, struct build_id *out)
{
	const uint8_t *id = build_id_note(notes, bytes, &out->bytes);

	if (id && out->bytes <= sizeof(out->byte)) {
		memcpy(out->byte, id, out->bytes);
		return true;
	}
	out->bytes = 0;
	return false;
}

static int build_id_search(const struct elf_bytes *e, struct build_id *out)
{
	uint8_t notes[NOTES_BYTES_MAX];
	Elf64_Ehdr header;
	int error = elf_bytes_header(e, &header);

	*out = (struct build_id) {0};
	for (unsigned i = 0; !error && i < elf_bytes_segments(&header); i++) {
		Elf64_Phdr segment;

		error = elf_bytes_segment(e, &header, i, &segment);
		if (error || segment.p_type != PT_NOTE || segment.p_filesz > sizeof(notes))
			continue;
		error = elf_bytes_read(e, segment.p_offset, notes, segment.p_filesz);
		if (!error && notes_search(notes, segment.p_filesz, out))
			return 0;
	}
	return error ? error : -ENODATA;
}

int build_id_read(int fd, struct build_id *out)
{
	struct elf_bytes elf = {.fd = fd};
	int error = build_id_search(&elf, out);

	if (error != -ENODATA)
		return error;
	error = text_hash(&elf, out->byte);
	out->bytes = error ? 0 : HUD_TEXT_HASH_BYTES;
	return error;
}

int build_id_of_image(const uint8_t *image, size_t bytes, struct build_id *out)
{
	return build_id_search(&(struct elf_bytes) {.image = image, .image_bytes = bytes}, out);
}

bool build_id_is_hash(const struct build_id *id)
{
	return text_hash_is(id->byte, id->bytes);
}

const char *build_id_text(const uint8_t *id, size_t bytes, char out[static BUILD_ID_TEXT_BYTES])
{
	size_t mark = text_hash_is(id, bytes) ? HUD_TEXT_HASH_MARK_BYTES : 0, of = bytes - mark;

	hex_text(id + mark, of < BUILD_ID_TEXT_BYTES / 2 ? of : BUILD_ID_TEXT_BYTES / 2, out);
	return out;
}

bool build_id_equal(const struct build_id *a, const struct build_id *b)
{
	return a->bytes && a->bytes == b->bytes && !memcmp(a->byte, b->byte, a->bytes);
}
