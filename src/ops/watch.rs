//! Who is told how a verb gets on.

/// Told of each step as it happens. Nothing is decided by what it does.
pub trait Watch: Send + Sync {
    /// A workspace's list is about to be read.
    fn reading(&self, workspace: &str);
    /// A write was answered. `done` of `all` writes of the workspace are.
    fn wrote(&self, workspace: &str, name: &str, outcome: &str, done: usize, all: usize);
}

/// Tells nobody.
pub struct Silent;

impl Watch for Silent {
    fn reading(&self, _: &str) {}
    fn wrote(&self, _: &str, _: &str, _: &str, _: usize, _: usize) {}
}
