//! Steps and how they are printed: as Packetbeat prints them.

use std::fmt;

use super::Failed;

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Steps of their own follow, one level deeper.
    Section,
    /// It works.
    Ok,
    /// It works, but.
    Warning(String),
    /// It does not: the reason, and what to do.
    Failed(String),
    /// Nobody tried: why.
    Skipped(String),
    /// No step: something that was learned.
    Info(String),
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How deep it stands, from 0.
    pub depth: usize,
    /// What was tried, or learned.
    pub name: String,
    /// How it went.
    pub outcome: Outcome,
}

/// All steps in order. `Display` gives them as Packetbeat prints them, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether one of them failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.outcome, Outcome::Failed(_)))
    }

    pub(super) fn section(&mut self, depth: usize, name: String) {
        self.add(depth, name, Outcome::Section);
    }

    /// Notes that it worked, and hands on what came of it.
    pub(super) fn ok<T>(&mut self, depth: usize, name: impl Into<String>, result: T) -> T {
        self.add(depth, name, Outcome::Ok);
        result
    }

    pub(super) fn info(&mut self, depth: usize, name: &str, text: impl Into<String>) {
        self.add(depth, name, Outcome::Info(text.into()));
    }

    pub(super) fn warning(&mut self, depth: usize, name: impl Into<String>, text: impl Into<String>) {
        self.add(depth, name, Outcome::Warning(text.into()));
    }

    pub(super) fn skipped(&mut self, depth: usize, name: &str, text: impl Into<String>) {
        self.add(depth, name, Outcome::Skipped(text.into()));
    }

    pub(super) fn failed(&mut self, depth: usize, name: impl Into<String>, text: impl Into<String>) {
        self.add(depth, name, Outcome::Failed(text.into()));
    }

    /// Notes that it failed; the host's further steps are left out.
    pub(super) fn stop<T>(&mut self, depth: usize, name: &str, text: impl Into<String>) -> Result<T, Failed> {
        self.failed(depth, name, text);
        Err(Failed)
    }

    fn add(&mut self, depth: usize, name: impl Into<String>, outcome: Outcome) {
        self.steps.push(Step { depth, name: name.into(), outcome });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Step { depth, name, outcome } in &self.steps {
            let indent = depth * 2;
            write!(f, "{:indent$}", "")?;
            match outcome {
                Outcome::Section => writeln!(f, "{name}..."),
                Outcome::Ok => writeln!(f, "{name}... OK"),
                Outcome::Warning(text) => writeln!(f, "{name}... WARN {text}"),
                Outcome::Failed(text) => writeln!(f, "{name}... ERROR {text}"),
                Outcome::Skipped(text) => writeln!(f, "{name}... not checked: {text}"),
                Outcome::Info(text) => writeln!(f, "{name}: {text}"),
            }?;
        }
        Ok(())
    }
}
