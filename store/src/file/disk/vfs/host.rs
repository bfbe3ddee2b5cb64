//! Properties of the computer. Correctness does not depend on them; each may be unknown.
use std::fs;

/// An ID that changes whenever the computer starts.
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
