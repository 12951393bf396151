/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/tls.h"
#include "analyzer/base/bytes.h"
#include "analyzer/base/text.h"
#include "analyzer/elf/parts.h"
#include "analyzer/names/demangle.h"
#include "analyzer/rules/rules.h"
#include "format/base/array.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Limits for hostile headers. */
enum { TLS_ALIGN_MAX = 1 << 20, AARCH64_HEAD_BYTES = 16 };
#define TLS_BYTES_MAX (UINT64_C(1) << 30)

static bool dynamic_is_pie(Elf *elf, const GElf_Phdr *h)
{
	Elf_Data *data;

	if (h->p_offset > INT64_MAX)
		return false;
	data = elf_getdata_rawchunk(elf, (int64_t)h->p_offset, h->p_filesz, ELF_T_DYN);
	for (int i = 0; data && (size_t)i < data->d_size / sizeof(Elf64_Dyn); i++) {
		GElf_Dyn entry;

		if (!gelf_getdyn(data, i, &entry) || entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_FLAGS_1)
			return entry.d_un.d_val & DF_1_PIE;
	}
	return false;
}

static void header_take(struct plan_tls *tls, Elf *elf, const GElf_Phdr *h)
{
	switch (h->p_type) {
	case PT_INTERP:
		tls->executable = true;
		break;
	case PT_DYNAMIC:
		tls->executable |= dynamic_is_pie(elf, h);
		break;
	case PT_TLS:
		if (h->p_memsz > TLS_BYTES_MAX || h->p_align > TLS_ALIGN_MAX ||
		    h->p_align & (h->p_align - 1))
			break;
		tls->bytes = h->p_memsz;
		tls->align = h->p_align ? h->p_align : 1;
		tls->address = h->p_vaddr;
		break;
	default:
		break;
	}
}

static void headers_read(struct plan_tls *tls, Elf *elf)
{
	size_t count = 0;
	GElf_Ehdr header;

	if (!gelf_getehdr(elf, &header) || !elf_program_headers(elf, &count))
		return;
	tls->machine = header.e_machine;
	tls->executable = header.e_type == ET_EXEC;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr h;

		if (gelf_getphdr(elf, (int)i, &h))
			header_take(tls, elf, &h);
	}
}

static int table_read(struct plan_tls *tls, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t room = 0;

	if (!data || !header->sh_entsize)
		return 0;
	tls->has_symbols = true;
	for (size_t i = 0; i < data->d_size / header->sh_entsize && i < INT32_MAX; i++) {
		GElf_Sym symbol;
		const char *name;

		if (!gelf_getsym(data, (int)i, &symbol))
			break;
		if (GELF_ST_TYPE(symbol.st_info) != STT_TLS || symbol.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (!name || !*name)
			continue;
		if (!array_grow(&tls->symbol, tls->symbols, &room, sizeof(*tls->symbol)))
			return -ENOMEM;
		tls->symbol[tls->symbols++] =
			(struct plan_tls_symbol) {symbol.st_value, symbol.st_size, name};
	}
	return 0;
}

static int symbols_read(struct plan_tls *tls, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			return table_read(tls, elf, section, &header);
	return 0;
}

/* A relocation that asks for the number of this object's own module: without a symbol. */
static uint64_t module_slot_in(Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);

	if (!data || !header->sh_entsize)
		return 0;
	for (size_t i = 0; i < data->d_size / header->sh_entsize && i < INT32_MAX; i++) {
		GElf_Rela r;

		if (!gelf_getrela(data, (int)i, &r))
			break;
		if (GELF_R_TYPE(r.r_info) == R_X86_64_DTPMOD64 && !GELF_R_SYM(r.r_info))
			return r.r_offset;
	}
	return 0;
}

static bool needs_musl_in(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);

	for (int i = 0; data && (size_t)i < data->d_size / sizeof(Elf64_Dyn); i++) {
		const char *name;
		GElf_Dyn entry;

		if (!gelf_getdyn(data, i, &entry) || entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED)
			continue;
		name = elf_strptr(elf, header->sh_link, entry.d_un.d_val);
		/* Alpine's name for it, and its own; glibc is libc.so.6. */
		if (name && (!strncmp(name, "libc.musl-", 10) || !strcmp(name, "libc.so")))
			return true;
	}
	return false;
}

static bool needs_musl(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNAMIC)
			return needs_musl_in(elf, section, &header);
	return false;
}

static void module_slot_read(struct plan_tls *tls, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	if (tls->executable || tls->machine != EM_X86_64)
		return;
	tls->musl = needs_musl(elf);
	if (tls->musl)
		return;
	while (!tls->module_slot && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_RELA)
			tls->module_slot = module_slot_in(section, &header);
}

int plan_tls_read(struct plan_tls *tls, Elf *elf, Elf *debug)
{
	int err = 0;

	memset(tls, 0, sizeof(*tls));
	headers_read(tls, elf);
	module_slot_read(tls, elf);
	if (debug)
		err = symbols_read(tls, debug);
	if (!err && !tls->has_symbols)
		err = symbols_read(tls, elf);
	if (err)
		plan_tls_close(tls);
	return err;
}

void plan_tls_close(struct plan_tls *tls)
{
	free(tls->symbol);
	memset(tls, 0, sizeof(*tls));
}

/* What lies between `from` and the next address with this remainder by the alignment. */
static uint64_t gap(const struct plan_tls *tls, uint64_t from, uint64_t remainder)
{
	return (remainder - from) & (tls->align - 1);
}

/*
 * As linkers compute it (lld's getTlsTpOffset; GNU's begin the block at a multiple of its
 * alignment): the program's own instructions have it. The C library of a static program puts the
 * first values elsewhere where these differ, which is that program's fault.
 */
bool plan_tls_offset(const struct plan_tls *tls, uint64_t value, int64_t *out)
{
	if (value >= tls->bytes)
		return false;
	/* x86-64: below the thread pointer. AArch64: above it, after two words of the C library. */
	if (tls->machine == EM_X86_64)
		*out = (int64_t)value -
		       (int64_t)(tls->bytes + gap(tls, tls->bytes, 0 - tls->address));
	else
		*out = (int64_t)(AARCH64_HEAD_BYTES + gap(tls, AARCH64_HEAD_BYTES, tls->address) +
				 value);
	return true;
}

bool plan_tls_place(const struct plan_tls *tls, uint64_t value, uint64_t bytes, int64_t *out)
{
	int64_t end;

	return bytes && value <= UINT64_MAX - bytes && plan_tls_offset(tls, value, out) &&
	       plan_tls_offset(tls, value + bytes - 1, &end);
}

const struct plan_tls_symbol *plan_tls_find(const struct plan_tls *tls, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < tls->symbols; i++) {
		const char *own = tls->symbol[i].name;

		if (!strncmp(own, name, length) && (!own[length] || own[length] == '.'))
			return &tls->symbol[i];
	}
	return NULL;
}

const struct plan_tls_symbol *plan_tls_match(const struct plan_tls *tls, const char *pattern)
{
	for (size_t i = 0; i < tls->symbols; i++) {
		struct text name = {0};
		bool rust, matches;

		if (tls->symbol[i].bytes < POINTER_BYTES)
			continue;
		demangle_name(&name, tls->symbol[i].name, &rust);
		matches = name.bytes && pattern_matches(pattern, name.bytes);
		text_close(&name);
		if (matches)
			return &tls->symbol[i];
	}
	return NULL;
}
