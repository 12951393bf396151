# SPDX-License-Identifier: MIT OR Apache-2.0
"""What hud-record learns of the demo with fat LTO, whose build takes minutes."""

import os
import sys

from learned import learn, print_cost, stripped
from lib import fact, facts_check

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "matrix"))
import builds  # noqa: E402



@fact(seconds=600)
def the_layout_of_fat_lto_is_that_of_its_debug_information():
    whole = builds.build("lto")
    print_cost(learn(stripped(whole, "lto"), whole, "lto"), "fat LTO, stripped")


facts_check()
