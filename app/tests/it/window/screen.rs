//! A virtual screen with a window manager, and a program in a window on it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::needs::{self, Need};

const PATIENCE: Duration = Duration::from_mins(1);
const NEEDS: [Need; 8] = [
    Need::Program("Xvfb"),
    Need::Program("openbox"),
    Need::Program("xdotool"),
    Need::Library("libxkbcommon-x11.so.0"),
    Need::Library("libXcursor.so.1"),
    Need::Library("libXi.so.6"),
    Need::Library("libXrandr.so.2"),
    Need::GraphicsDriver,
];

/// A virtual screen, which is closed when dropped.
pub(super) struct Screen {
    server: Child,
    manager: Option<Child>,
    display: String,
}

impl Screen {
    /// Starts a screen of 1440 by 900 points, on a free display number. `None` if a required
    /// package is not installed.
    #[track_caller]
    pub(super) fn start() -> Option<Self> {
        if !needs::are_met(&NEEDS) {
            return None;
        }
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1440x900x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let mut screen = Self {
            server,
            manager: None,
            display: format!(":{}", number.trim()),
        };
        screen.wait_until_ready();
        let manager = screen.command("openbox").stderr(Stdio::null()).spawn();
        screen.manager = Some(manager.unwrap());
        Some(screen)
    }

    fn wait_until_ready(&self) {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let asked = self.command("xdotool").arg("getdisplaygeometry").output();
            if asked.unwrap().status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the virtual screen does not answer");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// Runs the program with a home folder of its own.
    pub(super) fn run(&self, home: &Path, arguments: &[&str]) -> Window<'_> {
        self.run_with(home, arguments, &[])
    }

    /// The same with additional environment variables.
    pub(super) fn run_with(
        &self,
        home: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Window<'_> {
        let runtime = home.join("runtime");
        let temporary = home.join("tmp");
        fs::create_dir_all(&runtime).unwrap();
        fs::create_dir_all(&temporary).unwrap();
        // Without a graphics card, the time of a frame depends on its number of pixels.
        let preferences = home.join("config/vstore/preferences.json");
        if !preferences.exists() {
            fs::create_dir_all(preferences.parent().unwrap()).unwrap();
            fs::write(preferences, r#"{"window_size": [800, 560]}"#).unwrap();
        }
        let child = self
            .command(env!("CARGO_BIN_EXE_vstore"))
            .args(arguments)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("XDG_STATE_HOME", home.join("state"))
            .env("TMPDIR", &temporary)
            .envs(variables.iter().copied())
            .spawn()
            .unwrap();
        Window {
            screen: self,
            child,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        for child in self.manager.iter_mut().chain([&mut self.server]) {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The running program.
pub(super) struct Window<'a> {
    screen: &'a Screen,
    child: Child,
}

impl Window<'_> {
    fn xdotool(&self, arguments: &[&str]) -> String {
        let output = self
            .screen
            .command("xdotool")
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits for a window with this title, and focuses it.
    pub(super) fn wait_for_title(&self, title: &str) {
        let started = Instant::now();
        let mut seen = String::new();
        while started.elapsed() < PATIENCE {
            for id in self
                .xdotool(&["search", "--onlyvisible", "--name", "VStore"])
                .lines()
            {
                seen = self.xdotool(&["getwindowname", id]).trim().to_owned();
                if seen == title {
                    self.xdotool(&["windowactivate", "--sync", id]);
                    return;
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no window has the title {title:?}; the last title seen is {seen:?}");
    }

    /// Waits until the program has finished its work: until it uses less than a quarter of one
    /// processor, as a blinking cursor does.
    pub(super) fn settle(&self) {
        let started = Instant::now();
        let mut last = self.processor_ticks();
        while started.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(200));
            let now = self.processor_ticks();
            if now - last < 5 {
                return;
            }
            last = now;
        }
        panic!("the program never becomes idle");
    }

    /// Processor time so far, in ticks (proc(5): fields 14 and 15 of stat).
    fn processor_ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, after_name) = stat.rsplit_once(") ").unwrap();
        after_name
            .split(' ')
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap())
            .sum()
    }

    pub(super) fn process(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(super) fn type_text(&self, text: &str) {
        self.xdotool(&["type", "--delay", "15", text]);
    }

    pub(super) fn press(&self, key: &str) {
        self.xdotool(&["key", key]);
        std::thread::sleep(Duration::from_millis(150));
    }

    /// Waits until the program has ended on its own.
    pub(super) fn wait_for_exit(&mut self) -> ExitStatus {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the program does not end");
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
