//! The one Chromium of this program: started for the first test that asks, gone when the program is.

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

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// Stands between the tests and Chromium. However the tests end, their end of the pipe closes; then Chromium and its folder go.
const KEEPER: &str = r#"
"$@" 2>"$FOLDER/stderr" & chromium=$!
cat
kill -9 $chromium
wait $chromium
rm -rf "$FOLDER" || { sleep 1; rm -rf "$FOLDER"; }
"#;

const FLAGS: [&str; 20] = [
    "--headless",
    // The tests may run as root, and open no page but ours.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    // Nobody is called but this machine.
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
    // Every tab works as if it were the one in front.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--hide-scrollbars",
    "--lang=en-US",
    "--remote-debugging-port=0",
];

pub struct Chromium {
    pub browser: Arc<Browser>,
    /// Takes the contexts of tabs that are closed.
    pub removed_variants: UnboundedSender<BrowserContextId>,
    /// As long as its end of the pipe is open, Chromium runs.
    _keeper: Child,
}

/// None where there is none; on CI there has to be one.
pub fn chromium() -> Option<&'static Chromium> {
    static ONE: OnceLock<Result<Option<Chromium>, String>> = OnceLock::new();
    match ONE.get_or_init(find_and_start) {
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
    // Past the harness, which swallows what a passing test prints.
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
    NAMES.iter().find_map(|name| {
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
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", folder.display()))
            .arg("about:blank")
            .env("FOLDER", &folder)
            // A Ctrl-C reaches the tests alone, and the keeper notices their end.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = match address(&folder) {
            Ok(address) => address,
            Err(error) => {
                drop(keeper.stdin.take());
                let _ = keeper.wait();
                return Err(error);
            }
        };
        let (browser, removed_variants) = connect(address);
        Ok(Self {
            browser,
            removed_variants,
            _keeper: keeper,
        })
    }
}

/// Where Chromium listens, which it writes into its folder.
fn address(folder: &Path) -> Result<String, String> {
    let read = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let patience = Instant::now() + Duration::from_secs(60);
    while Instant::now() < patience {
        if let Some((port, path)) = read("DevToolsActivePort").trim_end().split_once('\n') {
            return Ok(format!("ws://127.0.0.1:{port}{path}"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(format!("Chromium does not start; it says: {}", read("stderr")))
}

/// The talk with Chromium goes on in a thread of its own, since tests come and go with their event loops.
fn connect(address: String) -> (Arc<Browser>, UnboundedSender<BrowserContextId>) {
    let (give, take) = mpsc::channel();
    thread::spawn(move || {
        rt::System::new().block_on(async move {
            // A tab sets its own size.
            let config = HandlerConfig {
                viewport: None,
                ..HandlerConfig::default()
            };
            let (browser, mut handler) = Browser::connect_with_config(address, config).await.unwrap();
            let browser = Arc::new(browser);
            let (leave, mut removed_variants) = unbounded_channel();
            give.send((browser.clone(), leave)).unwrap();
            rt::spawn(async move {
                while let Some(context) = removed_variants.recv().await {
                    let _ = browser.dispose_browser_context(context).await;
                }
            });
            while let Some(Ok(())) = handler.next().await {}
        });
    });
    take.recv().unwrap()
}
