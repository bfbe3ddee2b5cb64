//! Keeping records and keys out of files that the system writes about the process.

/// Turns core dumps off: they would hold keys and records in plain.
///
/// Where the system refuses, the program goes on: its user can do nothing about it.
pub fn harden() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        setrlimit(Resource::Core, none).ok();
    }
}
