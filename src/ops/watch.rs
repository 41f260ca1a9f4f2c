//! Who is told how a verb gets on.

use std::time::Duration;

/// Told of each step as it happens. Nothing is decided by what it does.
pub trait Watch: Send + Sync {
    /// The lists of so many workspaces are about to be read, which takes `least` by the limits that the service documents.
    fn planning(&self, workspaces: usize, least: Duration);
    /// A workspace's list is about to be read.
    fn reading(&self, workspace: &str);
    /// So many writes of a workspace begin.
    fn writing(&self, workspace: &str, all: usize);
    /// A change is settled, the first of the two so many of all of the workspace. `waited` is how long the throttle has
    /// kept requests of its subscription waiting so far.
    fn wrote(&self, workspace: &str, name: &str, outcome: &str, of: (usize, usize), waited: Duration);
    /// Nothing more happens in a workspace.
    fn finished(&self, workspace: &str, waited: Duration);
}

/// Tells nobody.
pub struct Silent;

impl Watch for Silent {
    fn planning(&self, _: usize, _: Duration) {}
    fn reading(&self, _: &str) {}
    fn writing(&self, _: &str, _: usize) {}
    fn wrote(&self, _: &str, _: &str, _: &str, _: (usize, usize), _: Duration) {}
    fn finished(&self, _: &str, _: Duration) {}
}
