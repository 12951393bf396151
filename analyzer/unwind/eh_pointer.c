/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/eh_pointer.h"

enum pointer_format {
	FORMAT_ADDRESS = 0x0,
	FORMAT_ULEB = 0x1,
	FORMAT_UDATA2 = 0x2,
	FORMAT_UDATA4 = 0x3,
	FORMAT_UDATA8 = 0x4,
	FORMAT_SLEB = 0x9,
	FORMAT_SDATA2 = 0xa,
	FORMAT_SDATA4 = 0xb,
	FORMAT_SDATA8 = 0xc,
};

static uint64_t address_of(const struct eh_section *section, const struct byte_reader *from)
{
	return section->address + (uint64_t)(from->at - section->data);
}

static uint64_t value_read(struct byte_reader *from, uint8_t encoding)
{
	switch ((enum pointer_format)(encoding & EH_POINTER_FORMAT)) {
	case FORMAT_ADDRESS:
	case FORMAT_UDATA8:
	case FORMAT_SDATA8:
		return bytes_fixed(from, 8);
	case FORMAT_ULEB:
		return bytes_uleb(from);
	case FORMAT_SLEB:
		return (uint64_t)bytes_sleb(from);
	case FORMAT_UDATA2:
		return bytes_fixed(from, 2);
	case FORMAT_SDATA2:
		return (uint64_t)(int16_t)bytes_fixed(from, 2);
	case FORMAT_UDATA4:
		return bytes_fixed(from, 4);
	case FORMAT_SDATA4:
		return (uint64_t)(int32_t)bytes_fixed(from, 4);
	}
	bytes_fail(from);
	return 0;
}

uint64_t eh_pointer_read(const struct eh_section *section, struct byte_reader *from,
			 uint8_t encoding)
{
	uint64_t own_address = address_of(section, from);
	uint64_t value = value_read(from, encoding);

	switch (encoding & (EH_POINTER_BASE | EH_POINTER_INDIRECT)) {
	case EH_POINTER_ABSOLUTE:
		return value;
	case EH_POINTER_PCREL:
		return own_address + value;
	}
	bytes_fail(from);
	return 0;
}

void eh_pointer_skip(const struct eh_section *section, struct byte_reader *from, uint8_t encoding)
{
	enum { BASE_ALIGNED = 0x50 };

	if (encoding == EH_POINTER_OMIT)
		return;
	if ((encoding & EH_POINTER_BASE) == BASE_ALIGNED)
		bytes_skip(from, -address_of(section, from) & 7);
	value_read(from, encoding);
}
