//! One Chromium process for all browser tests. The first test starts it, and it ends with the test program.

use std::env;
use std::fs;
use std::io::{Write, stderr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::rt;
use chromiumoxide::Browser;
use chromiumoxide::cdp::browser_protocol::browser::BrowserContextId;
use chromiumoxide::handler::HandlerConfig;
use futures_util::StreamExt;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

const EXECUTABLES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// Runs Chromium until the pipe to the test program closes, even by a crash. Then it kills Chromium and removes its folder.
const SUPERVISOR_SCRIPT: &str = r#"
"$@" 2>"$FOLDER/stderr" & chromium=$!
cat
kill -9 $chromium
wait $chromium
rm -rf "$FOLDER" || { sleep 1; rm -rf "$FOLDER"; }
"#;

const FLAGS: [&str; 20] = [
    "--headless",
    // Tests may run as root, where the sandbox does not start. They open only our own pages.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    // No requests to other machines.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--metrics-recording-only",
    "--no-first-run",
    // Background tabs run at full speed.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--hide-scrollbars",
    "--lang=en-US",
    "--remote-debugging-port=0",
];

pub struct Chromium {
    pub browser: Arc<Browser>,
    /// Browser contexts of closed tabs, to be disposed of.
    pub closed_contexts: UnboundedSender<BrowserContextId>,
    /// Holds the pipe open.
    _supervisor: Child,
}

/// Starts Chromium at the first call. `None` if it is not installed; on CI that is an error.
pub fn chromium() -> Option<&'static Chromium> {
    static CHROMIUM: OnceLock<Result<Option<Chromium>, String>> = OnceLock::new();
    match CHROMIUM.get_or_init(find_and_start) {
        Ok(chromium) => chromium.as_ref(),
        Err(error) => panic!("{error}"),
    }
}

fn find_and_start() -> Result<Option<Chromium>, String> {
    if let Some(program) = executable() {
        return Chromium::start(&program).map(Some);
    }
    if env::var("CI").is_ok_and(|ci| ci == "true") {
        return Err("CI needs a Chromium: install one, or set CHROMIUM to its path".to_owned());
    }
    // `eprintln!` would be captured by the test harness.
    let _ = writeln!(
        stderr(),
        "browser tests are skipped: no Chromium is installed, and CHROMIUM names none"
    );
    Ok(None)
}

fn executable() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(named)).filter(|file| file.is_file());
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    EXECUTABLES.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

impl Chromium {
    fn start(program: &Path) -> Result<Self, String> {
        let folder = tempfile::Builder::new()
            .prefix("pocketshop-chromium-")
            .tempdir()
            .unwrap()
            .keep();
        let mut supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR_SCRIPT, "supervisor"])
            .arg(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", folder.display()))
            .arg("about:blank")
            .env("FOLDER", &folder)
            // Ctrl-C then stops only the tests, and the supervisor cleans up after them.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = match devtools_address(&folder) {
            Ok(address) => address,
            Err(error) => {
                drop(supervisor.stdin.take());
                let _ = supervisor.wait();
                return Err(error);
            }
        };
        let (browser, closed_contexts) = connect(address);
        Ok(Self {
            browser,
            closed_contexts,
            _supervisor: supervisor,
        })
    }
}

/// Waits for the address of the debugger, which Chromium writes into its folder.
fn devtools_address(folder: &Path) -> Result<String, String> {
    let read = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if let Some((port, path)) = read("DevToolsActivePort").trim_end().split_once('\n') {
            return Ok(format!("ws://127.0.0.1:{port}{path}"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(format!("Chromium did not start: {}", read("stderr")))
}

/// Connects to Chromium in a separate thread, because each test's event loop ends with the test.
fn connect(address: String) -> (Arc<Browser>, UnboundedSender<BrowserContextId>) {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        rt::System::new().block_on(async move {
            // A tab sets its own size.
            let config = HandlerConfig {
                viewport: None,
                ..HandlerConfig::default()
            };
            let (browser, mut handler) = Browser::connect_with_config(address, config).await.unwrap();
            let browser = Arc::new(browser);
            let (close, mut closed_contexts) = unbounded_channel();
            sender.send((browser.clone(), close)).unwrap();
            rt::spawn(async move {
                while let Some(context) = closed_contexts.recv().await {
                    let _ = browser.dispose_browser_context(context).await;
                }
            });
            while let Some(Ok(())) = handler.next().await {}
        });
    });
    receiver.recv().unwrap()
}
