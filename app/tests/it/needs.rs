//! What a test needs from the system. If something is not installed, the test is skipped with one
//! line on standard error, or fails if `VSTORE_WINDOW_TESTS=required` is set.

use std::env;
use std::fmt::{self, Display};
use std::io::{self, Write as _};
use std::process::Command;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::thread;

use eframe::wgpu::{Adapter, Backends, DeviceType, Instance, InstanceDescriptor};

/// Set this to `required` where the packages are installed, so that no test is skipped unnoticed.
const REQUIRED: &str = "VSTORE_WINDOW_TESTS";

/// Everything that the tests of this crate can need, as packages of Debian and Ubuntu.
const PACKAGES: &str = "xvfb openbox xdotool mesa-vulkan-drivers libegl1 libgl1-mesa-dri \
    libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2";

#[derive(Clone, Copy)]
pub(crate) enum Need {
    /// A program on the search path.
    Program(&'static str),
    /// A library that is loaded when the program runs.
    Library(&'static str),
    /// A Vulkan or OpenGL driver, of a graphics card or in software.
    GraphicsDriver,
    /// A Vulkan driver that draws with the processor, and so the same on every machine.
    SoftwareDriver,
}

impl Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Program(name) | Self::Library(name) => name,
            Self::GraphicsDriver => "a graphics driver",
            Self::SoftwareDriver => "a software Vulkan driver (mesa-vulkan-drivers)",
        })
    }
}

impl Need {
    fn is_met(self) -> bool {
        match self {
            Self::Program(name) => env::var_os("PATH").is_some_and(|path| {
                env::split_paths(&path).any(|folder| folder.join(name).is_file())
            }),
            Self::Library(name) => libraries().is_none_or(|list| list.contains(name)),
            Self::GraphicsDriver => has_graphics_driver(),
            Self::SoftwareDriver => drivers(Backends::VULKAN).any(|driver| is_software(&driver)),
        }
    }
}

/// Whether everything is installed. If not, reports it in one line that the test harness does not
/// capture; the test then ends without testing anything.
#[track_caller]
pub(crate) fn are_met(needs: &[Need]) -> bool {
    let missing: Vec<String> = needs
        .iter()
        .filter(|need| !need.is_met())
        .map(ToString::to_string)
        .collect();
    if missing.is_empty() {
        return true;
    }
    let missing = missing.join(", ");
    assert!(
        env::var_os(REQUIRED).is_none_or(|value| value != "required"),
        "needs {missing}, and {REQUIRED} is `required`: sudo apt-get install {PACKAGES}"
    );
    let test = thread::current().name().unwrap_or_default().to_owned();
    writeln!(io::stderr(), "{test}: needs {missing}: skipped").ok();
    false
}

/// The libraries known to the dynamic linker, if it can be queried.
fn libraries() -> Option<&'static str> {
    static LIST: OnceLock<Option<String>> = OnceLock::new();
    let list = LIST.get_or_init(|| {
        // On Debian it is not on the search path of an ordinary user.
        ["ldconfig", "/sbin/ldconfig"].iter().find_map(|program| {
            let output = Command::new(program).arg("-p").output().ok()?;
            let is_list = output.status.success();
            is_list.then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        })
    });
    list.as_deref()
}

fn has_graphics_driver() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        // Probing for OpenGL writes to standard error.
        [Backends::VULKAN, Backends::GL]
            .into_iter()
            .any(|backend| drivers(backend).next().is_some())
    })
}

/// The drivers of one kind.
fn drivers(backend: Backends) -> impl Iterator<Item = Adapter> {
    let instance = Instance::new(InstanceDescriptor::new_without_display_handle());
    at_once(instance.enumerate_adapters(backend)).into_iter()
}

/// Whether it draws with the processor.
pub(crate) fn is_software(driver: &Adapter) -> bool {
    driver.get_info().device_type == DeviceType::Cpu
}

/// The answer of a driver: outside of a browser it is there at once.
pub(crate) fn at_once<T>(answer: impl Future<Output = T>) -> T {
    let answer = std::pin::pin!(answer);
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a driver does not answer at once"),
    }
}

#[test]
fn the_readme_and_the_checks_install_what_the_tests_need() {
    for document in [
        include_str!("../../../README.md"),
        include_str!("../../../.ci/run"),
    ] {
        for package in PACKAGES.split_whitespace() {
            let is_named = document
                .split(|c: char| c.is_whitespace() || "()`".contains(c))
                .any(|word| word == package);
            assert!(is_named, "{package}");
        }
    }
}
