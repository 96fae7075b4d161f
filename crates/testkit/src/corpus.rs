//! Real posts that lie beside the repository, read where they lie. Whoever needs them says aloud where they are not at hand.

#[path = "../../hobnob/src/cli/lab/posts.rs"]
#[allow(dead_code)]
mod posts;

use std::path::{Path, PathBuf};

pub use posts::{LabPost, each_line, instant, read_posts};

/// A folder or file of `../shared/corpora`, if it is there. Says aloud that it is not.
pub fn corpus(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(path);
    if !found.exists() {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: ../shared/corpora/{path} is not at hand");
        }
        return None;
    }
    Some(found)
}

/// The posts of `../shared/corpora/posts/NAME`, if they are there.
///
/// # Panics
/// Where the file is there and can't be read.
pub fn posts_of(name: &str) -> Option<Vec<LabPost>> {
    Some(read_posts(&corpus(&format!("posts/{name}/posts.jsonl.zst"))?).expect("the corpora are whole"))
}
