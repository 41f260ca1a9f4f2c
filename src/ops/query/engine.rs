//! Microsoft's own parser beside ours: the npm package `@kusto/language-service-next`, run by QuickJS.
//!
//! The package is found at run time and is no part of this program. It needs about two seconds to load, and some 20 ms a
//! query.

use std::path::{Path, PathBuf};

use rquickjs::{Context, Ctx, Function, Persistent, Runtime};
use serde_json::Value;

use super::Judge;

/// Where npm puts the package.
const PACKAGE: &str = "node_modules/@kusto/language-service-next";

/// The scripts of the package, in the order in which they build on each other.
const SCRIPTS: [&str; 2] = ["bridge.min.js", "Kusto.Language.Bridge.min.js"];

/// Bytes of stack for JavaScript: deep queries end in an exception of its own, not in a signal.
const STACK: usize = 512 << 10;

/// A function of a query's text that gives its faults as JSON.
///
/// Completion is built on first use, which takes seconds and is not asked for here: its grammar is replaced.
const VERDICT: &str = r"
(() => {
  const { KustoCode, Parsing } = Kusto.Language;
  Parsing.QueryGrammar.From = () => ({ QueryBlock: null });
  return (query) => {
    const found = KustoCode.Parse(query).GetDiagnostics();
    const faults = [];
    for (let at = 0; at < found.Count; at += 1) {
      const { Severity, Code, Message, Start, Length } = found.getItem(at);
      if (Severity === 'Error') faults.push([Code, Message, Start, Length]);
    }
    return JSON.stringify(faults);
  };
})()";

/// Microsoft's parser, loaded.
pub struct Engine {
    // The function goes before the context that holds it.
    verdict: Persistent<Function<'static>>,
    context: Context,
}

impl Engine {
    /// The package in the `node_modules` of a folder or of one above it.
    pub fn find(folder: &Path) -> Option<PathBuf> {
        let folder = folder.canonicalize().ok()?;
        folder.ancestors().map(|above| above.join(PACKAGE)).find(|package| package.is_dir())
    }

    /// Loads the package from its folder.
    pub fn load(package: &Path) -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|why| why.to_string())?;
        runtime.set_max_stack_size(STACK);
        let context = Context::full(&runtime).map_err(|why| why.to_string())?;
        let verdict = context.with(|ctx| {
            // Bridge.NET writes to a console.
            run(&ctx, "globalThis.console = { log() {}, warn() {}, error() {} };")?;
            for name in SCRIPTS {
                let file = package.join(name);
                let script = std::fs::read(&file).map_err(|why| format!("{}: {why}", file.display()))?;
                run(&ctx, script).map_err(|why| format!("{}: {why}", file.display()))?;
            }
            let verdict: Function<'_> = ctx.eval(VERDICT).map_err(|_| caught(&ctx))?;
            Ok::<_, String>(Persistent::save(&ctx, verdict))
        })?;
        Ok(Self { verdict, context })
    }
}

impl Judge for Engine {
    fn syntax(&self, query: &str) -> Result<Value, String> {
        self.context.with(|ctx| {
            let verdict = self.verdict.clone().restore(&ctx).map_err(|why| why.to_string())?;
            let json: String = verdict.call((query,)).map_err(|_| caught(&ctx))?;
            serde_json::from_str(&json).map_err(|why| why.to_string())
        })
    }
}

fn run(ctx: &Ctx<'_>, script: impl Into<Vec<u8>>) -> Result<(), String> {
    ctx.eval::<(), _>(script).map_err(|_| caught(ctx))
}

/// What JavaScript threw, as text.
fn caught(ctx: &Ctx<'_>) -> String {
    let thrown = ctx.catch();
    let message = thrown.as_exception().and_then(|exception| exception.message());
    message.unwrap_or_else(|| format!("{thrown:?}"))
}
