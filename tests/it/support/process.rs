//! What the kernel knows of a process, by `proc(5)`.
use std::{fs, mem, path::PathBuf, thread, time::Duration};

use super::eventually;

/// A running process.
#[derive(Debug, Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }

    fn read(self, name: &str) -> String {
        let file = self.file(name);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// The number behind a name, in KiB where it is memory.
    fn number(self, file: &str, name: &str) -> u64 {
        let text = self.read(file);
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        let value = value.unwrap_or_else(|| panic!("no {name} in {text}"));
        value.split(' ').next().unwrap().parse().unwrap()
    }

    /// What no other process could use, in KiB: heap, stacks, changed data.
    pub fn anonymous_kib(self) -> f64 {
        self.number("smaps_rollup", "Anonymous") as f64
    }

    /// The part of it behind which no file stands: heap and stacks, without the data of binary and libraries.
    pub fn heap_kib(self) -> u64 {
        let mut is_meant = false;
        let mut sum = 0;
        for line in self.read("smaps").lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            match fields[..] {
                // The head of a mapping: addresses, rights, offset, device, inode and, where it has one, its name.
                [range, _, _, _, _, ..] if range.contains('-') => {
                    is_meant = fields.get(5).is_none_or(|name| name.starts_with('['));
                }
                ["Anonymous:", kib, _] if is_meant => sum += kib.parse::<u64>().unwrap(),
                _ => {}
            }
        }
        sum
    }

    /// What is in memory at all, the binary and libraries that others use as well among it, in KiB.
    #[allow(dead_code, reason = "of use in benches")]
    pub fn resident_kib(self) -> f64 {
        self.number("smaps_rollup", "Rss") as f64
    }

    /// The most that it ever had in memory, in KiB, or since [`Process::forget_peak`].
    pub fn peak_kib(self) -> f64 {
        self.number("status", "VmHWM") as f64
    }

    pub fn forget_peak(self) {
        fs::write(self.file("clear_refs"), "5").unwrap();
    }

    /// Its threads' names, sorted.
    pub fn threads(self) -> Vec<String> {
        let name = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).ok();
        let tasks = fs::read_dir(self.file("task")).unwrap().filter_map(|task| name(task.ok()?));
        let mut names: Vec<String> = tasks.map(|name| name.trim().to_owned()).collect();
        names.sort();
        names
    }

    pub fn descriptors(self) -> f64 {
        fs::read_dir(self.file("fd")).unwrap().count() as f64
    }

    /// What it caused to be written to disks, in bytes.
    pub fn written(self) -> u64 {
        self.number("io", "write_bytes")
    }

    /// Processor time of all its threads so far, those that ended among them, in milliseconds. The kernel rounds to a
    /// tick, which is ten.
    #[allow(dead_code, reason = "of use in benches")]
    pub fn cpu_ms(self) -> f64 {
        let stat = self.read("stat");
        // The name of the program stands in brackets and may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        // The fields utime and stime, in ticks of a hundredth of a second (USER_HZ is 100 on every Linux that Rust knows).
        let ticks: u64 = fields[11..=12].iter().map(|field| field.parse::<u64>().unwrap()).sum();
        ticks as f64 * 10.0
    }

    /// How often its threads of these names have begun to wait for something; all of them where none is named.
    pub fn waits(self, names: &[&str]) -> u64 {
        let tasks = fs::read_dir(self.file("task")).unwrap();
        let status = |task: fs::DirEntry| fs::read_to_string(task.path().join("status")).ok();
        let waits = |status: String| {
            let field =
                |name: &str| Some(status.lines().find_map(|line| line.strip_prefix(name))?.trim().to_owned());
            let is_meant = names.is_empty() || names.contains(&field("Name:")?.as_str());
            is_meant.then(|| field("voluntary_ctxt_switches:")?.parse::<u64>().ok()).flatten()
        };
        tasks.filter_map(|task| waits(status(task.ok()?)?)).sum()
    }

    /// Waits until none of its threads has had anything to do for a tenth of a second.
    pub fn wait_until_quiet(self) {
        let mut before = self.waits(&[]);
        eventually("it has nothing to do", || {
            thread::sleep(Duration::from_millis(100));
            let now = self.waits(&[]);
            mem::replace(&mut before, now) == now
        });
    }
}
