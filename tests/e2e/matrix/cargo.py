# SPDX-License-Identifier: MIT OR Apache-2.0
"""Builds of cargo projects that need Debian's crates only, without a network."""

import os
import subprocess

CONFIG = """[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
[net]
offline = true
"""


def build(project, target):
    """Builds the project in release mode, with Debian's compiler. Where its programs are."""
    home = os.path.join(target, "home")
    os.makedirs(home, exist_ok=True)
    with open(os.path.join(home, "config.toml"), "w") as file:
        file.write(CONFIG)
    environment = {**os.environ, "CARGO_HOME": home, "CARGO_TARGET_DIR": target,
                   "PATH": "/usr/bin:/bin", "RUSTC": "/usr/bin/rustc"}
    subprocess.run(["cargo", "build", "--release", "-q"], cwd=project, env=environment, check=True)
    return os.path.join(target, "release")
