# SPDX-License-Identifier: MIT OR Apache-2.0
"""Writes the assembly of a program as large as a big server.

    unwind_big.py FUNCTIONS TEXT_MB DATA_MB > big.s; cc -static-pie big.s -o big

Each function has an FDE of its own with ten rows, the average of LLVM and rustc, and the offsets
differ from function to function. The program calls the first 14, each from the one before it, and
sleeps below them.
"""

import sys

functions, text_mb, data_mb = (int(word) for word in sys.argv[1:])
filler = (text_mb << 20) // functions - 44
out = sys.stdout
out.write(f"""\t.macro function number, size, next
\t.type f\\number, @function
f\\number:
\t.cfi_startproc
\tpush %rbp
\t.cfi_def_cfa_offset 16
\t.cfi_offset %rbp, -16
\tpush %r15
\t.cfi_def_cfa_offset 24
\tpush %rbx
\t.cfi_def_cfa_offset 32
\tsub $\\size, %rsp
\t.cfi_def_cfa_offset 32+\\size
\txor %ebp, %ebp
\tcall \\next
\t.skip {filler}, 0x90
\tadd $\\size, %rsp
\t.cfi_def_cfa_offset 32
\tpop %rbx
\t.cfi_def_cfa_offset 24
\tpop %r15
\t.cfi_def_cfa_offset 16
\tpop %rbp
\t.cfi_def_cfa_offset 8
\tret
\t.cfi_def_cfa_offset 32+\\size
\tud2
\t.cfi_endproc
\t.endm
\t.text
\t.globl main
""")
for n in range(functions):
    # The stack is f0 to f13 and napper. The others are never called.
    following = f"f{n + 1}" if n < 13 else "napper"
    out.write(f"\tfunction {n}, {16 + 16 * (n * 7919 % 300)}, {following}\n")
out.write("""\t.type main, @function
main:
\t.cfi_startproc
\tsub $8, %rsp
\t.cfi_def_cfa_offset 16
\tcall f0
\t.cfi_endproc
\t.type napper, @function
napper:
\t.cfi_startproc
\tsub $8, %rsp
\t.cfi_def_cfa_offset 16
1:\tmov $20000, %edi
\tcall usleep
\tjmp 1b
\t.cfi_endproc
\t.section .rodata
""")
out.write(f"\t.skip {data_mb << 20}, 0x5a\n\t.section .note.GNU-stack,\"\",@progbits\n")
