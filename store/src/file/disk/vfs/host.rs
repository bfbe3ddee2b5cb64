//! What the machine says about itself. Nothing here is needed for correctness: every answer
//! may be missing.
use std::fs;

/// What changes with every start of the computer.
pub(super) fn boot_id() -> Option<String> {
    read_line("/proc/sys/kernel/random/boot_id")
}

/// The name of the computer.
pub(crate) fn host_name() -> Option<String> {
    read_line("/proc/sys/kernel/hostname").or_else(|| std::env::var("COMPUTERNAME").ok())
}

/// Memory of the computer in KiB.
pub(crate) fn physical_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn read_line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
