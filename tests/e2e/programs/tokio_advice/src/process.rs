// SPDX-License-Identifier: MIT OR Apache-2.0
//! Other programs.

use crate::{busy, cases};
use std::io::Read;
use std::process::{Child, Command, Stdio};

fn sleeper() -> Command {
    let mut command = Command::new("sleep");
    command.arg("0.05");
    command
}

fn child() -> Child {
    sleeper().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

cases! {
    fn command_status() {
        sleeper().status().unwrap();
    }
    fn command_output() {
        sleeper().output().unwrap();
    }
    fn command_spawn() {
        let _memory = vec![1u8; 256 << 20];
        busy! {
            let mut command = Command::new("true");
            unsafe { std::os::unix::process::CommandExt::pre_exec(&mut command, || Ok(())) };
            command.spawn().unwrap()
        }
    }
    fn tokio_command_spawn() {
        let _memory = vec![1u8; 256 << 20];
        busy! {
            let mut command = tokio::process::Command::new("true");
            unsafe { command.pre_exec(|| Ok(())) };
            command.spawn().unwrap()
        }
    }
    fn child_wait() {
        child().wait().unwrap();
    }
    fn child_wait_with_output() {
        child().wait_with_output().unwrap();
    }
    fn child_stdout_read() {
        child().stdout.unwrap().read_to_end(&mut Vec::new()).unwrap();
    }
    fn libc_system() {
        extern "C" {
            fn system(command: *const libc::c_char) -> libc::c_int;
        }
        unsafe { system(b"sleep 0.05\0".as_ptr().cast()) };
    }
    fn duct_run() {
        duct::cmd!("sleep", "0.05").run().unwrap();
    }
    fn subprocess_join() {
        subprocess::Exec::cmd("sleep").arg("0.05").join().unwrap();
    }
}
