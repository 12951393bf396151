# SPDX-License-Identifier: MIT OR Apache-2.0
"""Small files that claim to be huge, deep or endless are read within 2 GB of memory and 20 s."""

import os
import struct
import zlib

from lib import ANALYZE, expect, expect_equal, fact, facts_check, path_for, run

MEMORY_KB, SECONDS = 2_000_000, 20

DEEP = 1_000_000


def analyzed_within(*arguments, address=""):
    """Runs hud-analyze with little memory and time; it must not fail for want of either."""
    done = run(["bash", "-c", f'ulimit -v {MEMORY_KB}; echo "$0" | "$@"', address, ANALYZE,
                *arguments], seconds=SECONDS, env={**os.environ, "HUD_CACHE": ""})
    expect(0 <= done.returncode <= 3, f"exit code {done.returncode}\n{done.stderr}")
    expect("memory" not in done.stderr.lower(), f"out of memory:\n{done.stderr}")
    return done


def assembled(name, source):
    path = path_for(name)
    with open(path + ".s", "w", encoding="utf-8") as file:
        file.write(source)
    made = run(["cc", "-nostdlib", "-static", "-Wl,-e,main", path + ".s", "-o", path])
    expect_equal(made.returncode, 0, f"cc ({made.stderr})")
    return path


CODE = """
    .text
    .globl main
main: .cfi_startproc
    ret
    .cfi_endproc
    .type main, @function
    .size main, .-main
end:
    .section .debug_abbrev
    .uleb128 1; .uleb128 0x11; .byte 1
    .uleb128 0x11; .uleb128 1; .uleb128 0x12; .uleb128 1; .uleb128 0; .uleb128 0
    .uleb128 2; .uleb128 0x2e; .byte 1
    .uleb128 0x11; .uleb128 1; .uleb128 0x12; .uleb128 1; .uleb128 0x31; .uleb128 0x13
    .uleb128 0; .uleb128 0
    .uleb128 3; .uleb128 0x0b; .byte 1
    .uleb128 0x11; .uleb128 1; .uleb128 0x12; .uleb128 1; .uleb128 0; .uleb128 0
    .uleb128 4; .uleb128 0x1d; .byte 1
    .uleb128 0x31; .uleb128 0x13; .uleb128 0x11; .uleb128 1; .uleb128 0x12; .uleb128 1
    .uleb128 0; .uleb128 0
    .uleb128 0
    .section .debug_info
unit: .long unit_end - 1f
1:  .short 4; .long .debug_abbrev; .byte 8
    .uleb128 1; .quad main; .quad end
function: .uleb128 2; .quad main; .quad end; .long %s
    %s
unit_end:
"""

# Its own origin, and blocks or inlined calls inside of one another.
CYCLE = CODE % ("function - unit", ".rept 100; .byte 0; .endr")
BLOCKS = CODE % ("0", f".rept {DEEP}; .uleb128 3; .quad main; .quad end; .endr")
CALLS = CODE % ("0", f".rept {DEEP}; .uleb128 4; .long function - unit; .quad main; .quad end; "
                     ".endr")


def address_of_main(path):
    for line in run(["nm", path]).stdout.splitlines():
        if line.endswith(" main"):
            return "0x" + line.split()[0]
    return "0"


@fact(root=False)
def debug_information_without_an_end_is_read():
    for name, source in (("cycle", CYCLE), ("blocks", BLOCKS), ("calls", CALLS)):
        path = assembled(name, source)
        done = analyzed_within("addr2line", path, address=address_of_main(path))
        expect(done.returncode == 0 and done.stdout.startswith("0x"),
               f"{name}: no answer:\n{done.stdout[:500]}{done.stderr}")
        done = analyzed_within("plan", path, "-o", path + ".plan")
        expect_equal(done.returncode, 0, f"{name}: exit code of plan ({done.stderr})")


def symbol_table(path, symbols, names):
    """An ELF file of one page of code; `symbols`: offset of the name, address, size."""
    table = b"".join(struct.pack("<IBBHQQ", name, 0x12, 0, 1, at, size)
                     for name, at, size in [(0, 0, 0), *symbols])
    labels = b"\0.text\0.symtab\0.strtab\0"
    places, image = [], bytearray(64) + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000,
                                                    0x2000, 0x2000, 0x1000)
    image += bytes(4096 - len(image))
    for content in (bytes(4096), table, names, labels):
        places.append((len(image), len(content)))
        image += content
    kinds = ((1, 1, 6, 0x401000, 0, 0), (7, 2, 0, 0, 3, 24), (15, 3, 0, 0, 0, 0),
             (15, 3, 0, 0, 0, 0))
    headers = bytes(64) + b"".join(
        struct.pack("<IIQQQQIIQQ", label, kind, flags, at, *place, link, 0, 8, size)
        for (label, kind, flags, at, link, size), place in zip(kinds, places))
    struct.pack_into("<16sHHIQQQIHHHHHH", image, 0, b"\x7fELF\2\1\1", 2, 62, 1, 0x401000, 64,
                     len(image), 0, 64, 56, 1, 64, 5, 4)
    with open(path, "wb") as file:
        file.write(image + headers)


@fact(root=False)
def symbols_of_one_address_with_names_inside_of_one_another_are_read():
    path, long = path_for("aliases"), 4 << 20
    symbols = [(n * 7919 % long, 0x401000, 16) for n in range(1, 200_000)]
    symbol_table(path, [*symbols, (long - 3, 0x401000, 16)], b"\0" + b"a" * long + b"\0")
    done = analyzed_within("addr2line", path, address="0x401001")
    expect("\naaaa\n" in done.stdout, f"no name:\n{done.stdout[:500]}")
    done = analyzed_within("plan", path, "-o", path + ".plan")
    expect_equal(done.returncode, 0, f"exit code of plan ({done.stderr})")


def packed_section(content_bytes):
    """.debug_info of zeros, packed by zlib: the same piece again and again."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = head + piece * (content_bytes >> 20)
    return struct.pack("<IIQQ", 1, 0, content_bytes, 1) + packed


@fact(root=False)
def a_packed_section_that_unpacks_to_gigabytes_is_refused():
    path = assembled("packed", CODE % ("0", ""))
    with open(path + ".section", "wb") as file:
        file.write(packed_section(4 << 30))
    # objcopy cannot set SHF_COMPRESSED: the flag is set in the header of the section.
    made = run(["objcopy", "--remove-section=.debug_info", "--add-section",
                f".debug_info={path}.section", path, path + ".bomb"])
    expect_equal(made.returncode, 0, f"objcopy ({made.stderr})")
    with open(path + ".bomb", "r+b") as file:
        image = bytearray(file.read())
        start, = struct.unpack_from("<Q", image, 0x28)
        count, = struct.unpack_from("<H", image, 0x3c)
        for header in range(start, start + 64 * count, 64):
            if struct.unpack_from("<Q", image, header + 32)[0] == os.path.getsize(
                    path + ".section"):
                image[header + 8] |= 0x08
                image[header + 9] |= 0x08
        file.seek(0)
        file.write(image)
    done = analyzed_within("addr2line", path + ".bomb", address=address_of_main(path))
    expect("main" in done.stdout, f"no function by the symbol table:\n{done.stdout}{done.stderr}")


@fact(root=False)
def an_elf_file_that_lies_of_its_sizes_is_survived():
    path = assembled("honest", CODE % ("0", ""))
    with open(path, "rb") as file:
        honest = file.read()
    start, = struct.unpack_from("<Q", honest, 0x28)
    sections, = struct.unpack_from("<H", honest, 0x3c)
    segments, = struct.unpack_from("<H", honest, 0x38)
    places = [start + 64 * i + field for i in range(sections) for field in (24, 32, 56)]
    places += [64 + 56 * i + field for i in range(segments) for field in (8, 16, 32, 40, 48)]
    lies = [0xffffffffffffffff, 1 << 62, 1 << 40, len(honest) - 1]
    for n, place in enumerate([*places, 0x20, 0x28]):
        image = bytearray(honest)
        struct.pack_into("<Q", image, place, lies[n % len(lies)])
        with open(path + ".lie", "wb") as file:
            file.write(image)
        analyzed_within("plan", path + ".lie", "-o", path + ".plan")
        analyzed_within("addr2line", path + ".lie", address="0x401000")


@fact(root=False)
def a_chunk_that_claims_a_terabyte_is_skipped():
    path = path_for("claim.hud")
    with open("examples/demo.hud", "rb") as file:
        demo = file.read()
    # A frame with a checksum whose content size takes 8 bytes, and a first block of 128 KiB.
    bomb = struct.pack("<IBBQ", 0xfd2fb528, 0xc4, 0x50, 1 << 40) + b"\x02\x00\x10a" * 1000
    with open(path, "wb") as file:
        file.write(demo[:-1] + bomb + demo)
    done = analyzed_within("info", path)
    expect_equal(done.returncode, 0, f"exit code ({done.stderr})")
    expect("damaged" in done.stdout + done.stderr, f"damage is not told:\n{done.stdout}")


facts_check()
