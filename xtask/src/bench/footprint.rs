pub fn run() -> anyhow::Result<bool> {
    anyhow::bail!("later")
}
