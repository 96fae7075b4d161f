//! A store nobody else uses: SQLite in a folder of its own, or a PostgreSQL schema of its own where `HOBNOB_TEST_DB` names a server.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use store::{Backend, Key, Store};

/// Thrown away when dropped.
pub struct TestStore {
    pub store: Store,
    folder: PathBuf,
    cleaning: Option<(String, String)>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl TestStore {
    /// Opens a fresh one.
    pub fn open() -> TestStore {
        let name = format!("hobnob_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let (backend, cleaning) = match std::env::var("HOBNOB_TEST_DB") {
            Ok(url) => {
                admin(&url, format!("drop schema if exists {name} cascade; create schema {name}"))
                    .expect("HOBNOB_TEST_DB names a PostgreSQL in which a schema can be made");
                let joint = if url.contains('?') { '&' } else { '?' };
                (Backend::Pg(format!("{url}{joint}options=-csearch_path%3D{name}")), Some((url, name)))
            }
            Err(_) => (Backend::Lite(folder.join("hobnob.sqlite")), None),
        };
        let store = Store::open(backend, Key::new([7; 32])).expect("a fresh store opens");
        TestStore { store, folder, cleaning }
    }
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        if let Some((url, name)) = self.cleaning.take() {
            let _ = admin(&url, format!("drop schema if exists {name} cascade"));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// On a thread of its own: the blocking client may not run inside an async test.
fn admin(url: &str, sql: String) -> Result<(), postgres::Error> {
    let url = url.to_owned();
    std::thread::spawn(move || postgres::Client::connect(&url, postgres::NoTls)?.batch_execute(&sql))
        .join()
        .expect("the admin's thread ends")
}
