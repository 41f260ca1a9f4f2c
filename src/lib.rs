//! Palisade deploys Microsoft Sentinel analytics rules as code.
//!
//! YAML documents are checked, compiled, compared with the live workspace and applied through ARM, in two stages: a
//! plan that people review, and an apply that does what was reviewed or refuses. There is no state file.
//!
//! # One rule's life
//!
//! ```text
//! text ──▶ Rule ──▶ AlertRule ──▶ Change ──▶ http::Request
//!   rule::yaml    compile       plan      arm
//!   rule::read                  ▲
//!                               │ live AlertRule ◀── arm (list)
//! ```
//!
//! 1. [`ops::files`] finds `rules/brute-force.yaml`; [`rule::yaml`] makes a tree of it in which every key and value
//!    knows its place; [`rule::classify()`] says whose document it is; [`rule::read`] makes a [`rule::Rule`] of it and
//!    collects every problem; the checks of [`check`] look at its fields, and at its query as [`kql`] understands it.
//!    What the project's policy and the exceptions in its files make of a problem is decided in one place, `ops::judge`.
//! 2. [`compile::effective_rule`] lays a workspace's overrides over the rule, places the exclusions that hold there in its
//!    query, and makes the [`resource::AlertRule`] that the service would keep. Every default is there and nowhere else.
//! 3. [`ops::plan`] lists the live rules, automation rules and metadata of the workspace, once and all at a time; each
//!    is a [`resource::Resource`]. [`plan::compare()`] passes both sides through [`resource::normalize()`] and makes a
//!    [`plan::Change`] of every difference: with the live etag, the body that will be sent, and every field. The mark in
//!    the live rule ([`plan::mark`]) holds a digest of each field as it was last applied, so that [`plan::fields`] can
//!    tell on which side it changed, and [`plan::settle`] what is done about it.
//! 4. [`ops::apply`] sends that body on the condition that the live resource is still the one that was planned on,
//!    compares the answer with what was sent, and reads one list at the end that confirms the whole. What another
//!    resource names is written before it; deletions come last.
//! 5. The next plan is empty. If somebody edits the rule in the portal, the next plan says so, field by field.
//!
//! # Invariants
//!
//! - **Nothing is lost in silence.** A document that is meant as ours and not understood is refused at its line; a
//!   rule that can't be deployed is blocked and its live version stays; what we don't model of a live rule survives
//!   its update; a list that can't be read to its end is an error, for it would look like deleted rules.
//! - **A plan leaves no decision to apply.** It holds the whole body of every write.
//! - **Both sides of a comparison are one type** and pass through one [`resource::normalize()`].
//! - **The core does no IO.** [`diagnostic`], [`rule`], [`workspace`], [`check`], [`compile`], [`resource`], [`plan`],
//!   [`report`] and the emulator's behaviour take text, time and state as arguments. A test holds this.
//! - **Nothing below [`cli`] can tell Azure from the emulator.** A workspace is a
//!   [`Transport`](arm::transport::Transport).
//! - **The emulator shares no model with the product**: it may not name `resource`, `rule`, `plan` or `compile`, so
//!   that it can't agree with their mistakes.
//! - **Text from a workspace is hostile** and is escaped by each report in its own way.
//!
//! # Who may name whom
//!
//! | module | may name |
//! |---|---|
//! | [`diagnostic`] | |
//! | [`resource`] | |
//! | [`rule`] | diagnostic |
//! | [`workspace`] | rule, resource, diagnostic |
//! | [`kql`] | diagnostic |
//! | [`check`] | rule, workspace, kql, diagnostic |
//! | [`compile`] | rule, workspace, kql, resource, diagnostic |
//! | [`plan`] | resource, diagnostic |
//! | [`arm`] | resource |
//! | [`emulator`] | arm's transport types, kql |
//! | [`report`] | plan, resource, diagnostic |
//! | [`ops`] | all but report, emulator, cli |
//! | [`cli`] | everything: it is where the parts meet |

pub mod arm;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod emulator;
pub mod kql;
pub mod ops;
pub mod plan;
pub mod report;
pub mod resource;
pub mod rule;
pub mod workspace;
