//! The real program: serving on a folder of its own, killed and started again, and its commands beside it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct Desk {
    child: Child,
    pub address: String,
    pub folder: PathBuf,
}

impl Desk {
    /// Starts the real program on an empty folder.
    pub fn start(name: &str) -> Desk {
        Desk::start_on(folder(name))
    }

    /// Starts it on what a folder holds.
    pub fn start_on(folder: PathBuf) -> Desk {
        let (child, address) = serve(&folder, "127.0.0.1:0");
        Desk { child, address, folder }
    }

    /// Ends it without warning.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on what is kept, at the same address.
    pub fn start_again(&mut self) {
        let (child, address) = serve(&self.folder, self.address.trim_start_matches("http://"));
        assert_eq!(address, self.address);
        self.child = child;
    }

    /// Runs a command beside it; answers what it prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        let (is_well, said, complaint) = self.try_run(arguments);
        assert!(is_well, "{arguments:?}: {said}{complaint}");
        said
    }

    /// Whether it ends well, what it prints, and what it complains of.
    pub fn try_run(&self, arguments: &[&str]) -> (bool, String, String) {
        let out = hobnob(&self.folder).args(arguments).output().unwrap();
        let words = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (out.status.success(), words(&out.stdout), words(&out.stderr))
    }
}

/// A folder that is not there yet.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("hobnob-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

pub fn hobnob(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hobnob"));
    command.args(["--allow-private", "127.0.0.1,localhost", "--data"]).arg(folder).env_remove("HOBNOB_DATABASE");
    command
}

/// The program serving, and its address.
fn serve(folder: &Path, at: &str) -> (Child, String) {
    let mut child = hobnob(folder).args(["--listen", at]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(address.starts_with("http://"), "it prints its address: {line}");
    (child, address)
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
