//! The command line.

use crate::elsewhere::{Part, ELSEWHERE};
use crate::handlers::ENDPOINTS;
use crate::innocent::INNOCENTS;
use std::path::PathBuf;
use std::time::Duration;

pub struct Options {
    pub duration: Option<Duration>,
    pub truth: Option<PathBuf>,
    pub workers: usize,
    pub multi_thread: bool,
    pub only: Option<Vec<String>>,
    pub without: Vec<String>,
    pub runtimes: bool,
    pub stretch: Vec<(String, f64)>,
    pub deadlocks: Vec<Duration>,
    pub directory: PathBuf,
    pub quiet: bool,
}

/// What to do: run, or print the help.
pub enum Command {
    Run(Options),
    Help,
}

struct Known {
    name: &'static str,
    /// What --help calls the value; none for a switch.
    value: Option<&'static str>,
    help: &'static str,
    apply: fn(&mut Options, &str) -> Result<(), String>,
}

const KNOWN: &[Known] = &[
    Known {
        name: "--duration",
        value: Some("SECS"),
        help: "run that long (default: until SIGINT or SIGTERM)",
        apply: |options, value| {
            options.duration = Some(seconds(value)?);
            Ok(())
        },
    },
    Known {
        name: "--truth",
        value: Some("FILE"),
        help: "write the ground truth there at the end, as JSON",
        apply: |options, value| {
            options.truth = Some(value.into());
            Ok(())
        },
    },
    Known {
        name: "--workers",
        value: Some("N"),
        help: "workers of the multi_thread runtime (default: 4)",
        apply: |options, value| {
            options.workers = match value.parse() {
                Ok(workers) if (1..=1024).contains(&workers) => workers,
                _ => return Err(format!("'{}' is no number from 1 to 1024", value)),
            };
            Ok(())
        },
    },
    Known {
        name: "--flavor",
        value: Some("NAME"),
        help: "multi_thread (default) or current_thread",
        apply: |options, value| {
            options.multi_thread = match value {
                "multi_thread" => true,
                "current_thread" => false,
                _ => return Err(format!("'{}' is no flavor", value)),
            };
            Ok(())
        },
    },
    Known {
        name: "--only",
        value: Some("NAME[,NAME]"),
        help: "run only these parts",
        apply: |options, value| {
            for name in value.split(',') {
                if !names().any(|known| known == name) {
                    return Err(format!("'{}' is no part of the demo", name));
                }
                options.only.get_or_insert_with(Vec::new).push(name.to_string());
            }
            Ok(())
        },
    },
    Known {
        name: "--without",
        value: Some("NAME[,NAME]"),
        help: "run without these parts",
        apply: |options, value| {
            for name in value.split(',') {
                if !names().any(|known| known == name) {
                    return Err(format!("'{}' is no part of the demo", name));
                }
                options.without.push(name.to_string());
            }
            Ok(())
        },
    },
    Known {
        name: "--runtimes",
        value: None,
        help: "run also what lives on other runtimes; it blocks 100 times a second",
        apply: |options, _| {
            options.runtimes = true;
            Ok(())
        },
    },
    Known {
        name: "--stretch",
        value: Some("NAME=FACTOR"),
        help: "let this endpoint block that much longer; may be repeated",
        apply: |options, value| {
            let (name, factor) = value.split_once('=').unwrap_or((value, ""));
            if !ENDPOINTS.contains(&name) {
                return Err(format!("'{}' is no endpoint", name));
            }
            match factor.parse::<f64>() {
                Ok(factor) if (0.01..=100.0).contains(&factor) => {
                    options.stretch.push((name.to_string(), factor));
                    Ok(())
                }
                _ => Err(format!("'{}' is no factor from 0.01 to 100", factor)),
            }
        },
    },
    Known {
        name: "--deadlock-at",
        value: Some("SECS[,SECS]"),
        help: "block a task for good, so long after the start; may be repeated",
        apply: |options, value| {
            for time in value.split(',') {
                options.deadlocks.push(seconds(time)?);
            }
            options.deadlocks.sort();
            Ok(())
        },
    },
    Known {
        name: "--dir",
        value: Some("DIR"),
        help: "a directory on a disk, for two nameless files (default: /var/tmp)",
        apply: |options, value| {
            options.directory = value.into();
            Ok(())
        },
    },
    Known {
        name: "--quiet",
        value: None,
        help: "no summary at the end",
        apply: |options, _| {
            options.quiet = true;
            Ok(())
        },
    },
];

/// All that `--only` can name.
fn names() -> impl Iterator<Item = &'static str> {
    let parts = INNOCENTS.iter().chain(ELSEWHERE);
    ENDPOINTS.iter().copied().chain(parts.map(|part| part.name))
}

fn seconds(value: &str) -> Result<Duration, String> {
    match value.parse::<f64>() {
        Ok(seconds) if (0.0..=1e9).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(format!("'{}' is no number of seconds", value)),
    }
}

/// `--name value` and `--name=value`. The error is one line for the user.
pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut options = Options {
        duration: None,
        truth: None,
        workers: 4,
        multi_thread: true,
        only: None,
        without: Vec::new(),
        runtimes: false,
        stretch: Vec::new(),
        deadlocks: Vec::new(),
        directory: "/var/tmp".into(),
        quiet: false,
    };
    while let Some(argument) = arguments.next() {
        if argument == "--help" || argument == "-h" {
            return Ok(Command::Help);
        }
        let (name, mut value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_string())),
            None => (argument.as_str(), None),
        };
        let known = KNOWN.iter().find(|known| known.name == name);
        let known = known.ok_or_else(|| format!("unknown option '{}'", argument))?;
        if known.value.is_some() {
            value = value.or_else(|| arguments.next());
            value.as_ref().ok_or_else(|| format!("{} needs a value", name))?;
        } else if value.is_some() {
            return Err(format!("{} takes no value", name));
        }
        let applied = (known.apply)(&mut options, value.as_deref().unwrap_or(""));
        applied.map_err(|error| format!("{}: {}", name, error))?;
    }
    Ok(Command::Run(options))
}

impl Options {
    /// As `wants`; a part that lives on another runtime is started on request only.
    pub fn wants_part(&self, name: &str, elsewhere: bool) -> bool {
        self.wants(name) && (!elsewhere || self.runtimes || self.only.is_some())
    }

    /// Is this part of the run?
    pub fn wants(&self, name: &str) -> bool {
        let chosen = |names: &Vec<String>| names.iter().any(|known| known == name);
        self.only.as_ref().map_or(true, chosen) && !chosen(&self.without)
    }

    /// How much longer than usual this endpoint blocks.
    pub fn factor(&self, endpoint: &str) -> f64 {
        self.stretch.iter().filter(|(name, _)| name == endpoint).map(|(_, factor)| factor).product()
    }

    pub fn flavor(&self) -> &'static str {
        if self.multi_thread { "multi_thread" } else { "current_thread" }
    }
}

pub fn help() -> String {
    let mut text = String::from("Usage: demo [OPTION]...\n\n\
        A Tokio service that loads itself and blocks its workers in known ways.\n\n");
    for known in KNOWN {
        let left = format!("{} {}", known.name, known.value.unwrap_or(""));
        text += &format!("  {:<26} {}\n", left, known.help);
    }
    let named = |list: &[Part], elsewhere| {
        let chosen = list.iter().filter(|part| part.elsewhere == elsewhere);
        chosen.map(|part| part.name).collect::<Vec<_>>().join(" ")
    };
    text += &format!("  {:<26} {}\n\n", "--help", "print this");
    text += &format!("Endpoints: {}\n", ENDPOINTS.join(" "));
    text += &format!("Innocents: {}\n", named(INNOCENTS, false));
    text += &format!("On other runtimes: {}\n", named(ELSEWHERE, true));
    text += &format!("Innocents there: {}\n", named(INNOCENTS, true));
    text
}
