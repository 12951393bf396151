# SPDX-License-Identifier: MIT OR Apache-2.0
"""Assembly of a program as large as big servers are: unwind_big.py FUNCTIONS TEXT_MB DATA_MB > big.s

Each function has its own FDE with ten rows, as LLVM's and rustc's have on average, of offsets that
differ. cc -static-pie big.s -o big; it sleeps at the bottom of 15 of its functions.
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
    # the first fourteen call one another, far apart they would be too in a server
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
