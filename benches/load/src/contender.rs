//! The three servers, as processes.

use crate::{settings::Settings, world::World};
use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contender {
    Bare,
    Authflow,
    Plain,
}

impl Contender {
    pub(crate) const ALL: [Self; 3] = [Self::Bare, Self::Authflow, Self::Plain];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare handler",
            Self::Authflow => "authflow-server",
            Self::Plain => "plain service",
        }
    }

    /// The name under which its tokens are filed. The bare handler looks at none, and is sent authflow's.
    pub(crate) fn tokens(self) -> &'static str {
        match self {
            Self::Bare | Self::Authflow => "authflow",
            Self::Plain => "plain",
        }
    }

    /// Starts it on the world's database, with its log in a file.
    pub(crate) fn start(self, settings: &Settings, world: &World) -> Running {
        let mut command = match self {
            Self::Authflow => Command::new(&settings.server),
            Self::Bare | Self::Plain => Command::new(env::current_exe().expect("this program")),
        };
        match self {
            Self::Bare => command.arg("bare").arg(world.folder()),
            Self::Plain => command.arg("plain").arg(world.folder()),
            Self::Authflow => command
                .args(["--listen", "127.0.0.1:0", "--database"])
                .arg(world.database())
                .arg("--keys")
                .arg(world.path("keys.toml"))
                .arg("--sealing-keys")
                .arg(world.path("sealing.toml"))
                .arg("--config")
                .arg(world.path("config.toml")),
        };
        let log = fs::File::create(world.path("log")).expect("a log");
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().expect("a server");
        let mut said = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        output.read_line(&mut said).expect("a line");
        let address = said.trim().strip_prefix("listening on ").map(str::to_owned);
        let mut running = Running { process, address: String::new() };
        running.address = address
            .unwrap_or_else(|| panic!("{} did not start: {said}; {}", self.name(), running.log(world)));
        running
    }
}

/// A running server, which is killed when this is dropped.
pub(crate) struct Running {
    process: Child,
    pub(crate) address: String,
}

impl Running {
    /// The processor time that it has used, and that the kernel has used for it.
    pub(crate) fn processor_time(&self) -> Duration {
        /// Linux's value, on every architecture that matters here.
        const TICKS_A_SECOND: u64 = 100;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("a process");
        let (_, after_name) = stat.rsplit_once(')').expect("its name");
        let ticks: u64 =
            after_name.split_whitespace().skip(11).take(2).map(|it| it.parse::<u64>().expect("ticks")).sum();
        Duration::from_millis(ticks * 1000 / TICKS_A_SECOND)
    }

    /// Resident memory, in KiB.
    pub(crate) fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    fn log(&self, world: &World) -> String {
        fs::read_to_string(world.path("log")).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
